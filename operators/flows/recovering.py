"""Recovery: look again, and where there is still no progress take the planned step, the least harmful one left."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.engine import Claimed
from operators.core.active import Active
from operators.core.apps import AppId, Site
from operators.core.clocks import AFTER_BLOCK, in_utc
from operators.core.gate import (
    Busy,
    GiveUp,
    Hindered,
    HoldReason,
    Mode,
    Unread,
    beside,
    fight,
    unread_deployments,
    unread_instances,
)
from operators.core.heeding import AllowsLess, heed, unreadable
from operators.core.instances import block_to_wait_for
from operators.core.looks import Cause, Look
from operators.core.model import Unknown
from operators.core.naming import left_named
from operators.core.newer import newer_push, newer_wish
from operators.core.other_work import other_work
from operators.core.recovery import WRITES, Measure, Tried, next_measure
from operators.core.registries import TagFacts
from operators.core.resuming import late_since, written_late
from operators.core.rollouts import Moved, Rollout
from operators.core.stalls import Stall, StallReason
from operators.core.transitions import Event
from operators.core.waits import hold_wait, retry_wait
from operators.core.watch import FIRST_LOOK, Failed, Serving, WatchFacts
from operators.flows.applying import Applying
from operators.flows.deployments import Deployments
from operators.flows.going_back import GoingBack, WayBack
from operators.flows.services import House
from operators.flows.stepping import Outcome, carrying
from operators.flows.verifying import Verifying
from operators.flows.watching import Watching

_WITH_THIS_IMAGE = frozenset({Measure.RETRY, Measure.REDEPLOY})


@dataclass(frozen=True)
class Wait:
    """Why the planned step is not taken now."""

    reason: str
    detail: str
    again: timedelta
    hindered_since: datetime | None = None
    """Since when somebody else's work is why."""


