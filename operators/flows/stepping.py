"""What a step hands back to the engine."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from operators.cloud.engine import Claimed
from operators.core.active import Active
from operators.core.clocks import in_utc
from operators.core.gate import Unread, give_up
from operators.core.looks import Cause, Look, leading
from operators.core.rollouts import Moved, Rollout, Step
from operators.core.settling import settled
from operators.core.stalls import Stall, StallReason, stall
from operators.core.transitions import Event, State


@dataclass(frozen=True)
class Outcome:
    """What is to be stored, and when the next step is due."""

    active: Active
    moved: tuple[Moved, ...] = ()
    consumed: tuple[Look, ...] = ()
    again: timedelta | None = None
    """The delay of the next step; None where there is none."""
    claimed: Claimed | None = None
    """The claim after a commit within the step, whose ETag counts from there on."""
    at_least: timedelta = timedelta()
    """What the other side asked us to wait: no setting shortens it."""


def begin(active: Active, looks: tuple[Look, ...], now: datetime) -> tuple[Active, Moved]:
    """A new rollout of the app, with the next sequence number, named after the look that leads."""
    look = leading(looks)
    cause = look.cause if look else Cause.DRIFT
    caused_by = look.detail if look else "what to bring, or the way, changed while a rollout waited"
    if look and look.by:
        caused_by = f"{look.by}: {caused_by}"
    if len(looks) > 1:
        caused_by = f"{caused_by} (and {len(looks) - 1} more looks, gathered)"
    rollout = Rollout(
        app=active.app,
        sequence=active.sequence + 1,
        state=State.PENDING,
        reason="begun",
        detail=caused_by,
        cause=cause,
        caused_by=caused_by,
        created_at=now,
        updated_at=now,
    )
    detail = f"{caused_by}; its turn was at {in_utc(look.turn)}, after others" if look and look.turn else caused_by
    first = Step(at=now, event=None, state=State.PENDING, reason="begun", detail=detail)
    return active.model_copy(update={"sequence": rollout.sequence}), Moved(rollout=rollout, steps=(first,))


def carrying(active: Active, moved: Moved, **changes: object) -> Active:
    """The app's row with this rollout in it, or settled without it once it has ended."""
    rollout = moved.rollout
    after = active.model_copy(update={"rollout": None if rollout.ended else rollout, **changes})
    return settled(after, rollout) if rollout.ended else after


def put_off(
    active: Active, moved: Moved, why: Unread, again: timedelta, now: datetime, aside: tuple[Moved, ...] = ()
) -> Outcome:
    """While a read that the step needs has no answer: the same again later; a wait for access goes on to its end.

    `aside` are other rollouts that the step has ended.
    """
    rollout, at = moved.rollout, now + again
    if rollout.state is State.WAITING_ACCESS and (end := give_up(rollout, why.detail, now)):
        moved = moved.by(Event.LOOK_AGAIN, now, "look_again", why.detail)
        moved = moved.by(Event.GIVEN_UP, now, why.reason, end.detail)
        return Outcome(carrying(active, moved), (*aside, moved))
    if rollout.state in (State.PENDING, State.CHECKING):
        moved = moved.by(Event.RETRY, now, why.reason, f"{why.detail}; again at {in_utc(at)}", next_at=at)
    else:
        meanwhile = {"retries": rollout.retries + 1, "next_at": at, "stall": _throttled(rollout, why, now)}
        moved = Moved(rollout=rollout.model_copy(update=meanwhile), steps=moved.steps)
    return Outcome(carrying(active, moved), (*aside, moved), again=again, at_least=why.asked or timedelta())


def _throttled(rollout: Rollout, why: Unread, now: datetime) -> Stall | None:
    """What a rollout shows that stays held or waiting because Azure asks for fewer calls."""
    if why.reason != StallReason.THROTTLED:
        return None
    already = rollout.stall is not None and rollout.stall.reason is StallReason.THROTTLED
    return stall(StallReason.THROTTLED, rollout.stall.since if rollout.stall and already else now, (why.detail,))
