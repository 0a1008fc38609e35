"""Settling: what is remembered of an app once a rollout has ended."""

from operators.core.active import Active, Container
from operators.core.choice import ChoiceReason
from operators.core.gate import ABOUT_IMAGE
from operators.core.owed import Owed
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason
from operators.core.transitions import State

_PASSING = frozenset(
    {
        StallReason.APP_STOPPED,
        StallReason.DEPLOYMENT_IN_PROGRESS,
        StallReason.IMAGE_MISSING,
        StallReason.KEY_VAULT_REFERENCE_UNRESOLVED,
        StallReason.OPERATION_IN_PROGRESS,
        StallReason.PULL_FAILED,
        StallReason.PULL_UNAUTHORIZED,
        StallReason.QUOTA_EXCEEDED,
        StallReason.REGISTRY_UNREACHABLE,
        StallReason.RESTART_NOT_TAKEN,
        StallReason.STALE_IMAGE,
        StallReason.START_CANCELLED,
        StallReason.SWAP_FAILED,
        StallReason.SWAP_IN_PROGRESS,
        StallReason.THROTTLED,
        StallReason.VOLUME_MOUNT_FAILED,
    }
)
"""What passes, or is mended, without another image, and does not leave the app worse than it was when tried again."""
_BROUGHT = frozenset({State.SUCCEEDED, State.UNVERIFIED})
_FAILED = frozenset({State.FAILED, State.HINDERED, State.ROLLED_BACK, State.ROLLBACK_FAILED})
_SHUT = frozenset({ChoiceReason.APP_UNREADABLE, ChoiceReason.NOT_FOLLOWED})
"""Ends of a look that mending our rights, or the app's resource tags, would have changed."""
_ANSWERED = frozenset(
    {ChoiceReason.ALREADY_RUNNING, ChoiceReason.REJECTED, ChoiceReason.REVERTED, ChoiceReason.OVERTAKEN}
)
"""Ends of a look after which there is nothing more to give."""


def settled(active: Active, rollout: Rollout) -> Active:
    """With what the app is owed after this rollout, and how often one failed in a row."""
    container = active.container and _owing(active.container, rollout)
    return active.model_copy(update={"container": container, "failures": _failures(active.failures, rollout)})


def _failures(before: int, rollout: Rollout) -> int:
    if rollout.state in _BROUGHT:
        return 0
    acted = rollout.applied_at is not None or rollout.measure is not None
    # what is tried again and ends the same way counts once: the next push is not to be held for it
    again = rollout.owed is not None and _passes(rollout)
    return before + 1 if acted and not again else before


def _owing(container: Container, rollout: Rollout) -> Container:
    """With what the app is owed; a person's wish for something else is theirs to repeat."""
    if (rollout.state in _BROUGHT and not rollout.in_doubt) or rollout.reason in _ANSWERED:
        return container.model_copy(update={"owed": None})
    if container.decided is None or not _about(container, rollout):
        return container
    if not _passes(rollout):
        return container.model_copy(update={"owed": None})
    assert rollout.ended_at is not None
    before = rollout.owed or container.owed
    tried = before if before and before.digest == container.decided else None
    owed = Owed.after(tried, container.decided, rollout.why, rollout.ended_at)
    return container.model_copy(update={"owed": owed})


def _about(container: Container, rollout: Rollout) -> bool:
    """Whether it came to nothing with the reference's own choice."""
    if rollout.state in _FAILED or rollout.in_doubt:
        return rollout.digest == container.decided
    if rollout.reason == ChoiceReason.APP_STOPPED:
        return not container.runs(container.decided)
    # it waited for it, or was another try
    return rollout.reason in _SHUT and (rollout.digest == container.decided or container.owed is not None)


def _passes(rollout: Rollout) -> bool:
    if rollout.stall is not None:
        return rollout.stall.reason in _PASSING
    return rollout.reason not in ABOUT_IMAGE
