"""Time that takes none: what is due first comes first, and whoever waits for nothing is told so."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.simulation.virtual_time import LoopClock, Stuck, VirtualLoop, wall_clock

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_day_passes_at_once_and_in_order() -> None:
    """Timers end in the order of their times, the clock shows those times, and no second of ours goes by."""
    seen: list[tuple[str, datetime]] = []

    async def sleeper(name: str, seconds: float, clock: LoopClock) -> None:
        await clock.sleep(seconds)
        seen.append((name, clock.now()))

    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        clock = LoopClock(runner.get_loop(), NOON)

        async def story() -> None:
            await asyncio.gather(sleeper("late", 86_400, clock), sleeper("early", 0.5, clock))

        began = time.monotonic()
        runner.run(story())
    assert seen == [("early", NOON + timedelta(seconds=0.5)), ("late", NOON + timedelta(days=1))]
    assert time.monotonic() - began < 5


def test_waiting_for_nothing_is_an_error() -> None:
    """Where no timer is set and nothing is ready, nothing would ever happen."""

    async def story() -> None:
        await asyncio.Event().wait()

    with asyncio.Runner(loop_factory=VirtualLoop) as runner, pytest.raises(Stuck):
        runner.run(story())


def test_the_wall_clock_goes_along() -> None:
    """`time.time`, which azure-core compares a token's expiry with, is the simulated time, and the real one after."""
    real = time.time()
    with wall_clock(lambda: NOON):
        assert time.time() == NOON.timestamp()
    assert time.time() >= real
