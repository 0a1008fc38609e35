"""After a crash or an answer that got lost: was the act done? Decided from what is real, not from what was meant."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from operators.core.before import Before
from operators.core.clocks import CLOCKS_DIFFER
from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus
from operators.core.model import Digest, Unknown
from operators.core.recovery import Measure
from operators.core.rollouts import Act, Rollout

INTERRUPTIONS = 10
"""So often a rollout's messages may end in the poison queue, each after five deliveries; then it has failed."""
_LOOKS_WITHOUT_ANSWER = 3
_LOOKS_FOR_A_SWAP = 5
"""They take seventeen minutes (operators/core/waits.py, retry_wait); a swap is usually done in a few."""


class Done(StrEnum):
    """The answer."""

    NOT_BEGUN = "not_begun"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def was_done(
    rollout: Rollout,
    configured: ImageReference | Unknown | None,
    statuses: tuple[InstanceStatus, ...] | Unknown,
    *,
    under_way: bool = False,
) -> Done:
    """Whether it was restarted, its configuration written, or the slots swapped, as this rollout intended.

    No instance at all tells nothing: an idle app lists none, and neither does one that is being restarted. `under_way`
    says that Azure works on the app: after a swap that got no answer, that is the swap. It shows in the configuration
    only at its end, and a second one would undo it, so nothing to be seen is no answer for a while.
    """
    if rollout.applied_at is not None:
        return Done.YES
    if rollout.intended_at is None:
        return Done.NOT_BEGUN
    if rollout.act is Act.SWAP and under_way:
        return Done.YES
    telling = statuses if rollout.act is Act.RESTART else configured
    if isinstance(telling, Unknown) or telling == ():
        # watching an act that did not happen ends in "restart not taken"; repeating one that did is a second restart
        return Done.UNKNOWN if rollout.retries < _LOOKS_WITHOUT_ANSWER else Done.YES
    if rollout.act is not Act.RESTART:
        wanted = rollout.wanted.digest if rollout.wanted else None
        written = isinstance(configured, ImageReference) and configured.digest == wanted
        if not written and rollout.act is Act.SWAP and rollout.retries < _LOOKS_FOR_A_SWAP:
            return Done.UNKNOWN
        return Done.YES if written else Done.NO
    assert not isinstance(statuses, Unknown)
    before = rollout.before if isinstance(rollout.before, Before) else None
    since = rollout.intended_at - CLOCKS_DIFFER
    return Done.YES if any(_moved(status, before, since) for status in statuses) else Done.NO


def written_late(
    rollout: Rollout, configured: ImageReference | None, goods: Collection[Digest]
) -> ImageReference | None:
    """What the planned way back would write and the configuration names already; None where that is not so.

    The write got no answer and left no trace at first, or somebody else has done the same. With a slot it may be a
    swap, whose end is waited for (`was_done`).
    """
    if rollout.planned is not Measure.ROLLBACK or rollout.slot or rollout.image is None:
        return None
    if configured is None or configured.digest is None or configured.digest not in goods:
        return None
    return rollout.image.at(configured.digest)


def late_since(rollout: Rollout, statuses: tuple[InstanceStatus, ...] | Unknown, now: datetime) -> datetime:
    """From when on the app is watched after such a write: nobody saw it, but the last line of the timeline is older.

    An instance that runs and started after that line has started for it; what failed meanwhile may not have.
    """
    every = () if isinstance(statuses, Unknown) else statuses
    starts = [one.started_at for one in every if one.started_at and one.started_at >= rollout.updated_at]
    return min(starts, default=now)


def _moved(status: InstanceStatus, before: Before | None, since: datetime) -> bool:
    """Whether the instance has started anew, or is about to; what it said before the act already is no trace of it."""
    if before is not None and before.told(status):
        return False
    return status.started_at is None or status.started_at >= since
