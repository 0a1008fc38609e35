# ruff: noqa: E501 - one case a line reads best as one line
"""What the admin API is sent: read, or refused with the field that is wrong."""

import base64
from urllib.parse import parse_qsl, urlsplit

import pytest

from operators.core.looks import Wish
from operators.errors import BadInput
from operators.web.requests import Body, DeployBody, FreezeBody, Paging, UnfreezeBody

DIGEST = f"sha256:{'a' * 64}"
URL = "https://pulley.example/api/rollouts"


@pytest.mark.parametrize(
    ("body", "wish", "by"),
    [
        pytest.param(b"", Wish(), "somebody with the function key", id="no body"),
        pytest.param(b"{}", Wish(), "somebody with the function key", id="an empty one"),
        pytest.param(b'{"tag": "v1.2_rc-3", "by": "Ada"}', Wish(tag="v1.2_rc-3"), "Ada", id="a tag"),
        pytest.param(f'{{"digest": "{DIGEST}"}}'.encode(), Wish(digest=DIGEST), "somebody with the function key", id="a digest"),
    ],
)  # fmt: skip
def test_what_may_be_deployed(body: bytes, wish: Wish, by: str) -> None:
    """A tag, a digest, or neither: what the app follows, again."""
    read = DeployBody.parse(body)
    assert (read.wish, read.by) == (wish, by)


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        pytest.param(DeployBody, b"{", "body", id="no JSON"),
        pytest.param(DeployBody, b"[]", "body", id="no object"),
        pytest.param(DeployBody, b"\xff", "body", id="no text"),
        pytest.param(DeployBody, f'{{"tag": "v1", "digest": "{DIGEST}"}}'.encode(), "body", id="a tag and a digest"),
        pytest.param(DeployBody, b'{"tag": ""}', "tag", id="an empty tag"),
        pytest.param(DeployBody, b'{"tag": "../v2"}', "tag", id="a tag that is a path"),
        pytest.param(DeployBody, '{"tag": "größe"}'.encode(), "tag", id="a tag with letters that tags have not"),
        pytest.param(DeployBody, b'{"tag": "%s"}' % (b"a" * 129), "tag", id="a tag too long"),
        pytest.param(DeployBody, b'{"tag": "v1\\n"}', "tag", id="a tag with a line's end"),
        pytest.param(DeployBody, b'{"tag": 1}', "tag", id="a number for a tag"),
        pytest.param(DeployBody, b'{"digest": "sha256:abc"}', "digest", id="a digest too short"),
        pytest.param(DeployBody, f'{{"digest": "{DIGEST.upper()}"}}'.encode(), "digest", id="a digest in capitals"),
        pytest.param(DeployBody, b'{"image": "v1"}', "image", id="a field that is not known"),
        pytest.param(DeployBody, b'{"by": "%s"}' % (b"a" * 101), "by", id="a name too long"),
        pytest.param(FreezeBody, b'{"why": "the sale is on"}', "by", id="a freeze by nobody"),
        pytest.param(FreezeBody, b'{"by": "Ada"}', "why", id="a freeze for no reason"),
        pytest.param(FreezeBody, b'{"by": "Ada", "why": ""}', "why", id="a freeze for an empty reason"),
        pytest.param(UnfreezeBody, b"", "by", id="unfrozen by nobody"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(kind: type[Body], body: bytes, field: str) -> None:
    """The error says which field of the body it is about."""
    with pytest.raises(BadInput) as raised:
        kind.parse(body)
    assert raised.value.field == field


def test_a_freeze_says_who_and_why() -> None:
    """Both are kept for whoever wonders why nothing happens."""
    read = FreezeBody.parse(b'{"by": "Ada", "why": "the sale is on"}')
    assert (read.by, read.why) == ("Ada", "the sale is on")
    lifted = UnfreezeBody.parse(b'{"by": "Ada", "why": "it is over"}')
    assert (lifted.by, lifted.why) == ("Ada", "it is over")
    assert UnfreezeBody.parse(b'{"by": "Ada"}').why is None


def following(skip: str, top: int = 50) -> dict[str, str]:
    """The query of the page that begins there."""
    link = Paging(top=top).next_link(f"{URL}?code=s3cr3t", skip)
    assert link is not None
    return dict(parse_qsl(urlsplit(link).query))


@pytest.mark.parametrize(
    ("query", "top", "skip"),
    [
        pytest.param({}, 50, None, id="the first page"),
        pytest.param({"$top": "1"}, 1, None, id="the smallest page"),
        pytest.param({"$top": "200"}, 200, None, id="the largest page"),
        pytest.param(following("r:99999998"), 50, "r:99999998", id="the next page"),
        pytest.param(following("schön/=", top=7), 7, "schön/=", id="any text in the token"),
    ],
)
def test_pages(query: dict[str, str], top: int, skip: str | None) -> None:
    """A page has a size, and begins where the token of the one before says."""
    assert Paging.parse(URL, query) == Paging(top=top, skip=skip)


def token(text: str) -> str:
    """A token that holds this text instead of ours."""
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        pytest.param({"$top": "0"}, "$top", id="nothing a page"),
        pytest.param({"$top": "201"}, "$top", id="too much a page"),
        pytest.param({"$top": "-1"}, "$top", id="less than nothing"),
        pytest.param({"$top": "ten"}, "$top", id="no number"),
        pytest.param({"$top": ""}, "$top", id="empty"),
        pytest.param({"$top": "9" * 5000}, "$top", id="more digits than a number has"),
        pytest.param({"$skipToken": ""}, "$skipToken", id="an empty token"),
        pytest.param({"$skipToken": "a"}, "$skipToken", id="no base64"),
        pytest.param({"$skipToken": token("{")}, "$skipToken", id="no JSON inside"),
        pytest.param({"$skipToken": token("[]")}, "$skipToken", id="no object inside"),
        pytest.param({"$skipToken": token('{"top": 1}')}, "$skipToken", id="no place inside"),
        pytest.param({"$skipToken": token('{"path": "/api/apps", "skip": "0"}')}, "$skipToken", id="another list's"),
        pytest.param(
            {"$skipToken": token('{"path": "/api/rollouts", "skip": null}')}, "$skipToken", id="nothing for a place"
        ),
        pytest.param({"$skipToken": token("[" * 100_000)}, "$skipToken", id="a trap inside"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(query: dict[str, str], field: str) -> None:
    """A token that we did not make is refused, never taken for the first page."""
    with pytest.raises(BadInput) as raised:
        Paging.parse(URL, query)
    assert raised.value.field == field
