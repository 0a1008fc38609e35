"""After the act: does the new container really serve? And when it does not, why, and what is tried next."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from operators.cloud.engine import Claimed
from operators.core.active import Active
from operators.core.clocks import AFTER_BLOCK, in_utc
from operators.core.gate import Hold, fight
from operators.core.model import asked_wait
from operators.core.naming import left_named
from operators.core.proof import Proof
from operators.core.recovery import WRITES, Measure, next_measure
from operators.core.rollouts import Act, Moved, Rollout
from operators.core.stalls import Stall, StallReason
from operators.core.swaps import Swapped
from operators.core.transitions import Event
from operators.core.watch import Failed, Serving, Suspect, Unproven, Waiting, WatchFacts
from operators.flows.attributing import Attributing
from operators.flows.services import House
from operators.flows.stepping import Outcome, carrying
from operators.flows.watching import Watching

_SETTLE = timedelta(seconds=30)
"""Between an act and the next one on the same app, where nothing longer is asked for."""


@dataclass(frozen=True)
class Verifying:
    """Looks once and decides; the queue carries the time between looks."""

    house: House

    async def look(self, claimed: Claimed) -> Outcome:
        """One look at an app that was acted upon."""
        active, rollout = claimed.active, claimed.active.rollout
        assert rollout is not None
        if rollout.act is Act.SWAP and not rollout.swapped:
            return await self._look_at_swap(active, rollout)
        watching = Watching(self.house)
        facts, verdict = await watching.judged(rollout)
        now = self.house.now()
        if isinstance(verdict, Failed | Unproven) and (overtaken := await watching.overtaken(rollout)):
            return await self._stalled(active, rollout, overtaken, now)
        match verdict:
            case Serving():
                return await self.serves(active, rollout, verdict, facts)
            case Unproven():
                return self._unproven(active, rollout, verdict, now)
            case Failed():
                return await self._stalled(active, rollout, verdict.stall, now)
            case Waiting():
                rollout = await watching.poke(rollout) if verdict.poke else rollout
                return self._wait(active, rollout, verdict, facts.asked)
            case Suspect():
                return self._wait(active, rollout, Waiting(what_for=verdict.why, look_again_in=_SETTLE), facts.asked)

    async def serves(self, active: Active, rollout: Rollout, verdict: Serving, facts: WatchFacts) -> Outcome:
        """The end: the wanted image serves, which is no success where it is the way back, nor in the slot."""
        if rollout.in_slot:
            return self._staged(active, rollout, "the slot serves it", verdict.evidence)
        now, wanted = self.house.now(), rollout.wanted
        proved = await Watching(self.house).prove(rollout, facts)
        if isinstance(proved, Stall):
            return await self._stalled(active, rollout, proved, now)
        proof, told = proved.proof, proved.told
        assert wanted is not None
        moved = Moved(rollout=rollout)
        if rollout.back_to is None:
            serves = "serves what is taken for" if proof is Proof.ASSUMED else "serves"
            told = f"every instance {serves} {wanted.digest} ({proof}: {told})."
            detail = f"{told}{left_named(rollout, active.container)}"
            moved = moved.by(
                Event.SERVING,
                now,
                "tag_moved" if proved.in_doubt else "serving",
                detail,
                evidence=verdict.evidence,
                proof=proof,
                in_doubt=proved.in_doubt,
                stall=None,
                planned=None,
                next_at=None,
            )
            container = active.container and active.container.now_runs(moved.rollout, now)
            return Outcome(carrying(active, moved, container=container), (moved,))
        back = f"{rollout.digest} was not brought; the last good image {wanted.digest} serves again."
        detail = f"{back}{left_named(rollout, active.container)}"
        moved = moved.by(Event.BACK, now, "rolled_back", detail, evidence=verdict.evidence, proof=proof, next_at=None)
        container = active.container and active.container.now_runs(moved.rollout, now)
        return Outcome(carrying(active, moved, container=container), (moved,))

    async def _look_at_swap(self, active: Active, rollout: Rollout) -> Outcome:
        """One look at a swap that was begun."""
        seen, now = await Watching(self.house).swap(rollout), self.house.now()
        match seen:
            case Swapped(health_check_path=path):
                return self._swapped(active, rollout, path, now)
            case Waiting() as waiting:
                return self._wait(active, rollout, waiting, asked_wait(waiting.unread))
            case Failed(stall=stall):
                return await self._stalled(active, rollout, stall, now)

    def _swapped(self, active: Active, rollout: Rollout, path: str | None, now: datetime) -> Outcome:
        assert rollout.wanted is not None
        assert rollout.health is not None
        moved = Moved(rollout=rollout).by(
            Event.NOT_YET,
            now,
            "swapped",
            "the swap is done; does the app serve?",
            swapped=True,
            applied_at=now,
            operation=None,
            health=rollout.health.model_copy(update={"health_check_path": path}),
        )
        container = active.container and active.container.having_swapped_in(rollout.wanted, now)
        return Outcome(carrying(active, moved, container=container), (moved,), again=timedelta())

    def _staged(self, active: Active, rollout: Rollout, why: str, evidence: tuple[str, ...]) -> Outcome:
        """The slot has it: whether to swap now is decided anew, for the tag may have moved and the app be held."""
        moved = Moved(rollout=rollout).by(
            Event.STAGED,
            self.house.now(),
            "staged",
            f"{rollout.digest} is in {rollout.acted_on.name}: {why}. Next: the swap.",
            evidence=evidence,
            staged=rollout.digest,
            intended_at=None,
            applied_at=None,
            attempts=0,
            measure=None,
            planned=None,
            stall=None,
            next_at=None,
        )
        return Outcome(carrying(active, moved), (moved,), again=timedelta())

    def _unproven(self, active: Active, rollout: Rollout, verdict: Unproven, now: datetime) -> Outcome:
        if rollout.in_slot:
            return self._staged(active, rollout, verdict.why, verdict.evidence)
        event, detail = Event.UNPROVEN, f"{verdict.why}."
        if rollout.back_to is not None:
            event = Event.BACK
            back = (
                f"{rollout.digest} was not brought; whether the last good image {rollout.back_to.digest} serves again"
            )
            detail = f"{back} could not be verified: {verdict.why}."
        detail = f"{detail}{left_named(rollout, active.container)}"
        moved = Moved(rollout=rollout).by(
            event,
            now,
            "unproven",
            detail,
            evidence=verdict.evidence,
            proof=Proof.ASSUMED,
            stall=rollout.stall if rollout.back_to else None,
            next_at=None,
        )
        container = active.container and active.container.now_runs(moved.rollout, now)
        return Outcome(carrying(active, moved, container=container), (moved,))

    async def _stalled(self, active: Active, rollout: Rollout, stall: Stall, now: datetime) -> Outcome:
        """No progress: plan the next measure, or stop and call for a person."""
        assert rollout.digest is not None
        container, good = active.container, None
        # an image that got no further than its slot, or whose swap was given up, is nothing to go back from
        if container and not rollout.in_slot and stall.reason is not StallReason.SWAP_FAILED:
            container = container.lost()
            good = None if stall.stays else container.good_but(rollout.digest)
        active = active.model_copy(update={"container": container})
        if rollout.back_to is not None:
            return self._way_back_failed(active, rollout, stall, now)
        measure = next_measure(
            stall.reason,
            tried=rollout.tried,
            allowed=rollout.recover,
            pinned=rollout.pinned,
            last_good=good,
        )
        fought = fight(container.reverts) if container and measure in WRITES else None
        final = fought is not None or measure in (None, Measure.ROLLBACK)
        if container and final and stall.accuses_image and await Watching(self.house).was_its_image(rollout):
            active = active.model_copy(update={"container": container.rejecting(rollout, stall.reason, now)})
        if measure is None:
            return self._stopped(active, rollout, stall, now)
        if fought:
            fought = await Attributing(self.house).named(fought, active.app)
            return self._stopped(active, rollout, stall, now, undone=f" No {measure}: {fought.detail}.", fought=fought)
        return self._planned(active, rollout, stall, measure, now)

    def _way_back_failed(self, active: Active, rollout: Rollout, stall: Stall, now: datetime) -> Outcome:
        """The last good image does not serve either; nothing is tried after that."""
        detail = f"the way back failed too: {stall.meaning}{_left(active, rollout, stall)}"
        moved = Moved(rollout=rollout).by(
            Event.NOT_BACK, now, stall.reason, detail, evidence=stall.lines, stall=stall, next_at=None
        )
        return Outcome(carrying(active, moved), (moved,))

    def _stopped(
        self,
        active: Active,
        rollout: Rollout,
        stall: Stall,
        now: datetime,
        *,
        undone: str = "",
        fought: Hold | None = None,
    ) -> Outcome:
        """Nothing is left or allowed, or it would be changed back: `undone` says what was not done for that."""
        untouched = " The app itself was not touched." if rollout.in_slot else ""
        evidence, by = (fought.evidence, fought.reverted_by) if fought else ((), None)
        moved = Moved(rollout=rollout).by(
            Event.STALLED,
            now,
            stall.reason,
            f"{stall.meaning}{untouched}{undone}{_left(active, rollout, stall)}",
            evidence=(*stall.lines, *evidence),
            stall=stall,
            reverted_by=by,
        )
        return Outcome(carrying(active, moved), (moved,))

    def _planned(self, active: Active, rollout: Rollout, stall: Stall, measure: Measure, now: datetime) -> Outcome:
        """The measure is taken when the app has settled, and its block is over where it has one."""
        again = max(_SETTLE, stall.blocked_until - now + AFTER_BLOCK) if stall.blocked_until else _SETTLE
        moved = Moved(rollout=rollout).by(
            Event.RECOVER,
            now,
            stall.reason,
            f"{stall.meaning} Next: {measure}, at {in_utc(now + again)}.",
            evidence=stall.lines,
            stall=stall,
            planned=measure,
            attempts=0,
            next_at=now + again,
        )
        return Outcome(carrying(active, moved), (moved,), again=again)

    def _wait(self, active: Active, rollout: Rollout, waiting: Waiting, asked: timedelta) -> Outcome:
        """Look again later; the timeline gets a line only when what is waited for has changed."""
        now, again = self.house.now(), max(waiting.look_again_in, asked)
        throttled = any(read.throttled for read in waiting.unread)
        # the stall that a measure was taken for stays told until that measure has its end
        stall = waiting.stall if rollout.measure is None else rollout.stall
        named = {"stall": stall, "next_at": now + again if throttled or stall else None}
        moved = Moved(rollout=rollout.model_copy(update=named))
        reason = StallReason.THROTTLED if throttled else "watching"
        if (rollout.reason, rollout.detail) != (reason, waiting.what_for):
            moved = moved.by(Event.NOT_YET, now, reason, waiting.what_for)
        return Outcome(carrying(active, moved), (moved,), again=again, at_least=asked)


def _left(active: Active, rollout: Rollout, stall: Stall) -> str:
    """What the configuration names now, if there is one; whoever overtook us knows what they wrote."""
    unsaid = stall.reason in (StallReason.OVERTAKEN, StallReason.APP_GONE)
    return "" if unsaid else left_named(rollout, active.container)
