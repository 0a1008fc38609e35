"""Table keys: any text in, only what Table Storage allows out, and back."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from operators.cloud.keys import decode_key, encode_key

FORBIDDEN = {"/", "\\", "#", "?", "%", *map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0))}


@given(st.text())
@example("demo.azurecr.io/team/shop:v1")
@example("=2F")
@example("100%25 = 100%")
def test_what_goes_in_comes_out(text: str) -> None:
    """Every text survives, also one that looks encoded already."""
    assert decode_key(encode_key(text)) == text


@given(st.text())
def test_nothing_forbidden_is_left(text: str) -> None:
    """Slashes, backslashes, number signs, question marks and control characters never reach the service."""
    assert not set(encode_key(text)) & FORBIDDEN


@given(st.text(), st.text())
def test_two_texts_have_two_keys(one: str, other: str) -> None:
    """No two apps or repositories share a row."""
    assert (encode_key(one) == encode_key(other)) is (one == other)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("sub:rg:shop:staging", "sub:rg:shop:staging"),
        ("demo.azurecr.io/team/shop", "demo.azurecr.io=2Fteam=2Fshop"),
        ("50%=half", "50=25=3Dhalf"),
        ("größe\x85", "größe=C2=85"),
    ],
)
def test_keys_can_be_read_by_people(text: str, key: str) -> None:
    """What is allowed stays as it is; the rest is its bytes."""
    assert encode_key(text) == key
