"""A clock whose sleepers wait until a test turns it, in the order of their times."""

import asyncio
import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

_PATIENCE_SECONDS = 10


class AlarmClock:
    """Time stands still until it is turned."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._numbers = count()
        self._alarms: list[tuple[datetime, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Answer the moment it was turned to."""
        return self._now

    @property
    def sleepers(self) -> int:
        """Answer how many wait for it to be turned."""
        return sum(not alarm.done() for _, _, alarm in self._alarms)

    async def sleep(self, seconds: float) -> None:
        """Wait until it is turned so far."""
        if seconds <= 0:
            return
        alarm = asyncio.get_running_loop().create_future()
        heapq.heappush(self._alarms, (self._now + timedelta(seconds=seconds), next(self._numbers), alarm))
        await alarm

    def turn(self, seconds: float) -> None:
        """Let seconds pass and wake whoever waited for any of them."""
        self._now += timedelta(seconds=seconds)
        while self._alarms and self._alarms[0][0] <= self._now:
            _, _, alarm = heapq.heappop(self._alarms)
            if not alarm.done():
                alarm.set_result(None)


async def until(condition: Callable[[], bool]) -> None:
    """Let everything else go on until the condition holds; fails where it never does."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not condition():  # noqa: ASYNC110 - a condition may be of anything
            await asyncio.sleep(0.005)