@dataclass(frozen=True)
class Recovering:
    """One step of a rollout that makes no progress."""

    house: House

    async def step(self, claimed: Claimed) -> Outcome:
        """Look, and take the planned measure where nothing speaks against it."""
        active, rollout = claimed.active, claimed.active.rollout
        assert rollout is not None
        newer = await self._newer(claimed, rollout)
        if newer and not _first_back(active, rollout, newer):
            detail = f"{rollout.detail} Not tried further: {newer.detail} came, and is brought instead."
            moved = Moved(rollout=rollout).by(Event.NEWER, self.house.now(), "newer", detail, planned=None)
            return Outcome(carrying(active, moved), (moved,))
        if self.house.settings.mode is Mode.OBSERVE:
            left = left_named(rollout, active.container)
            return self._give_up(active, rollout, f"{rollout.detail} PULLEY_MODE=observe: nothing more is tried.{left}")
        facts, verdict = await Watching(self.house).judged(rollout)
        now = self.house.now()
        if isinstance(verdict, Failed) and verdict.stall.reason is StallReason.APP_GONE:
            return self._give_up(active, rollout, f"{rollout.detail} Not tried further: {verdict.stall.lines[0]}.")
        if overtaken := await Watching(self.house).overtaken(rollout):
            return await self._overtaken(active, rollout, overtaken, facts, now)
        if isinstance(verdict, Serving):
            return await Verifying(self.house).serves(active, rollout, verdict, facts)
        why = ""
        if newer:
            rollout = _planning(rollout, Measure.ROLLBACK)
            why = f"{newer.detail} came, and is brought after this: "
        elif moved_on := await self._moved_on(rollout):
            planned = _next(active, rollout, but={Measure.RETRY})
            if planned is None:
                return self._not_tried(active, rollout, moved_on)
            rollout = _planning(rollout, planned)
            why = f"no restart, for {moved_on}: "
        wait = await self._not_now(rollout, facts, now)
        if isinstance(wait, AllowsLess):
            allowing = rollout.model_copy(update={"recover": wait.allowed})
            if planned := _next(active, allowing, but=()):
                why = f"no {rollout.planned}, for {wait.detail}: "
                rollout = _planning(allowing, planned)
                wait = await self._not_now(rollout, facts, now)
        if isinstance(wait, Hindered | GiveUp):
            return self._not_tried(active, rollout, wait.detail)
        if wait:
            return self._put_off(active, rollout, wait, now)
        return await self._take(claimed, rollout, facts, now, why)

    async def _newer(self, claimed: Claimed, rollout: Rollout) -> Look | None:
        """A look that brings another image: better than to recover with this one.

        A push whose tag names only what failed here brings nothing, and nobody would go back after it.
        """
        if wished := newer_wish(claimed.looks, rollout):
            return wished
        look = newer_push(claimed.looks, rollout)
        if look is None or rollout.reference is None:
            return look
        tag = await Watching(self.house).tag(rollout)
        container = claimed.active.container
        failed = {rollout.digest, *(one.digest for one in (container.rejected if container else ()))}
        return look if isinstance(tag, TagFacts) and tag.digest not in failed else None

    async def _moved_on(self, rollout: Rollout) -> str | None:
        """Why a restart would bring another image than this rollout's: what the tag names, which may have failed."""
        if rollout.planned is not Measure.RETRY or rollout.pinned:
            return None
        tag = await Watching(self.house).tag(rollout)
        if not isinstance(tag, TagFacts) or tag.digest == rollout.digest:
            return None
        return f"{rollout.reference} names {tag.digest} by now"

    async def _take(self, claimed: Claimed, rollout: Rollout, facts: WatchFacts, now: datetime, why: str) -> Outcome:
        measure, container = rollout.planned, claimed.active.container
        assert measure is not None
        assert rollout.image is not None
        assert rollout.digest is not None
        goods = container.goods_but(rollout.digest) if container and measure is Measure.ROLLBACK else ()
        back = await GoingBack(self.house).way(rollout, goods)
        if measure is Measure.ROLLBACK and back is None:
            return self._nothing_left(claimed.active, rollout)
        what = {
            Measure.RETRY: "one more restart",
            Measure.REDEPLOY: f"{rollout.image} is written into the configuration, which builds the app anew",
            Measure.ROLLBACK: f"back to {back.told}" if back else "",
        }[measure]
        moved = _begun(rollout, measure, now, f"{why}{what}", back)
        return await Applying(self.house).act(claimed, claimed.active, moved, before=facts.statuses)

    async def _overtaken(
        self, active: Active, rollout: Rollout, overtaken: Stall, facts: WatchFacts, now: datetime
    ) -> Outcome:
        """Its end, for an image that is somebody else's; one that it would go back to is taken for what it wrote."""
        goods = active.container.goods_but(rollout.digest) if active.container and rollout.digest else ()
        image = written_late(rollout, await Watching(self.house).configured(rollout), goods)
        if image is None:
            return self._give_up(active, rollout, f"{rollout.detail} Not tried further: {overtaken.lines[0]}.")
        back = WayBack(image, swaps=False, told=f"the last good image, {image}")
        detail = "nothing was written: the configuration names it already"
        since = late_since(rollout, facts.statuses, now)
        moved = _begun(rollout, Measure.ROLLBACK, now, f"back to {back.told}", back).by(
            Event.APPLIED, now, "written", detail, intended_at=since, applied_at=since, poked=False, hindered_since=None
        )
        return Outcome(carrying(active.having_done(moved.rollout), moved), (moved,), again=FIRST_LOOK)

    async def _not_now(self, rollout: Rollout, facts: WatchFacts, now: datetime) -> Wait | GiveUp | Hindered | None:
        freeze = await self.house.records.switches.freeze()
        if freeze:
            return Wait("frozen", str(freeze), hold_wait(HoldReason.FROZEN))
        site = await self._allowed(rollout, now)
        if not isinstance(site, Site):
            return site
        if until := block_to_wait_for(facts.statuses, now, rollout.next_at if rollout.reason == "blocked" else None):
            detail = f"the platform starts nothing before {in_utc(until)}: a restart now would make it longer"
            # whether others are still at work is not seen meanwhile, and an app that crashes is blocked again and again
            return Wait("blocked", detail, until - now + AFTER_BLOCK, rollout.hindered_since)
        if rollout.planned is Measure.RETRY and (blind := unread_instances(facts.statuses, rollout)):
            return _for_read(blind, rollout)
        return await self._others_at_work(rollout, site, now)

    async def _allowed(self, rollout: Rollout, now: datetime) -> Site | Wait | GiveUp:
        """What the measure is taken on, where the app itself allows it; asked before a block, for those come again."""
        apps = dict.fromkeys((rollout.acted_on, AppId.from_key(rollout.app)))
        site, *others = await asyncio.gather(*(self._site(one) for one in apps))
        own = others[0] if others else site
        for read in (site, own):
            if isinstance(read, Unknown):
                why = unreadable(read, rollout, now)
                return why if isinstance(why, GiveUp) else _for_read(why, rollout)
        assert not isinstance(site, Unknown)
        assert not isinstance(own, Unknown)
        assert rollout.planned is not None
        settings = self.house.settings
        refused = heed(own, site, rollout.planned, opt_in=settings.opt_in, default=settings.recover)
        return refused or site

    async def _others_at_work(self, rollout: Rollout, site: Site, now: datetime) -> Wait | Hindered | None:
        on = rollout.acted_on
        deployments = await read_or_unknown(f"deploymentStatus of {on.name}", self.house.azure.details.deployments(on))
        other = other_work(site, deployments)
        if isinstance(other, Unknown):
            blind = unread_deployments(other, rollout)
            return _for_read(blind, rollout) if blind else None
        if other is None:
            return None
        other = await Deployments(self.house).seen(other)
        busy = beside(rollout, other, now, writes=rollout.planned is not Measure.RETRY)
        if not isinstance(busy, Busy):
            return busy
        return Wait(busy.reason, busy.detail, retry_wait(rollout.retries), rollout.hindered_since or now)

    async def _site(self, app: AppId) -> Site | Unknown:
        return await read_or_unknown(f"site {app.name}", self.house.azure.sites.site(app))

    def _not_tried(self, active: Active, rollout: Rollout, why: str) -> Outcome:
        meaning = f"{rollout.stall.meaning} " if rollout.stall else ""
        left = left_named(rollout, active.container)
        return self._give_up(active, rollout, f"{meaning}{rollout.planned} was not tried: {why}.{left}")

    def _put_off(self, active: Active, rollout: Rollout, wait: Wait, now: datetime) -> Outcome:
        moved = Moved(rollout=rollout)
        waits: dict[str, Any] = {"next_at": now + wait.again, "hindered_since": wait.hindered_since}
        if rollout.reason != wait.reason:
            moved = moved.by(Event.RETRY, now, wait.reason, wait.detail, **waits)
        else:
            moved = Moved(rollout=rollout.model_copy(update=waits | {"retries": rollout.retries + 1}))
        return Outcome(carrying(active, moved), (moved,), again=wait.again)

    def _nothing_left(self, active: Active, rollout: Rollout) -> Outcome:
        """The way back is not taken where it would write what nobody can pull."""
        assert rollout.stall is not None
        why = "the registry has no image any more that was proved to serve here"
        container = active.container and active.container.model_copy(update={"last_good": ()})
        left = left_named(rollout, container)
        return self._give_up(active, rollout, f"{rollout.stall.meaning} {rollout.planned} was not tried: {why}.{left}")

    def _give_up(self, active: Active, rollout: Rollout, detail: str) -> Outcome:
        reason = str(rollout.stall.reason) if rollout.stall else "given_up"
        moved = Moved(rollout=rollout).by(Event.GIVEN_UP, self.house.now(), reason, detail, planned=None, next_at=None)
        return Outcome(carrying(active, moved), (moved,))


