"""Marking: how everything that happens outside says "look at this app"."""

from datetime import timedelta

from operators.cloud.due import DueTable
from operators.cloud.engine import EngineTable
from operators.cloud.queues import Queues
from operators.core.looks import Look
from operators.settings import Settings

GRACE = timedelta(minutes=1)
"""How long after its time a step counts as overdue, and its message as lost."""


class Marking:
    """Leaves a mark that survives the loss of its message."""

    def __init__(self, engine: EngineTable, due: DueTable, queues: Queues, settings: Settings) -> None:
        self._engine = engine
        self._due = due
        self._queues = queues
        self._settings = settings

    async def mark(self, look: Look) -> None:
        """Mark and enqueue; also where the mark exists already, for its message may be lost.

        Raises operators.errors.Temporary where storage gives no answer.
        """
        await self._engine.mark(look)
        await self._due.put(look.app, look.at + self._settings.wait(GRACE))
        await self._queues.look(look.app)
