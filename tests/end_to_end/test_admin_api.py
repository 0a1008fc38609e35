"""The admin API's manners: lists in pages, problems that name the field or the fix, keys."""

from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.end_to_end.place import Place

_BOTH = {"tag": "v1", "digest": f"sha256:{'0' * 64}"}


async def _pages(town: Place, path: str, top: int) -> list[list[Any]]:
    """Follow nextLink, with the key, to the end."""
    pages = []
    url: str | None = f"{town.admin}{path}?$top={top}"
    while url:
        answer = await town.friend.get(url)
        assert answer.status_code == 200
        pages.append(answer.json()["value"])
        url = answer.json().get("nextLink")
    return pages


@pytest.mark.parametrize("path", ["/apps", "/rollouts", "/apps/wiki/rollouts"])
async def test_pages_are_the_list_cut_in_pieces(town: Place, path: str) -> None:
    """All pages together are the whole list, in its order, nothing twice, and no page is longer than $top."""
    if path == "/apps/wiki/rollouts":
        await town.tell("/apps/wiki/rollouts", {"by": "a test that needs a history"})
        await town.until("wiki", "succeeded")
    whole = (await town.ask(path))["value"]
    pages = await _pages(town, path, top=2 if len(whole) > 2 else 1)
    assert len(pages) > 1
    assert all(0 < len(page) <= 2 for page in pages)
    assert [_identity(one) for page in pages for one in page] == [_identity(one) for one in whole]


async def test_a_link_to_the_next_page_holds_no_key(town: Place) -> None:
    """A key in the query opens the door and is not handed on in nextLink."""
    key = town.running.addresses.key
    answer = await town.stranger.get(f"{town.admin}/apps?$top=1&code={quote(key)}")
    assert answer.status_code == 200
    assert "code" not in answer.json()["nextLink"]
    assert (await town.stranger.get(answer.json()["nextLink"])).status_code == 401


async def test_a_link_of_another_list_is_refused(town: Place) -> None:
    """The place in one list says nothing about another."""
    token = parse_qs(urlsplit((await town.ask("/apps", **{"$top": "1"}))["nextLink"]).query)["$skipToken"][0]
    answer = await town.friend.get(f"{town.admin}/apps/shop/rollouts", params={"$skipToken": token})
    assert (answer.status_code, answer.json()["field"]) == (400, "$skipToken")


async def test_what_could_not_be_used_is_shown(town: Place) -> None:
    """An event of no use is listed with why, on its own day, page by page; nobody sends it again."""
    for body in (b"{", b"[]"):
        assert (await town.friend.post(f"{town.admin}/events", content=body)).status_code == 400
    today = [one for page in await _pages(town, "/refusals", top=1) for one in page]
    assert [one["detail"][:2] for one in today if one["reason"] == "malformed"][:2] == ["$:"] * 2
    assert today == (await town.ask("/refusals"))["value"]
    assert (await town.ask("/refusals", day="2020-02-29"))["value"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        pytest.param("GET", "/apps/nope", None, 404, None, id="no such app"),
        pytest.param("GET", "/apps/nope/access", None, 404, None, id="access of no app"),
        pytest.param("POST", "/apps/nope/rollouts", {}, 404, None, id="deploy no app"),
        pytest.param("GET", "/apps/shop/rollouts/99", None, 404, None, id="no such rollout"),
        pytest.param("GET", "/apps/shop/rollouts/first", None, 400, "sequence", id="no number"),
        pytest.param("GET", "/apps?$top=0", None, 400, "$top", id="no items"),
        pytest.param("GET", "/rollouts?$top=many", None, 400, "$top", id="$top is no number"),
        pytest.param("GET", "/rollouts?$skipToken=mine", None, 400, "$skipToken", id="a token of somebody else"),
        pytest.param("GET", f"/rollouts?$top={'9' * 5000}", None, 400, "$top", id="a number without end"),
        pytest.param("GET", f"/apps/shop/rollouts/{'9' * 5000}", None, 400, "sequence", id="no rollout's number"),
        pytest.param("GET", "/refusals?day=monday", None, 400, "day", id="no day"),
        pytest.param("POST", "/freeze", {"by": "ana"}, 400, "why", id="a freeze without a why"),
        pytest.param("POST", "/freeze", {"by": "a", "why": "b", "until": 1}, 400, "until", id="an unknown field"),
        pytest.param("POST", "/unfreeze", {}, 400, "by", id="nobody unfreezes"),
        pytest.param("POST", "/apps/shop/rollouts", {"digest": "latest"}, 400, "digest", id="no digest"),
        pytest.param("POST", "/apps/shop/rollouts", _BOTH, 400, "body", id="a tag and a digest"),
    ],
)
async def test_problems(town: Place, method: str, path: str, body: object, status: int, field: str | None) -> None:
    """What cannot be answered is problem+json with the field at fault."""
    answer = await town.friend.request(method, f"{town.admin}{path}", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem.get("field")) == (status, field)
    assert problem["detail"]


@pytest.mark.parametrize("path", ["/apps", "/rollouts", "/health", "/apps/shop/access"])
async def test_a_stranger_reads_nothing(town: Place, path: str) -> None:
    """Without the key every list is a 401 without a body."""
    answer = await town.stranger.get(f"{town.admin}{path}")
    assert (answer.status_code, answer.content) == (401, b"")


async def test_health_says_that_the_operator_works(town: Place) -> None:
    """Its mode and its storage; nothing is overdue."""
    health = await town.ask("/health")
    assert (health["status"], health["mode"], health["storage"]) == ("ok", "act", "ok")


def _identity(one: Any) -> tuple[str, int]:
    return one.get("app") or one["id"], one.get("sequence", 0)
