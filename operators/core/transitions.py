"""Every state of a rollout and every way from one to the next, with when it is taken. Nothing else changes a state.

docs/states.md draws this table; a test keeps both equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where a rollout stands."""

    PENDING = "pending"
    CHECKING = "checking"
    HELD = "held"
    WAITING_ACCESS = "waiting_access"
    APPLYING = "applying"
    VERIFYING = "verifying"
    RECOVERING = "recovering"
    INTERRUPTED = "interrupted"
    SUCCEEDED = "succeeded"
    UNVERIFIED = "unverified"
    ROLLED_BACK = "rolled_back"
    ROLLBACK_FAILED = "rollback_failed"
    FAILED = "failed"
    HINDERED = "hindered"
    """Somebody else's work on the app did not end in time, and nothing was done."""
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


class Event(StrEnum):
    """What moves a rollout."""

    RETRY = "retry"
    """A temporary fault: the same state, again later."""
    CHOSEN = "chosen"
    """What the app should run is known."""
    NOT_NEEDED = "not_needed"
    NEWER = "newer"
    """Another choice came, or none any more: before this one acted, or between two acts of its recovery."""
    HOLD = "hold"
    DENIED = "denied"
    GRANTED = "granted"
    """The missing role was given, or that was refused: either way it goes on waiting."""
    LOOK_AGAIN = "look_again"
    GO = "go"
    """The way is free; the intent is stored with this."""
    HINDERED = "hindered"
    """Somebody else's work was waited for long enough."""
    BUSY = "busy"
    """Somebody else holds the app: nothing was done, it is decided anew."""
    APPLIED = "applied"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    SERVING = "serving"
    UNPROVEN = "unproven"
    STALLED = "stalled"
    """No progress, and nothing (more) that may be tried."""
    RECOVER = "recover"
    """No progress, and something may be tried."""
    STAGED = "staged"
    """The slot serves the new image: whether it is swapped with the app is decided anew."""
    BACK = "back"
    """The last good image serves again."""
    NOT_BACK = "not_back"
    """The way back failed too."""
    GIVEN_UP = "given_up"
    INTERRUPT = "interrupt"
    RESUME_BEFORE_ACT = "resume_before_act"
    RESUME_AFTER_ACT = "resume_after_act"
    RESUME_RECOVERY = "resume_recovery"


ENDED = frozenset(
    {
        State.SUCCEEDED,
        State.UNVERIFIED,
        State.ROLLED_BACK,
        State.ROLLBACK_FAILED,
        State.FAILED,
        State.HINDERED,
        State.SKIPPED,
        State.SUPERSEDED,
    }
)
"""No event leads out of these."""

OCCUPYING = frozenset({State.APPLYING, State.VERIFYING, State.RECOVERING, State.INTERRUPTED})
"""Here something may have been done to the app: new looks are gathered until it has ended."""


@dataclass(frozen=True)
class Exit:
    """One way out of a state."""

    event: Event
    end: State
    when: str
    """The guard: what has to be so for this way to be taken."""
    decided_by: str = ""
    """The functions of operators.core that answer that, in the order they are asked: `module.name, module.name`.

    What none of them answers, the step itself sees.
    """

    @property
    def deciders(self) -> tuple[str, ...]:
        """Each of them."""
        return tuple(self.decided_by.split(", ")) if self.decided_by else ()


