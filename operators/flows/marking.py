"""Marking: how everything that happens outside says "look at this app"."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from itertools import batched

from operators.cloud.due import DueTable
from operators.cloud.engine import EngineTable
from operators.cloud.queues import Queues
from operators.core.looks import Cause, Look
from operators.core.pacing import spread
from operators.settings import Settings

_AT_ONCE = 10
GRACE = timedelta(minutes=1)
"""How long after its time a step counts as overdue, and its message as lost."""


class Marking:
    """Leaves a mark that survives the loss of its message."""

    def __init__(self, engine: EngineTable, due: DueTable, queues: Queues, settings: Settings) -> None:
        self._engine = engine
        self._due = due
        self._queues = queues
        self._settings = settings

    async def mark(self, look: Look, delay: timedelta = timedelta()) -> None:
        """Mark and enqueue; also where the mark exists already, for its message may be lost.

        Raises operators.errors.Temporary where storage gives no answer.
        """
        delay = self._settings.wait(delay)
        if delay:
            look = look.model_copy(update={"turn": look.at + delay})
        overdue_at = look.at + delay + self._settings.wait(GRACE)
        if look.cause is Cause.PERSON:
            # nobody repeats a wish: a mark with nothing due would be carried out with the app's next step, some day
            await self._due.put(look.app, overdue_at)
        await self._engine.mark(look)
        await self._due.put(look.app, overdue_at)
        await self._queues.look(look.app, delay=delay)

    async def mark_all(self, looks: Sequence[Look]) -> None:
        """Mark many apps, each subscription's at the pace that Azure bears. Raises as `mark`."""
        delays = [delay for _, delay in spread(look.app for look in looks)]
        for some in batched(zip(looks, delays, strict=True), _AT_ONCE, strict=False):
            await asyncio.gather(*(self.mark(look, delay) for look, delay in some))