def _for_read(why: Unread, rollout: Rollout) -> Wait:
    return Wait(why.reason, why.detail, retry_wait(rollout.retries, why.asked), rollout.hindered_since)


def _begun(rollout: Rollout, measure: Measure, now: datetime, detail: str, back: WayBack | None) -> Moved:
    """The measure is about to be taken."""
    assert rollout.stall is not None
    return Moved(rollout=rollout).by(
        Event.GO,
        now,
        str(measure),
        detail,
        last_act=rollout.this_act,
        measure=measure,
        planned=None,
        next_at=None,
        tried=(*rollout.tried, Tried(measure=measure, reason=rollout.stall.reason, at=now)),
        back_to=back.image if back else None,
        swaps_back=back is not None and back.swaps,
    )


def _planning(rollout: Rollout, measure: Measure) -> Rollout:
    """With this measure planned: how often another one was begun or refused says nothing of it."""
    if measure is rollout.planned:
        return rollout
    return rollout.model_copy(update={"planned": measure, "attempts": 0, "busy": 0})


def _first_back(active: Active, rollout: Rollout, newer: Look) -> bool:
    """Whether the app goes back to its last good image before this is brought: a push may be held, or fail too."""
    return newer.cause is not Cause.PERSON and _next(active, rollout, but=_WITH_THIS_IMAGE) is Measure.ROLLBACK


def _next(active: Active, rollout: Rollout, *, but: Collection[Measure]) -> Measure | None:
    """The next measure but these; none that somebody else's tool would change back."""
    assert rollout.stall is not None
    assert rollout.digest is not None
    container = active.container
    # an image that got no further than its slot is nothing to go back from, nor one that most instances serve
    stays = rollout.in_slot or rollout.stall.stays
    good = container.good_but(rollout.digest) if container and not stays else None
    measure = next_measure(
        rollout.stall.reason,
        tried=rollout.tried,
        allowed=rollout.recover,
        pinned=rollout.pinned,
        last_good=good,
        but=but,
    )
    return None if container and measure in WRITES and fight(container.reverts) else measure
