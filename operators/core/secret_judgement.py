"""What unresolved Key Vault references add to a verdict: a container that was started without a setting it needs may do
anything, and then it is not the image that is accused.
"""

from datetime import datetime

from operators.core.model import Unknown
from operators.core.stalls import Stall, StallReason, stall
from operators.core.watch import NEXT_LOOK, Failed, Verdict, Waiting, WatchFacts

_MAY_LACK_A_SECRET = frozenset(
    {
        StallReason.CONTAINER_EXITED,
        StallReason.PORT_NOT_ANSWERING,
        StallReason.START_LIMIT_REACHED,
        StallReason.PROBE_FAILING,
        StallReason.UNKNOWN,
    }
)


def asks_secrets(verdict: Verdict) -> bool:
    """Whether the references are worth their call: the container failed in a way that a missing setting explains."""
    return isinstance(verdict, Failed) and verdict.stall.reason in _MAY_LACK_A_SECRET


def heeding_secrets(facts: WatchFacts, verdict: Verdict, now: datetime) -> Verdict:
    """The verdict with what `facts.unresolved` tells; it was asked for by `asks_secrets`.

    An answer that may still come is waited for before an image is accused, as long as a start is waited for.
    """
    if not isinstance(verdict, Failed) or not facts.unresolved:
        return verdict
    found = verdict.stall
    if not isinstance(facts.unresolved, Unknown):
        reason, lines = StallReason.KEY_VAULT_REFERENCE_UNRESOLVED, (*facts.unresolved, *found.lines)
        return Failed(stall=stall(reason, found.since, lines, blocked_until=found.blocked_until))
    unread = f"{facts.unresolved.what} could not be read: {facts.unresolved.reason}"
    if found.accuses_image and facts.unresolved.temporary and facts.age(now) < facts.budget.expected:
        return Waiting(what_for=unread, look_again_in=NEXT_LOOK, unread=(facts.unresolved,))
    return Failed(stall=_with_line(found, unread))


def _with_line(found: Stall, line: str) -> Stall:
    return found.model_copy(update={"lines": (*found.lines[:1], line, *found.lines[1:])})
