"""The gate before the act: access, holds, and whether somebody else is at work on the app. Open, it acts at once."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from operators.cloud.engine import Claimed
from operators.core.access import Access
from operators.core.access.granting import GrantState
from operators.core.active import Active
from operators.core.apps import Site
from operators.core.gate import Busy, GiveUp, Go, Hindered, Hold, HoldReason, Unread, Wait, doubt, gate
from operators.core.heeding import recover_of
from operators.core.other_work import OtherWork
from operators.core.rollouts import Moved, Rollout
from operators.core.stalls import Stall, StallReason, stall
from operators.core.transitions import Event, State
from operators.core.waits import access_wait, hold_wait, retry_wait
from operators.errors import Temporary, Throttled
from operators.flows.applying import Applying
from operators.flows.attributing import Attributing
from operators.flows.deployments import Deployments
from operators.flows.facts import Facts
from operators.flows.granting import Granting
from operators.flows.scene import NoStage, Scene, read_scene
from operators.flows.services import House
from operators.flows.stepping import Outcome, carrying, put_off

Answer = Hold | Wait | GiveUp | Busy | Hindered | Go
"""Unread is none of these: it says nothing new about the rollout."""
_US = "pulley (PULLEY_GRANT_PULL)"


@dataclass(frozen=True)
class Gating:
    """Asks the gate for a rollout that knows what it is to bring."""

    house: House

    async def pass_gate(
        self, claimed: Claimed, active: Active, moved: Moved, facts: Facts, aside: tuple[Moved, ...]
    ) -> Outcome:
        """Act, or wait for what the gate says. `aside` are other rollouts that this step has ended."""
        waited_for = moved.rollout.access_of
        scene, now = await read_scene(self.house, moved.rollout, facts), self.house.now()
        if isinstance(scene, NoStage):
            return self._without_stage(active, moved, scene, aside)
        if isinstance(scene, Unread):
            return self._unread(active, moved, scene, aside)
        rollout, access = scene.rollout, scene.access
        moved = Moved(rollout=rollout, steps=moved.steps)
        if isinstance(scene.other, OtherWork):
            scene = replace(scene, other=await Deployments(self.house).seen(scene.other))
        answer = gate(
            rollout,
            access,
            mode=self.house.settings.mode,
            freeze=facts.freeze,
            other=scene.other,
            before=scene.before,
            now=now,
            doubt=doubt(rollout, failures=active.failures, reverts=active.container.reverts if active.container else 0),
        )
        if isinstance(answer, Hold) and answer.reason is HoldReason.FIGHT and rollout.reverted_by is None:
            answer = await Attributing(self.house).named(answer, rollout.app)
        if isinstance(answer, Unread):
            return self._unread(active, moved, answer, aside)
        again = _same_again(rollout, answer) if rollout.access_of == waited_for else None
        if again is not None:
            waited = {"access": access, "waits": rollout.waits + 1, "retries": 0, "stall": None, "next_at": now + again}
            moved = Moved(rollout=rollout.model_copy(update=waited))
        else:
            moved, again = self._moved(moved, scene, answer, facts.site)
        if isinstance(answer, Wait):
            try:
                moved = await self._give_role(moved, scene)
            except Temporary as error:
                return self._not_given(active, moved, error, again, aside)
        if not isinstance(answer, Go):
            return Outcome(carrying(active, moved), (*aside, moved), again=again)
        if rollout.asked is not None:
            active = active.trusted()
        return await Applying(self.house).act(
            claimed, active, moved, before=scene.before, aside=aside, consumed=claimed.looks
        )

    def _moved(self, moved: Moved, scene: Scene, answer: Answer, site: Site) -> tuple[Moved, timedelta | None]:
        """The rollout after this answer, and how long until it is asked again."""
        now, access = self.house.now(), scene.access
        moved = self._looked_again(moved, answer.detail)
        match answer:
            case Hold():
                return self._held(moved, answer, access)
            case Wait():
                return self._denied(moved, answer, access)
            case GiveUp(detail=detail):
                moved = moved.by(Event.GIVEN_UP, now, access.reason, detail, evidence=_lines(access), access=access)
                return moved, None
            case Busy():
                return self._busy(moved, answer, scene)
            case Hindered(reason=reason, detail=detail):
                return moved.by(Event.HINDERED, now, reason, detail, access=access, stall=_held_up(scene)), None
            case Go():
                return self._going(moved, answer, scene, site), None

    def _held(self, moved: Moved, hold: Hold, access: Access) -> tuple[Moved, timedelta]:
        """By our own rules."""
        now, again = self.house.now(), hold_wait(hold.reason)
        moved = moved.by(
            Event.HOLD,
            now,
            hold.reason,
            hold.detail,
            evidence=(*hold.evidence, *_lines(access)),
            access=access,
            hindered_since=None,
            reverted_by=hold.reverted_by,
            next_at=now + again,
        )
        return moved, again

    def _denied(self, moved: Moved, wait: Wait, access: Access) -> tuple[Moved, timedelta]:
        """It waits for access, from now on where it did not before."""
        now, again = self.house.now(), access_wait(0, wait.spread_in)
        moved = moved.by(
            Event.DENIED,
            now,
            access.reason,
            wait.detail,
            evidence=_lines(access),
            access=access,
            waiting_since=moved.rollout.waiting_since or now,
            hindered_since=None,
            next_at=now + again,
        )
        return moved, again

    def _going(self, moved: Moved, go: Go, scene: Scene, site: Site) -> Moved:
        """The way is free: with what the act and the looks after it have to know."""
        recover, mistyped = recover_of(site, self.house.settings.recover)
        return moved.by(
            Event.GO,
            self.house.now(),
            scene.access.reason,
            go.detail,
            evidence=(*go.evidence, *_lines(scene.access), *mistyped),
            access=scene.access,
            waiting_since=None,
            next_at=None,
            recover=recover,
            health=scene.health,
        )

    def _busy(self, moved: Moved, answer: Busy, scene: Scene) -> tuple[Moved, timedelta]:
        """It waits for somebody else; the timeline gets a line only when that is another one."""
        now, rollout = self.house.now(), moved.rollout
        again = retry_wait(rollout.retries)
        waits: dict[str, Any] = {
            "access": scene.access,
            "waiting_since": None,
            "hindered_since": rollout.hindered_since or now,
            "stall": _held_up(scene),
            "next_at": now + again,
        }
        if (rollout.state, rollout.reason, rollout.detail) == (State.CHECKING, answer.reason, answer.detail):
            same = rollout.model_copy(update=waits | {"retries": rollout.retries + 1})
            return Moved(rollout=same, steps=moved.steps), again
        return moved.by(Event.RETRY, now, answer.reason, answer.detail, **waits), again

    def _without_stage(self, active: Active, moved: Moved, no_stage: NoStage, aside: tuple[Moved, ...]) -> Outcome:
        """The slot that the image was to go through cannot be used."""
        moved = self._looked_again(moved, no_stage.detail)
        moved = moved.by(Event.GIVEN_UP, self.house.now(), "slot_unusable", no_stage.detail)
        return Outcome(carrying(active, moved), (*aside, moved))

    def _unread(self, active: Active, moved: Moved, answer: Unread, aside: tuple[Moved, ...]) -> Outcome:
        """The gate has to be asked again: a wait for access goes on meanwhile, a hold is over."""
        again = retry_wait(moved.rollout.retries, answer.asked)
        if moved.rollout.state is State.HELD:
            moved = self._looked_again(moved, answer.detail)
        return put_off(active, moved, answer, again, self.house.now(), aside)

    def _looked_again(self, moved: Moved, detail: str) -> Moved:
        """What was held or waited is not any more, or not for that."""
        if moved.rollout.state not in (State.HELD, State.WAITING_ACCESS):
            return moved
        return moved.by(Event.LOOK_AGAIN, self.house.now(), "look_again", detail, waits=0, stall=None)

    async def _give_role(self, moved: Moved, scene: Scene) -> Moved:
        """Once in a rollout, and only where that is wanted: give the missing role. The wait for it stays the same.

        Raises operators.errors.Temporary where that has to be asked again.
        """
        rollout = moved.rollout
        if not self.house.settings.grant_pull or rollout.granted:
            return moved
        role = await scene.question.missing_role(scene.access, rollout.image)
        if role is None:
            return moved
        grant = await Granting(self.house).give(rollout.app, role, _US)
        reason = "granted" if grant.state is GrantState.GRANTED else "grant_refused"
        now = self.house.now()
        return moved.by(Event.GRANTED, now, reason, grant.detail, granted=True, retries=0)

    def _not_given(
        self, active: Active, moved: Moved, error: Temporary, again: timedelta | None, aside: tuple[Moved, ...]
    ) -> Outcome:
        """Azure could not take the role for the moment: the wait goes on, and its next look gives it again."""
        reason = StallReason.THROTTLED if isinstance(error, Throttled) else moved.rollout.reason
        why, asked = Unread(reason=reason, detail=str(error), asked=error.retry_after), error.retry_after
        return put_off(active, moved, why, max(again or timedelta(), asked or timedelta()), self.house.now(), aside)


def _lines(access: Access) -> tuple[str, ...]:
    """What the verdict was made from."""
    return tuple(f"{one.fact}: {one.value} ({one.source})" for one in access.evidence)


def _held_up(scene: Scene) -> Stall | None:
    """What it waits for, since anybody saw it first."""
    other = scene.other
    if not isinstance(other, OtherWork) or other.first_seen is None:
        return None
    other_slot = other.sign.what if other.reason is StallReason.SWAP_IN_PROGRESS else None
    return stall(other.reason, other.first_seen, other.sign.lines, other_slot=other_slot)


def _same_again(rollout: Rollout, answer: Answer) -> timedelta | None:
    """How long until the next look where a waiting rollout got the same answer once more; None where it moves."""
    if rollout.state is State.WAITING_ACCESS and isinstance(answer, Wait):
        reason = rollout.access.reason if rollout.access else None
        return access_wait(rollout.waits + 1, answer.spread_in) if answer.reason == reason else None
    if rollout.state is State.HELD and isinstance(answer, Hold) and answer.reason == rollout.reason:
        return hold_wait(answer.reason) if answer.reverted_by is None else None
    return None