_S, _E = State, Event
_POISONED = Exit(_E.INTERRUPT, _S.INTERRUPTED, "its message has failed five times")
_CHOICE = "left_alone.left_alone, choice.choose"
_OTHERWISE = "what it should run, or the way there, is another one now, or nothing is to be brought any more"
_NOT_NOW = (
    "heeding.unreadable, instances.block_to_wait_for, gate.unread_instances, gate.unread_deployments, gate.beside"
)
EXITS: Mapping[State, tuple[Exit, ...]] = {
    _S.PENDING: (
        Exit(_E.RETRY, _S.PENDING, "it cannot be read yet what is to run, or the registry is behind", "choice.choose"),
        Exit(_E.CHOSEN, _S.CHECKING, "it should run another image", "choice.choose"),
        Exit(
            _E.NOT_NEEDED,
            _S.SKIPPED,
            "there is nothing to bring, or another rollout is bringing it",
            _CHOICE,
        ),
        _POISONED,
    ),
    _S.CHECKING: (
        Exit(
            _E.RETRY,
            _S.CHECKING,
            "something cannot be read yet, or somebody else is at work on the app",
            "choice.choose, gate.gate",
        ),
        Exit(_E.NEWER, _S.SUPERSEDED, _OTHERWISE, _CHOICE),
        Exit(_E.HOLD, _S.HELD, "observing, frozen, flapping, or a fight", "gate.gate"),
        Exit(_E.DENIED, _S.WAITING_ACCESS, "its identity may not pull, or not yet", "gate.gate"),
        Exit(_E.GIVEN_UP, _S.FAILED, "access was waited for in vain, or its slot cannot be used", "gate.give_up"),
        Exit(_E.HINDERED, _S.HINDERED, "others' work went on for longer than is waited for", "gate.in_vain"),
        Exit(_E.GO, _S.APPLYING, "nothing is in the way", "gate.gate"),
        _POISONED,
    ),
    _S.HELD: (
        Exit(_E.LOOK_AGAIN, _S.CHECKING, "the gate's answer is not that hold any more", "gate.gate"),
        Exit(_E.NEWER, _S.SUPERSEDED, _OTHERWISE, _CHOICE),
        _POISONED,
    ),
    _S.WAITING_ACCESS: (
        Exit(_E.GRANTED, _S.WAITING_ACCESS, "a role is missing, and we have asked for it (PULLEY_GRANT_PULL)"),
        Exit(_E.LOOK_AGAIN, _S.CHECKING, "the gate's answer is another one, or the time is over", "gate.gate"),
        Exit(_E.NEWER, _S.SUPERSEDED, _OTHERWISE, _CHOICE),
        _POISONED,
    ),
    _S.APPLYING: (
        Exit(
            _E.APPLIED,
            _S.VERIFYING,
            "Azure took it on; or the app is blocked, and is started when that ends",
            "instances.left_to_platform",
        ),
        Exit(_E.RETRY, _S.APPLYING, "the call got no answer, and what is real cannot be read yet", "resuming.was_done"),
        Exit(_E.BUSY, _S.CHECKING, "a first act was refused for others' work, or throttled"),
        Exit(_E.REFUSED, _S.FAILED, "it was refused for good or left no trace five times, and was not the way back"),
        Exit(_E.NOT_BACK, _S.ROLLBACK_FAILED, "the same of the way back"),
        Exit(_E.RESUME_BEFORE_ACT, _S.PENDING, "there is no trace of the first act", "resuming.was_done"),
        Exit(_E.RESUME_AFTER_ACT, _S.VERIFYING, "it was done", "resuming.was_done"),
        Exit(
            _E.RESUME_RECOVERY,
            _S.RECOVERING,
            "a measure left no trace, or is not taken on for now",
            "resuming.was_done",
        ),
        _POISONED,
    ),
    _S.VERIFYING: (
        Exit(
            _E.NOT_YET,
            _S.VERIFYING,
            "it is watched on; or the swap is done, and the app comes next",
            "swaps.judge_swap, judgement.judge",
        ),
        Exit(_E.STAGED, _S.CHECKING, "the slot serves the image, as far as can be told", "judgement.judge"),
        Exit(_E.SERVING, _S.SUCCEEDED, "every instance serves the image, which is not the way back", "judgement.judge"),
        Exit(
            _E.UNPROVEN, _S.UNVERIFIED, "it looks right, cannot be verified, and is not the way back", "judgement.judge"
        ),
        Exit(
            _E.STALLED,
            _S.FAILED,
            "no progress, and no measure is left, allowed, or outlasts a fight",
            "recovery.next_measure, gate.fight",
        ),
        Exit(
            _E.RECOVER,
            _S.RECOVERING,
            "no progress, and a measure that the app allows is left",
            "recovery.next_measure, gate.fight",
        ),
        Exit(_E.BACK, _S.ROLLED_BACK, "the last good image serves again, as far as can be told", "judgement.judge"),
        Exit(_E.NOT_BACK, _S.ROLLBACK_FAILED, "the last good image does not serve either", "judgement.judge"),
        _POISONED,
    ),
    _S.RECOVERING: (
        Exit(_E.RETRY, _S.RECOVERING, "frozen, blocked, others are at work, or it cannot be read yet", _NOT_NOW),
        Exit(_E.STAGED, _S.CHECKING, "the slot serves the image meanwhile", "judgement.judge"),
        Exit(_E.SERVING, _S.SUCCEEDED, "every instance serves the image meanwhile", "judgement.judge"),
        Exit(_E.STALLED, _S.FAILED, "every instance serves meanwhile, but another image", "judgement.judge"),
        Exit(
            _E.GO,
            _S.APPLYING,
            "nothing is in the way of the measure, or it was taken late; with a newer push that is the way back",
            f"recovery.next_measure, resuming.written_late, {_NOT_NOW}",
        ),
        Exit(
            _E.NEWER,
            _S.SUPERSEDED,
            "a person's wish; or a push brings another image, and no way back is left",
            "newer.newer_wish, newer.newer_push, recovery.next_measure",
        ),
        Exit(
            _E.GIVEN_UP,
            _S.FAILED,
            "observing, the app is gone or does not want it any more, somebody else's image, others' work for too "
            "long, no last good image, or only a restart into another image is left",
            "judgement.judge, resuming.written_late, recovery.next_measure, heeding.unreadable, heeding.heed, "
            "gate.in_vain",
        ),
        _POISONED,
    ),
    _S.INTERRUPTED: (
        Exit(_E.RETRY, _S.INTERRUPTED, "whether the act was done cannot be read yet", "resuming.was_done"),
        Exit(_E.RESUME_BEFORE_ACT, _S.PENDING, "no first act was begun, or it left no trace", "resuming.was_done"),
        Exit(_E.RESUME_AFTER_ACT, _S.VERIFYING, "the act was done", "resuming.was_done"),
        Exit(_E.RESUME_RECOVERY, _S.RECOVERING, "the measure that was begun left no trace", "resuming.was_done"),
        Exit(_E.GIVEN_UP, _S.FAILED, "it was interrupted too often"),
        _POISONED,
    ),
}
"""Every way there is."""

TRANSITIONS: Mapping[tuple[State, Event], State] = {
    (begin, one.event): one.end for begin, exits in EXITS.items() for one in exits
}
"""The same, to be looked up."""


class IllegalTransition(Exception):
    """An event that the table does not know in this state: a defect of ours, never a user's."""

    def __init__(self, state: State, event: Event) -> None:
        super().__init__(f"no transition from {state} by {event}")
        self.state = state
        self.event = event


def after(state: State, event: Event) -> State:
    """The state that follows. Raises IllegalTransition where the table has none."""
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransition(state, event) from None
