"""Filters that are none are refused, as the service refuses them."""

import pytest

from local.storage.errors import Refused
from local.storage.filters import parse_filter


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RowKey",
        "RowKey eq",
        "RowKey like 'x'",
        "(RowKey eq 'x'",
        "RowKey eq 'x' RowKey",
        "RowKey eq name",
        "a eq ;",
    ],
)
def test_what_is_no_filter(text: str) -> None:
    """It is a 400, never a filter that matches something."""
    with pytest.raises(Refused) as refused:
        parse_filter(text)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "partition"),
    [
        ("PartitionKey eq 'a' and RowKey ge 'b'", "a"),
        ("(PartitionKey eq 'a') and (n eq 1)", "a"),
        ("PartitionKey eq 'a' or RowKey ge 'b'", None),
        ("not PartitionKey eq 'a'", None),
        ("PartitionKey ge 'a'", None),
    ],
)
def test_the_one_partition_that_can_match(text: str, partition: str | None) -> None:
    """Only a conjunction narrows a query to a partition."""
    assert parse_filter(text).partition == partition


def test_values_of_different_types_never_match() -> None:
    """A number is not a text, and true is not 1."""
    assert not parse_filter("n eq '1'").matches({"n": 1})
    assert not parse_filter("n eq 1").matches({"n": True})
