"""What time it is in the simulated Azure."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Gives the time and lets it pass."""

    def now(self) -> datetime:
        """Answer the present moment, in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Let this many seconds pass."""
        ...


class ManualClock:
    """A clock for tests: time passes only when told."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Answer the moment it was last set to."""
        return self._now

    def advance(self, seconds: float) -> datetime:
        """Let seconds pass and answer the new moment."""
        self._now += timedelta(seconds=seconds)
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Let the seconds pass at once."""
        self.advance(seconds)


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Answer the machine's time."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Wait for real."""
        await asyncio.sleep(seconds)
