"""The sweep: whatever is overdue is enqueued again, and rollouts whose messages were poisonous are taken up."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from operators.cloud.engine import LostClaim, NotNow
from operators.cloud.queues import LookMessage
from operators.core.active import Active
from operators.core.pacing import spread
from operators.core.resuming import INTERRUPTIONS
from operators.core.rollouts import Moved
from operators.core.transitions import Event
from operators.core.waits import retry_wait
from operators.flows.marking import GRACE
from operators.flows.publishing import Publishing
from operators.flows.services import House
from operators.flows.stepping import begin, carrying

_log = logging.getLogger(__name__)
_STILL_NEWS = timedelta(hours=1)
"""What happened longer ago has been published, or nobody asks for it any more."""


@dataclass(frozen=True)
class Sweep:
    """A lost message costs a minute, not a rollout. Raises operators.errors.Temporary without storage."""

    house: House

    async def run(self) -> int:
        """Enqueue the overdue apps; how many those were."""
        records, now = self.house.records, self.house.now()
        overdue = [due async for due in records.due.all() if due.at <= now]
        turns = spread(due.app for due in overdue)
        for due, (_, delay) in zip(overdue, turns, strict=True):
            active, looks = await records.engine.read(due.app)
            if active.rollout is None and not looks and not due.untold:
                await records.due.remove(due)
                continue
            await self._publish(active)
            _log.warning("%s is overdue since %s; its message is sent again", due.app, due.at)
            delay = self.house.settings.wait(delay)
            await records.due.put(due.app, now + delay + self.house.settings.wait(GRACE), due.error)
            await records.queues.look(due.app, active.next_step if active.rollout else None, delay)
        return len(overdue)

    async def poisoned(self, message: LookMessage, owner: str) -> None:
        """Mark the app's rollout `interrupted` with the error that its message died of; the sweep resumes it.

        After the last time that it is resumed it has failed, and takes with it the looks that may be what it dies of;
        the drift check finds what they stood for.
        """
        records, now = self.house.records, self.house.now()
        claimed = await records.engine.claim(message.app, message.step, owner)
        if isinstance(claimed, NotNow):
            _log.info("poison for %s: not now: %s", message.app, claimed.why)
            return
        active, looks = claimed.active, claimed.looks
        if active.rollout is None and not looks:
            await records.engine.release(message.app, owner)
            return
        due = await records.due.get(message.app)
        error = due.error if due and due.error else "its message failed five times and left no word why"
        if active.rollout is None:
            active, moved = begin(active, looks, now)
        else:
            moved = Moved(rollout=active.rollout)
        times = moved.rollout.interruptions + 1
        soon = now + self.house.settings.wait(max(GRACE, retry_wait(times)))
        moved = moved.by(Event.INTERRUPT, now, "interrupted", error, interruptions=times, next_at=soon)
        if times < INTERRUPTIONS:
            await records.due.put(message.app, soon, error)
        else:
            detail = f"given up after {times} interruptions, the last one by: {error}"
            moved = moved.by(Event.GIVEN_UP, now, "interrupted", detail)
            if active.container and moved.rollout.intended_at:
                active = active.model_copy(update={"container": active.container.lost()})
            await records.due.to_tell(message.app, soon, (moved.rollout.sequence,), due)
        after = carrying(active, moved, next_step=claimed.active.next_step + 1)
        try:
            await records.engine.commit(claimed, after, (moved,), consumed=looks if moved.rollout.ended else ())
        except LostClaim:
            _log.info("poison for %s: another message wrote first", message.app)
            return
        await records.recent.put(moved.rollout)

    async def _publish(self, active: Active) -> None:
        """Show and tell again where the rollout stands; its step may have died before it could."""
        rollout = active.rollout
        if rollout is not None and self.house.now() - rollout.updated_at < _STILL_NEWS:
            await Publishing(self.house).again(rollout)
