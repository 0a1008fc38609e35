"""Time that passes only while everybody waits: an event loop that jumps to its next timer."""

import asyncio
import selectors
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any


class Stuck(Exception):
    """Everybody waits for something that no timer will bring."""


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose seconds take no time. Nothing in it may wait for a thread or a socket."""

    def __init__(self) -> None:
        self._passed = 0.0
        super().__init__(_Jumping(self._pass))

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._passed

    def _pass(self, seconds: float) -> None:
        self._passed += seconds


class _Jumping(selectors.SelectSelector):
    """Instead of waiting for sockets it lets the time pass."""

    def __init__(self, let_pass: Callable[[float], None]) -> None:
        super().__init__()
        self._let_pass = let_pass

    def select(self, timeout: float | None = None) -> list[Any]:
        """No socket is ever ready."""
        if timeout is None:
            raise Stuck("nothing is ready, and no timer is set")
        if timeout > 0:
            self._let_pass(timeout)
        return []


class LoopClock:
    """The loop's time as a date: what the simulated Azure and the storage in memory go by."""

    def __init__(self, loop: asyncio.AbstractEventLoop, start: datetime) -> None:
        self._loop = loop
        self.start = start.astimezone(UTC)

    def now(self) -> datetime:
        """The present moment."""
        return self.start + timedelta(seconds=self._loop.time())

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""
        await asyncio.sleep(seconds)


@contextmanager
def wall_clock(now: Callable[[], datetime]) -> Iterator[None]:
    """Have `time.time` answer this time: azure-core asks it whether a token has expired."""
    real = time.time
    time.time = lambda: now().timestamp()
    try:
        yield
    finally:
        time.time = real
