"""What a step hands back to the engine."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from operators.cloud.engine import Held
from operators.core.looks import Cause, Look, leading
from operators.core.rollouts import Active, Moved, Rollout, Step
from operators.core.transitions import State


@dataclass(frozen=True)
class Outcome:
    """What is to be stored, and when the next step is due."""

    active: Active
    moved: tuple[Moved, ...] = ()
    consumed: tuple[Look, ...] = ()
    again: timedelta | None = None
    """The delay of the next step; None where there is none."""
    held: Held | None = None
    """The hold after a commit within the step, whose ETag counts from there on."""
    at_least: timedelta = timedelta()
    """What the other side asked us to wait: no setting shortens it."""


def begin(active: Active, looks: tuple[Look, ...], now: datetime) -> tuple[Active, Moved]:
    """A new rollout of the app, with the next sequence number, named after the look that leads."""
    look = leading(looks)
    cause = look.cause if look else Cause.DRIFT
    caused_by = look.detail if look else "the tag moved while a rollout waited"
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
    detail = f"{caused_by}; its turn was at {look.turn:%T}, after others" if look and look.turn else caused_by
    first = Step(at=now, event=None, state=State.PENDING, reason="begun", detail=detail)
    return active.model_copy(update={"sequence": rollout.sequence}), Moved(rollout=rollout, steps=(first,))


def carrying(active: Active, moved: Moved, **changes: object) -> Active:
    """The app's row with this rollout in it, or without it once it has ended."""
    rollout = None if moved.rollout.ended else moved.rollout
    return active.model_copy(update={"rollout": rollout, **changes})


def ends(moved: tuple[Moved, ...]) -> tuple[int, ...]:
    """The sequence numbers of those that end with this step."""
    return tuple(each.rollout.sequence for each in moved if each.rollout.ended)
