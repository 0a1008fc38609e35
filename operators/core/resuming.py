"""After a crash or an answer that got lost: was the act done? Decided from what is real, not from what was meant."""

from datetime import datetime, timedelta
from enum import StrEnum

from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus
from operators.core.model import Unknown
from operators.core.rollouts import Rollout

_CLOCKS_DIFFER = timedelta(seconds=5)
_LOOKS_WITHOUT_ANSWER = 3


class Done(StrEnum):
    """The answer."""

    NOT_BEGUN = "not_begun"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def was_done(
    rollout: Rollout, configured: ImageReference | Unknown | None, statuses: tuple[InstanceStatus, ...] | Unknown
) -> Done:
    """Whether the app was restarted, or its configuration written, as this rollout intended.

    No instance at all tells nothing: an idle app lists none, and neither does one that is being restarted.
    """
    if rollout.applied_at is not None:
        return Done.YES
    if rollout.intended_at is None:
        return Done.NOT_BEGUN
    telling = configured if rollout.writes else statuses
    if isinstance(telling, Unknown) or telling == ():
        # watching an act that did not happen ends in "restart not taken"; repeating one that did is a second restart
        return Done.UNKNOWN if rollout.retries < _LOOKS_WITHOUT_ANSWER else Done.YES
    if rollout.writes:
        wanted = rollout.wanted.digest if rollout.wanted else None
        written = isinstance(configured, ImageReference) and configured.digest == wanted
        return Done.YES if written else Done.NO
    assert not isinstance(statuses, Unknown)
    before = rollout.before if isinstance(rollout.before, tuple) else ()
    since = rollout.intended_at - _CLOCKS_DIFFER
    return Done.YES if any(_moved(status, before, since) for status in statuses) else Done.NO


def _moved(status: InstanceStatus, before: tuple[InstanceStatus, ...], since: datetime) -> bool:
    """Whether the instance has started anew, or is about to; what it said before the act already is no trace of it."""
    for earlier in before:
        if earlier.instance_id == status.instance_id and earlier.started_at == status.started_at:
            return earlier.started_at is None and earlier != status
    return status.started_at is None or status.started_at >= since
