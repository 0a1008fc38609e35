"""Reads that are shared and kept: how long, for whom, and that a failure is not."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from local.azure.world import ManualClock
from operators.cloud.kept import Kept
from operators.errors import Temporary

MINUTES = timedelta(minutes=5)


class Source:
    """Something that is read, and counts how often."""

    def __init__(self) -> None:
        self.clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
        self.kept: Kept[int] = Kept(self.clock.now, MINUTES)
        self.reads = 0
        self.fails = False

    async def read(self) -> int:
        """One read, which takes its time."""
        await asyncio.sleep(0)
        self.reads += 1
        if self.fails:
            raise Temporary("it", "503")
        return self.reads

    async def get(self, key: str = "a", not_before: datetime | None = None) -> int:
        """The kept answer."""
        return await self.kept.get(key, self.read, not_before)


async def test_an_answer_is_kept_and_then_read_again() -> None:
    """For its time, to the second; then once more."""
    source = Source()
    assert [await source.get(), await source.get()] == [1, 1]
    source.clock.advance(MINUTES.total_seconds() - 1)
    assert await source.get() == 1
    source.clock.advance(1)
    assert await source.get() == 2


async def test_many_that_ask_at_once_share_one_read() -> None:
    """Under one key; another key is another read."""
    source = Source()
    assert set(await asyncio.gather(*(source.get() for _ in range(50)))) == {1}
    assert await source.get("b") == 2


async def test_what_is_not_new_enough_is_read_again() -> None:
    """Whoever wants what was read since a moment gets it; a read of that very moment will do."""
    source = Source()
    await source.get()
    assert await source.get(not_before=source.clock.now()) == 1
    source.clock.advance(1)
    assert await source.get(not_before=source.clock.now()) == 2
    assert await source.get() == 2


async def test_a_failure_is_not_kept() -> None:
    """The next one who asks tries again, and what was known before stays known."""
    source = Source()
    await source.get()
    source.clock.advance(1)
    source.fails = True
    with pytest.raises(Temporary):
        await source.get(not_before=source.clock.now())
    assert await source.get() == 1
    source.fails = False
    assert await source.get(not_before=source.clock.now()) == 3


async def test_the_oldest_make_room() -> None:
    """However many keys there are, what is kept stays small."""
    source = Source()

    def reading(value: int) -> Callable[[], Awaitable[int]]:
        async def read() -> int:
            return value

        return read

    for number in range(1100):
        await source.kept.get(str(number), reading(number))
    assert await source.kept.get("0", reading(-1)) == -1
    assert await source.kept.get("1099", reading(-1)) == 1099
