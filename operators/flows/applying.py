"""The act: intent stored before, result after; and finding out what is real when something came in between."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.engine import Claimed
from operators.core.active import Active
from operators.core.before import Before
from operators.core.clocks import in_utc
from operators.core.gate import Hindered, in_vain, unread
from operators.core.images import ImageReference, linux_fx_version
from operators.core.instances import InstanceStatus, left_to_platform
from operators.core.looks import Look
from operators.core.model import Unknown
from operators.core.naming import left_named
from operators.core.resuming import Done, was_done
from operators.core.rollouts import Act, Moved, Rollout
from operators.core.stalls import StallReason, stall
from operators.core.transitions import Event, State
from operators.core.waits import BUSY_IS_A_STALL, busy_wait, retry_wait
from operators.core.watch import FIRST_LOOK
from operators.errors import Busy, Deploying, Permanent, Temporary, Throttled
from operators.flows.facts import configured_image
from operators.flows.marking import GRACE
from operators.flows.publishing import untold
from operators.flows.services import House
from operators.flows.stepping import Outcome, carrying

_ATTEMPTS = 5
"""After so many acts that never got an answer, a rollout fails instead of trying once more."""


@dataclass(frozen=True)
class _Done:
    """What Azure took on."""

    reason: str
    detail: str
    operation: str | None = None
    """Where it tells how far that is."""


@dataclass(frozen=True)
class Applying:
    """Restarts apps, writes their configuration, and swaps their slots."""

    house: House

    async def act(
        self,
        claimed: Claimed,
        active: Active,
        moved: Moved,
        *,
        before: tuple[InstanceStatus, ...] | Unknown,
        aside: tuple[Moved, ...] = (),
        consumed: tuple[Look, ...] = (),
    ) -> Outcome:
        """Do what the rollout decided. `moved` has just become `applying`; nothing of this step is stored yet."""
        if moved.rollout.act is Act.RESTART and (until := left_to_platform(before, self.house.now())):
            return self._left_to_platform(active, moved, before, until, aside)
        rollout = moved.rollout.model_copy(
            update={
                "intended_at": self.house.now(),
                "applied_at": None,
                "attempts": moved.rollout.attempts + 1,
                "before": _stored(before),
                "poked": False,
                "operation": None,
                "swapped": False,
            }
        )
        intent = Moved(rollout=rollout, steps=moved.steps)
        if aside:
            due = await self.house.records.due.get(active.app)
            at = self.house.now() + self.house.settings.wait(GRACE)
            await self.house.records.due.to_tell(active.app, at, untold(None, aside), due)
        claimed = await self.house.records.engine.commit(
            claimed, carrying(active, intent), (*aside, intent), consumed=consumed, keep=True
        )
        for each in (*aside, intent):
            await self.house.records.recent.put(each.rollout)
        return await self._do(claimed, Moved(rollout=rollout))

    def _left_to_platform(
        self,
        active: Active,
        moved: Moved,
        before: tuple[InstanceStatus, ...] | Unknown,
        until: datetime,
        aside: tuple[Moved, ...],
    ) -> Outcome:
        """A restart would be refused, and is not needed: when its block ends the platform starts the app anew."""
        now = self.house.now()
        blocked = "nothing was done: the platform has blocked the app, and starts it anew by itself about"
        detail = f"{blocked} {in_utc(until)}"
        moved = moved.by(
            Event.APPLIED,
            now,
            "blocked",
            detail,
            intended_at=now,
            applied_at=now,
            before=_stored(before),
            poked=False,
            busy=0,
            hindered_since=None,
            next_at=until + FIRST_LOOK,
        )
        return Outcome(carrying(active, moved), (*aside, moved), again=until - now + FIRST_LOOK)

    async def resume(self, claimed: Claimed) -> Outcome:
        """Go on with a rollout whose act may or may not have happened."""
        active, rollout = claimed.active, claimed.active.rollout
        assert rollout is not None
        configured, statuses, under_way = await self._reality(rollout)
        done = was_done(rollout, configured, statuses, under_way=under_way)
        now, moved = self.house.now(), Moved(rollout=rollout)
        match done:
            case Done.UNKNOWN:
                unanswered = tuple(read for read in (configured, statuses) if isinstance(read, Unknown))
                detail = f"whether the {rollout.act} was done cannot be read"
                why = unread(unanswered, "unknown_if_applied", detail)
                again = retry_wait(rollout.retries + 1, why.asked)
                moved = moved.by(Event.RETRY, now, why.reason, why.detail, next_at=now + again)
                return Outcome(
                    carrying(claimed.active, moved), (moved,), again=again, at_least=why.asked or timedelta()
                )
            case Done.YES:
                applied = rollout.applied_at or rollout.intended_at
                detail = f"the {rollout.act} was done; watching goes on"
                moved = moved.by(Event.RESUME_AFTER_ACT, now, "resumed", detail, applied_at=applied, next_at=None)
                active = active.having_done(rollout)
            case Done.NO if rollout.attempts >= _ATTEMPTS and rollout.state is State.APPLYING:
                return self._refused(claimed, moved, "no_answer", f"{rollout.attempts} attempts got no answer")
            case Done.NO | Done.NOT_BEGUN:
                detail = "the app shows no trace of it" if done is Done.NO else "nothing had been done to the app"
                moved = self._before_act(moved, Event.RESUME_BEFORE_ACT, "resumed", detail)
        return Outcome(carrying(active, moved), (moved,), again=timedelta())

    async def _reality(
        self, rollout: Rollout
    ) -> tuple[ImageReference | Unknown | None, tuple[InstanceStatus, ...] | Unknown, bool]:
        """What the configuration names, how the instances are, and whether Azure works on it, now."""
        app = rollout.acted_on
        config, statuses = await asyncio.gather(
            read_or_unknown(f"config/web of {app.name}", self.house.azure.sites.config(app)),
            read_or_unknown(f"siteStatus of {app.name}", self.house.azure.sites.site_status(app)),
        )
        configured = config if isinstance(config, Unknown) else configured_image(config)
        if rollout.act is not Act.SWAP:
            return configured, statuses, False
        site = await read_or_unknown(f"site {app.name}", self.house.azure.sites.site(app))
        under_way = not isinstance(site, Unknown) and site.in_progress_operation_id is not None
        return configured, statuses, under_way

    async def _do(self, claimed: Claimed, moved: Moved) -> Outcome:
        rollout, active = moved.rollout, claimed.active
        try:
            done = await self._ask_azure(rollout)
        except (Busy, Throttled) as error:
            return self._not_now(claimed, moved, error)
        except Temporary as error:
            detail = f"{error.what}: {error.reason}; looking what is real next"
            now, asked = self.house.now(), error.retry_after or timedelta()
            again = retry_wait(0, asked)
            moved = moved.by(Event.RETRY, now, "no_answer", detail, next_at=now + again)
            return Outcome(carrying(active, moved), (moved,), again=again, at_least=asked, claimed=claimed)
        except Permanent as error:
            detail = f"{error.what}: {error.reason}" + (f". {error.fix}" if error.fix else "")
            return self._refused(claimed, moved, "refused", detail)
        now = self.house.now()
        held_up = None if rollout.measure is None else rollout.stall
        moved = moved.by(
            Event.APPLIED,
            now,
            done.reason,
            done.detail,
            applied_at=now,
            operation=done.operation,
            busy=0,
            hindered_since=None,
            stall=held_up,
            next_at=now + FIRST_LOOK if held_up else None,
        )
        return Outcome(carrying(active.having_done(rollout), moved), (moved,), again=FIRST_LOOK, claimed=claimed)

    async def _ask_azure(self, rollout: Rollout) -> _Done:
        """The one call that changes something. Raises operators.errors."""
        on, sites = rollout.acted_on, self.house.azure.sites
        where = f" ({on.name})" if rollout.in_slot else ""
        assert rollout.wanted is not None
        match rollout.act:
            case Act.RESTART:
                await sites.restart(on)
                return _Done("restarted", f"restarted{where}")
            case Act.WRITE:
                value = linux_fx_version(rollout.wanted)
                await sites.set_linux_fx_version(on, value)
                return _Done("written", f"{value} written{where}")
            case Act.SWAP:
                slot = on.slot_id(rollout.slot)
                operation = await self.house.azure.swaps.begin(slot)
                return _Done("swapping", f"the swap of {slot.name} with {on.name} was begun", operation)

    def _not_now(self, claimed: Claimed, moved: Moved, error: Busy | Throttled) -> Outcome:
        """Nothing was done: it is decided anew when the other one may have finished, or Azure has room for it."""
        now, rollout = self.house.now(), moved.rollout
        asked, times, hindered_since = error.retry_after or timedelta(), rollout.busy + 1, rollout.hindered_since
        if isinstance(error, Throttled):
            reason, why, again = "throttled", StallReason.THROTTLED, asked or retry_wait(0)
            since = now
        else:
            reason, why, again = "busy", _whose(error), busy_wait(times, asked)
            since = hindered_since = hindered_since or now
            if end := in_vain(rollout, why, str(error), now):
                return self._hindered(claimed, moved, end)
        held_up = rollout.stall
        if rollout.measure is None and times >= BUSY_IS_A_STALL and (held_up is None or held_up.reason is not why):
            held_up = stall(why, since, (error.reason,))
        rollout = rollout.model_copy(
            update={
                "attempts": rollout.attempts - 1,
                "busy": times,
                "hindered_since": hindered_since,
                "next_at": now + again,
                "stall": held_up,
            }
        )
        detail = f"{error}; nothing was done, again in {again.total_seconds():.0f} s, at {in_utc(now + again)}"
        moved = self._before_act(Moved(rollout=rollout), Event.BUSY, reason, detail)
        return Outcome(carrying(claimed.active, moved), (moved,), again=again, at_least=asked, claimed=claimed)

    def _hindered(self, claimed: Claimed, moved: Moved, end: Hindered) -> Outcome:
        """Refused for too long because of others: an end, from where the act was decided."""
        acted = moved.rollout.measure is not None
        moved = self._before_act(moved, Event.BUSY, "busy", end.detail)
        event = Event.GIVEN_UP if acted else Event.HINDERED
        detail = f"{end.detail}.{left_named(moved.rollout, claimed.active.container)}" if acted else end.detail
        moved = moved.by(event, self.house.now(), end.reason, detail, planned=None)
        return Outcome(carrying(claimed.active, moved), (moved,), claimed=claimed)

    def _before_act(self, moved: Moved, event: Event, reason: str, detail: str) -> Moved:
        """Back to where the act was decided: a first act is chosen anew, a measure of recovery is planned again."""
        measure, now = moved.rollout.measure, self.house.now()
        if measure is not None:
            moved = Moved(rollout=moved.rollout.without_measure(), steps=moved.steps)
            return moved.by(Event.RESUME_RECOVERY, now, reason, detail, planned=measure)
        return moved.by(event, now, reason, detail, intended_at=None)

    def _refused(self, claimed: Claimed, moved: Moved, reason: str, detail: str) -> Outcome:
        event = Event.REFUSED if moved.rollout.back_to is None else Event.NOT_BACK
        left = left_named(moved.rollout.without_measure(), claimed.active.container)
        moved = moved.by(event, self.house.now(), reason, f"{detail}{left}")
        return Outcome(carrying(claimed.active, moved), (moved,), claimed=claimed)


def _whose(error: Busy) -> StallReason:
    """What kind of work refuses ours."""
    return StallReason.DEPLOYMENT_IN_PROGRESS if isinstance(error, Deploying) else StallReason.OPERATION_IN_PROGRESS


def _stored(before: tuple[InstanceStatus, ...] | Unknown) -> Before | Unknown:
    return before if isinstance(before, Unknown) else Before.of(before)
