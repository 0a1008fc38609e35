"""When do the loops end?"""

import asyncio


class Stopping:
    """One request to end, which every loop sees at its next wait."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def request(self) -> None:
        """Ask every loop to take no more work."""
        self._event.set()

    @property
    def requested(self) -> bool:
        """Whether the end was asked for."""
        return self._event.is_set()

    async def sleep(self, seconds: float) -> bool:
        """Wait; True when the whole time passed, False as soon as the end is asked for."""
        try:
            await asyncio.wait_for(self._event.wait(), max(seconds, 0))
        except TimeoutError:
            return not self.requested  # a wait of no time does not look at the event
        return False
