"""Every state of a rollout and every way from one to the next. Nothing else changes a state.

docs/states.md draws this table; a test keeps both equal.
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
    """Another choice came: before this one acted, or between two acts of its recovery."""
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


_S, _E = State, Event
TRANSITIONS: dict[tuple[State, Event], State] = {
    (_S.PENDING, _E.RETRY): _S.PENDING,
    (_S.PENDING, _E.CHOSEN): _S.CHECKING,
    (_S.PENDING, _E.NOT_NEEDED): _S.SKIPPED,
    (_S.PENDING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.CHECKING, _E.RETRY): _S.CHECKING,
    (_S.CHECKING, _E.NEWER): _S.SUPERSEDED,
    (_S.CHECKING, _E.HOLD): _S.HELD,
    (_S.CHECKING, _E.DENIED): _S.WAITING_ACCESS,
    (_S.CHECKING, _E.GIVEN_UP): _S.FAILED,
    (_S.CHECKING, _E.HINDERED): _S.HINDERED,
    (_S.CHECKING, _E.GO): _S.APPLYING,
    (_S.CHECKING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.HELD, _E.LOOK_AGAIN): _S.CHECKING,
    (_S.HELD, _E.NEWER): _S.SUPERSEDED,
    (_S.HELD, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.WAITING_ACCESS, _E.GRANTED): _S.WAITING_ACCESS,
    (_S.WAITING_ACCESS, _E.LOOK_AGAIN): _S.CHECKING,
    (_S.WAITING_ACCESS, _E.NEWER): _S.SUPERSEDED,
    (_S.WAITING_ACCESS, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.APPLYING, _E.APPLIED): _S.VERIFYING,
    (_S.APPLYING, _E.RETRY): _S.APPLYING,
    (_S.APPLYING, _E.BUSY): _S.CHECKING,
    (_S.APPLYING, _E.REFUSED): _S.FAILED,
    (_S.APPLYING, _E.NOT_BACK): _S.ROLLBACK_FAILED,
    (_S.APPLYING, _E.RESUME_BEFORE_ACT): _S.PENDING,
    (_S.APPLYING, _E.RESUME_AFTER_ACT): _S.VERIFYING,
    (_S.APPLYING, _E.RESUME_RECOVERY): _S.RECOVERING,
    (_S.APPLYING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.VERIFYING, _E.NOT_YET): _S.VERIFYING,
    (_S.VERIFYING, _E.STAGED): _S.CHECKING,
    (_S.RECOVERING, _E.STAGED): _S.CHECKING,
    (_S.VERIFYING, _E.SERVING): _S.SUCCEEDED,
    (_S.VERIFYING, _E.UNPROVEN): _S.UNVERIFIED,
    (_S.VERIFYING, _E.STALLED): _S.FAILED,
    (_S.VERIFYING, _E.RECOVER): _S.RECOVERING,
    (_S.VERIFYING, _E.BACK): _S.ROLLED_BACK,
    (_S.VERIFYING, _E.NOT_BACK): _S.ROLLBACK_FAILED,
    (_S.VERIFYING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.RECOVERING, _E.RETRY): _S.RECOVERING,
    (_S.RECOVERING, _E.SERVING): _S.SUCCEEDED,
    (_S.RECOVERING, _E.STALLED): _S.FAILED,
    (_S.RECOVERING, _E.GO): _S.APPLYING,
    (_S.RECOVERING, _E.NEWER): _S.SUPERSEDED,
    (_S.RECOVERING, _E.GIVEN_UP): _S.FAILED,
    (_S.RECOVERING, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.INTERRUPTED, _E.RETRY): _S.INTERRUPTED,
    (_S.INTERRUPTED, _E.RESUME_BEFORE_ACT): _S.PENDING,
    (_S.INTERRUPTED, _E.RESUME_AFTER_ACT): _S.VERIFYING,
    (_S.INTERRUPTED, _E.RESUME_RECOVERY): _S.RECOVERING,
    (_S.INTERRUPTED, _E.INTERRUPT): _S.INTERRUPTED,
    (_S.INTERRUPTED, _E.GIVEN_UP): _S.FAILED,
}

ENDED = frozenset(
    {
        _S.SUCCEEDED,
        _S.UNVERIFIED,
        _S.ROLLED_BACK,
        _S.ROLLBACK_FAILED,
        _S.FAILED,
        _S.HINDERED,
        _S.SKIPPED,
        _S.SUPERSEDED,
    }
)
"""No event leads out of these."""

OCCUPYING = frozenset({_S.APPLYING, _S.VERIFYING, _S.RECOVERING, _S.INTERRUPTED})
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
