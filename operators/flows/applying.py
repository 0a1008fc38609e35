"""The act: intent stored before, result after; and finding out what is real when something came in between."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.engine import Held
from operators.core.apps import AppId
from operators.core.gate import retry_wait
from operators.core.images import ImageReference, linux_fx_version
from operators.core.instances import InstanceStatus
from operators.core.model import Unknown
from operators.core.resuming import Done, was_done
from operators.core.rollouts import Active, Health, Moved, Rollout, Strategy
from operators.core.transitions import Event, State
from operators.core.watch import FIRST_LOOK
from operators.errors import Permanent, Temporary
from operators.flows.facts import Facts, configured_image
from operators.flows.services import House
from operators.flows.stepping import Outcome, carrying

_ATTEMPTS = 5
"""After so many acts that never got an answer, a rollout fails instead of trying once more."""


@dataclass(frozen=True)
class Applying:
    """Restarts apps and writes their configuration."""

    house: House

    async def act(self, held: Held, active: Active, moved: Moved, facts: Facts, aside: tuple[Moved, ...]) -> Outcome:
        """Do what the rollout decided. `moved` has just become `applying`; nothing of this step is stored yet."""
        rollout = moved.rollout.model_copy(
            update={
                "intended_at": self.house.now(),
                "applied_at": None,
                "attempts": moved.rollout.attempts + 1,
                "before": facts.statuses,
                "poked": False,
                "health": Health(
                    host_name=facts.site.default_host_name,
                    health_check_path=facts.config.health_check_path,
                    always_on=facts.config.always_on,
                ),
            }
        )
        intent = Moved(rollout=rollout, steps=moved.steps)
        active = carrying(active, intent)
        held = await self.house.records.engine.commit(held, active, (*aside, intent), consumed=held.looks, keep=True)
        for each in (*aside, intent):
            await self.house.records.recent.put(each.rollout)
        done, again = await self._do(Moved(rollout=rollout))
        return Outcome(carrying(held.active, done), (done,), again=again, held=held)

    async def resume(self, held: Held) -> Outcome:
        """Go on with a rollout whose act may or may not have happened."""
        rollout = held.active.rollout
        assert rollout is not None
        done = was_done(rollout, *await self._reality(rollout))
        now, moved = self.house.now(), Moved(rollout=rollout)
        match done:
            case Done.UNKNOWN:
                moved = moved.by(Event.RETRY, now, "unknown_if_applied", "whether it was restarted cannot be read")
                return Outcome(carrying(held.active, moved), (moved,), again=retry_wait(moved.rollout.retries))
            case Done.YES:
                applied = rollout.applied_at or rollout.intended_at
                detail = f"{rollout.strategy} was done; watching goes on"
                moved = moved.by(Event.RESUME_AFTER_ACT, now, "resumed", detail, applied_at=applied)
            case Done.NO if rollout.attempts >= _ATTEMPTS and rollout.state is State.APPLYING:
                moved = moved.by(Event.REFUSED, now, "no_answer", f"{rollout.attempts} attempts got no answer")
                return Outcome(carrying(held.active, moved), (moved,))
            case Done.NO | Done.NOT_BEGUN:
                detail = "the app shows no trace of it" if done is Done.NO else "nothing had been done to the app"
                moved = moved.by(Event.RESUME_BEFORE_ACT, now, "resumed", detail, intended_at=None)
        return Outcome(carrying(held.active, moved), (moved,), again=timedelta())

    async def _reality(
        self, rollout: Rollout
    ) -> tuple[ImageReference | Unknown | None, tuple[InstanceStatus, ...] | Unknown]:
        """What the configuration names and how the instances are, now."""
        app = AppId.from_key(rollout.app)
        config, statuses = await asyncio.gather(
            read_or_unknown(f"config/web of {app.name}", self.house.azure.sites.config(app)),
            read_or_unknown(f"siteStatus of {app.name}", self.house.azure.sites.site_status(app)),
        )
        return (config if isinstance(config, Unknown) else configured_image(config)), statuses

    async def _do(self, moved: Moved) -> tuple[Moved, timedelta | None]:
        rollout = moved.rollout
        app = AppId.from_key(rollout.app)
        assert rollout.image is not None
        try:
            if rollout.strategy is Strategy.PIN:
                await self.house.azure.sites.set_linux_fx_version(app, linux_fx_version(rollout.image))
            else:
                await self.house.azure.sites.restart(app)
        except Temporary as error:
            now = self.house.now()
            moved = moved.by(Event.RETRY, now, "no_answer", f"{error.what}: {error.reason}; looking what is real next")
            return moved, retry_wait(0, error.retry_after)
        except Permanent as error:
            detail = f"{error.what}: {error.reason}" + (f". {error.fix}" if error.fix else "")
            return moved.by(Event.REFUSED, self.house.now(), "refused", detail), None
        detail = f"{linux_fx_version(rollout.image)} written" if rollout.strategy is Strategy.PIN else "restarted"
        now = self.house.now()
        return moved.by(Event.APPLIED, now, str(rollout.strategy), detail, applied_at=now), FIRST_LOOK
