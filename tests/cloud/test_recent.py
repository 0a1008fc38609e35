"""Table `recent`, on Azurite: everyone's rollouts, newest first."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from operators.cloud.recent import RecentTable, inverted
from operators.cloud.storage import Storage
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.core.samples import APP, NOW, rollout
from tests.storage import LosingTransport


@pytest.fixture
def recent(storage: Storage) -> RecentTable:
    """The table, empty."""
    return RecentTable(storage)


def begun(sequence: int, after: float = 0, app: str = APP) -> Rollout:
    """A rollout begun so many seconds after now."""
    return rollout(sequence=sequence, app=app, created_at=NOW + timedelta(seconds=after))


async def test_the_newest_comes_first(recent: RecentTable) -> None:
    """Whatever the order of writing, and whichever the app."""
    for one in (begun(2, 10), begun(1, 0), begun(1, 5, "s:web:cart"), begun(3, 20)):
        await recent.put(one)
    page, after = await recent.page(10, None)
    assert [(one.app, one.sequence) for one in page] == [(APP, 3), (APP, 2), ("s:web:cart", 1), (APP, 1)]
    assert after is None


async def test_a_rollout_has_one_line(recent: RecentTable) -> None:
    """Written at its beginning, at its end, and mended by the sweep: the last state is shown once."""
    first = begun(1)
    await recent.put(first)
    await recent.put(first.model_copy(update={"state": State.SUCCEEDED, "updated_at": NOW + timedelta(minutes=5)}))
    page, _ = await recent.page(10, None)
    assert [one.state for one in page] == [State.SUCCEEDED]


@pytest.mark.parametrize("known", [True, False], ids=["the line is there", "the line is new"])
async def test_an_end_stays_whatever_comes_late(
    recent: RecentTable, table_network: LosingTransport, known: bool
) -> None:
    """A line of before that takes effect after the end was written is refused, and so is one that begins after it."""
    first = begun(1)
    ended = first.model_copy(update={"state": State.SUCCEEDED})
    if known:
        await recent.put(first)

    async def meanwhile(request: Any) -> None:
        if request.method != "GET" and "/recent" in request.url:
            table_network.before = None
            await recent.put(ended)

    table_network.before = meanwhile
    await recent.put(first)
    await recent.put(first)
    page, _ = await recent.page(10, None)
    assert [one.state for one in page] == [State.SUCCEEDED]


async def test_two_at_the_same_moment_are_two_lines(recent: RecentTable) -> None:
    """Rollouts of two apps, or two of one app in a step, do not overwrite each other."""
    for one in (begun(1), begun(2), begun(1, app="s:web:cart")):
        await recent.put(one)
    page, _ = await recent.page(10, None)
    assert len(page) == 3


async def test_pages_follow_each_other(recent: RecentTable) -> None:
    """Each page says where the next begins; the last one does not; nothing is shown twice or left out."""
    for sequence in range(1, 6):
        await recent.put(begun(sequence, sequence))
    seen: list[int] = []
    sizes: list[int] = []
    skip: str | None = None
    while True:
        page, skip = await recent.page(2, skip)
        seen += [one.sequence for one in page]
        sizes.append(len(page))
        if skip is None:
            break
    assert (seen, sizes) == ([5, 4, 3, 2, 1], [2, 2, 1])


async def test_a_newer_line_does_not_shift_a_page(recent: RecentTable) -> None:
    """A page begins at a rollout, not at a count: what comes meanwhile pushes nothing onto it twice."""
    for sequence in range(1, 5):
        await recent.put(begun(sequence, sequence))
    _, after = await recent.page(2, None)
    await recent.put(begun(5, 5))
    page, _ = await recent.page(2, after)
    assert [one.sequence for one in page] == [2, 1]


async def test_an_empty_list(recent: RecentTable) -> None:
    """Before the first rollout there is a page, with nothing on it."""
    assert await recent.page(10, None) == ((), None)


@pytest.mark.parametrize("later", [timedelta(milliseconds=1), timedelta(days=365 * 100)])
def test_later_sorts_first(later: timedelta) -> None:
    """Keys are compared as text: a later time is the smaller key, to the millisecond and for a long time."""
    assert inverted(NOW + later) < inverted(NOW)
    assert len(inverted(NOW + later)) == len(inverted(NOW)) == len(inverted(datetime.fromtimestamp(0, tz=NOW.tzinfo)))
