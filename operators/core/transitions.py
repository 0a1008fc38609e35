"""Every state of a rollout and every way from one to the next. Nothing else changes a state.

pending ─► checking ─► applying ─► verifying ─► succeeded | unverified | failed
   │          ├─► held              (looked at again; occupies nothing)
   │          └─► waiting_access    (looked at again, less and less often, then failed; occupies nothing)
   └─► skipped                      superseded: a newer choice came before this one acted
interrupted: from any state at work; the sweep resumes it by reading what is real
"""

from enum import StrEnum


class State(StrEnum):
    """Where a rollout stands."""

    PENDING = "pending"
    CHECKING = "checking"
    HELD = "held"
    WAITING_ACCESS = "waiting_access"
    APPLYING = "applying"
    VERIFYING = "verifying"
    INTERRUPTED = "interrupted"
    SUCCEEDED = "succeeded"
    UNVERIFIED = "unverified"
    FAILED = "failed"
    SKIPPED = "skipped"
    SUPERSEDED = "superseded"


class Event(StrEnum):
    """What moves a rollout."""

    RETRY = "retry"
    """A temporary fault: the same state, again later."""
    CHOSEN = "chosen"
    NOT_NEEDED = "not_needed"
    NEWER = "newer"
    HOLD = "hold"
    DENIED = "denied"
    GIVEN_UP = "given_up"
    LOOK_AGAIN = "look_again"
    GO = "go"
    APPLIED = "applied"
    REFUSED = "refused"
    NOT_YET = "not_yet"
    SERVING = "serving"
    UNPROVEN = "unproven"
    STALLED = "stalled"
    INTERRUPT = "interrupt"
    RESUME_BEFORE_ACT = "resume_before_act"
    RESUME_AFTER_ACT = "resume_after_act"


_S, _E = State, Event
TRANSITIONS: dict[tuple[State, Event], State] = {
    (_S.PENDING, _E.RETRY): _S.PENDING,
    (_S.PENDING, _E.CHOSEN): _S.CHECKING,
    (_S.PENDING, _E.NOT_NEEDED): _S.SKIPPED,
    (_S.PENDING, _E.NEWER): _S.SUPERSEDED,
    (_S.PENDING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.CHECKING, _E.RETRY): _S.CHECKING,
    (_S.CHECKING, _E.NEWER): _S.SUPERSEDED,
    (_S.CHECKING, _E.NOT_NEEDED): _S.SKIPPED,
    (_S.CHECKING, _E.HOLD): _S.HELD,
    (_S.CHECKING, _E.DENIED): _S.WAITING_ACCESS,
    (_S.CHECKING, _E.GIVEN_UP): _S.FAILED,
    (_S.CHECKING, _E.GO): _S.APPLYING,
    (_S.CHECKING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.HELD, _E.LOOK_AGAIN): _S.CHECKING,
    (_S.HELD, _E.NEWER): _S.SUPERSEDED,
    (_S.HELD, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.WAITING_ACCESS, _E.LOOK_AGAIN): _S.CHECKING,
    (_S.WAITING_ACCESS, _E.NEWER): _S.SUPERSEDED,
    (_S.WAITING_ACCESS, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.APPLYING, _E.APPLIED): _S.VERIFYING,
    (_S.APPLYING, _E.RETRY): _S.APPLYING,
    (_S.APPLYING, _E.REFUSED): _S.FAILED,
    (_S.APPLYING, _E.RESUME_BEFORE_ACT): _S.PENDING,
    (_S.APPLYING, _E.RESUME_AFTER_ACT): _S.VERIFYING,
    (_S.APPLYING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.VERIFYING, _E.NOT_YET): _S.VERIFYING,
    (_S.VERIFYING, _E.RETRY): _S.VERIFYING,
    (_S.VERIFYING, _E.SERVING): _S.SUCCEEDED,
    (_S.VERIFYING, _E.UNPROVEN): _S.UNVERIFIED,
    (_S.VERIFYING, _E.STALLED): _S.FAILED,
    (_S.VERIFYING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.INTERRUPTED, _E.RETRY): _S.INTERRUPTED,
    (_S.INTERRUPTED, _E.RESUME_BEFORE_ACT): _S.PENDING,
    (_S.INTERRUPTED, _E.RESUME_AFTER_ACT): _S.VERIFYING,
    (_S.INTERRUPTED, _E.INTERRUPT): _S.INTERRUPTED,
}

ENDED = frozenset({_S.SUCCEEDED, _S.UNVERIFIED, _S.FAILED, _S.SKIPPED, _S.SUPERSEDED})
"""No event leads out of these."""

OCCUPYING = frozenset({_S.APPLYING, _S.VERIFYING, _S.INTERRUPTED})
"""Here something may have been done to the app: new looks are gathered until it has ended."""


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
