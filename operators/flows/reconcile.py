"""One step of one app: claim it, move its rollout on, store that in one batch, and say when the next step is due."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from operators.cloud.due import Due
from operators.cloud.engine import Claimed, LostClaim, NotNow
from operators.cloud.queues import LookMessage
from operators.core.active import Active
from operators.core.inventory import Follower
from operators.core.transitions import State
from operators.errors import PulleyError
from operators.flows.applying import Applying
from operators.flows.marking import GRACE
from operators.flows.planning import Planning
from operators.flows.publishing import Publishing, untold
from operators.flows.recovering import Recovering
from operators.flows.services import House
from operators.flows.stepping import Outcome
from operators.flows.verifying import Verifying

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reconcile:
    """The engine. Raises operators.errors.Temporary only where the operator's own storage gives no answer."""

    house: House

    async def run(self, message: LookMessage, owner: str) -> None:
        """Work on the app that the message names, if it is this message's turn. `owner` is the message's id."""
        claimed = await self.house.records.engine.claim(message.app, message.step, owner)
        if isinstance(claimed, NotNow):
            _log.info("%s: not now: %s", message.app, claimed.why)
            return
        try:
            await self._finish(claimed, await self._step(claimed))
        except LostClaim:
            _log.warning("%s: another message wrote first; this step stored nothing", message.app)
        except Exception as error:
            # whatever it is, the host repeats the message and at last puts it into the poison queue: the error has to
            # outlive this process for `interrupted` to say what happened
            await self._remember(message.app, owner, error)
            raise

    async def _step(self, claimed: Claimed) -> "Outcome":
        rollout = claimed.active.rollout
        match rollout.state if rollout else None:
            case State.APPLYING | State.INTERRUPTED:
                return await Applying(self.house).resume(claimed)
            case State.VERIFYING:
                return await Verifying(self.house).look(claimed)
            case State.RECOVERING:
                return await Recovering(self.house).step(claimed)
            case _:
                return await Planning(self.house).plan(claimed)

    async def _finish(self, claimed: Claimed, outcome: "Outcome") -> None:
        """Store the outcome and hand the app on: to its next step, to a look that came meanwhile, or to rest."""
        records, settings = self.house.records, self.house.settings
        before, claimed = claimed.active, outcome.claimed or claimed
        active = outcome.active.model_copy(update={"next_step": claimed.active.next_step + 1})
        app = active.app
        due = await records.due.get(app)
        left = due.untold if due else ()
        delay = max(settings.wait(outcome.again), outcome.at_least) if outcome.again is not None else None
        news = untold(before.rollout, outcome.moved)
        if delay is not None or left or news:
            at = self.house.now() + (delay or timedelta()) + settings.wait(GRACE)
            due = await records.due.to_tell(app, at, news, due)
        await records.engine.commit(claimed, active, outcome.moved, consumed=outcome.consumed)
        await self._follow(before, active, ended=bool(left) or any(each.rollout.ended for each in outcome.moved))
        await Publishing(self.house).publish(before.rollout, outcome.moved)
        await Publishing(self.house).make_good(app, left)
        for each in outcome.moved:
            for step in each.steps:
                _log.info("%s #%d %s: %s", app, each.rollout.sequence, step.state, step.detail)
        await self._hand_on(active, delay, due)

    async def _hand_on(self, active: Active, delay: timedelta | None, due: Due | None) -> None:
        """Have the next step begin, if there is one; all that the row stood for until now is done."""
        records, app = self.house.records, active.app
        if delay is not None:
            await records.queues.look(app, active.next_step, delay)
        elif (await records.engine.read(app))[1]:
            await records.queues.look(app)
        elif due is not None:
            await records.due.remove(due)
            return
        if due is not None and due.untold:
            await records.due.told(due)

    async def _follow(self, before: Active, after: Active, *, ended: bool) -> None:
        """Keep the list that pushes and the drift check go by; each end writes it, also one of a step that died."""
        container = after.container
        if container is None or container.reference is None:
            return
        known = before.container
        same = known and (known.reference, known.decided, known.owed, known.written) == (
            container.reference,
            container.decided,
            container.owed,
            container.written,
        )
        if same and not ended:
            return
        await self.house.records.follows.put(
            Follower(
                app=after.app,
                registry=container.reference.registry,
                repository=container.reference.repository,
                tag=container.reference.tag,
                decided=container.decided,
                owed=container.owed,
                written=container.written,
            )
        )

    async def _remember(self, app: str, owner: str, error: Exception) -> None:
        soon = self.house.now() + self.house.settings.wait(GRACE)
        try:
            await self.house.records.due.put(app, soon, error=f"{type(error).__name__}: {error}")
            await self.house.records.engine.release(app, owner)
        except PulleyError:
            _log.warning("%s: the error could not be stored beside its due time", app)
