"""Recovery: what is tried for a stall, the least harmful step first, each once in a rollout."""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

from operators.core.model import Digest, Instant, Model
from operators.core.stalls import StallReason

RECOVER_TAG = "pulley-recover"
"""The resource tag on an app that says what Pulley may try by itself."""


class Measure(StrEnum):
    """What can be done about a stall, from the least harm to the most."""

    RETRY = "retry"
    """One more restart."""
    REDEPLOY = "redeploy"
    """Write the image by digest into the configuration: the platform builds the app anew."""
    ROLLBACK = "rollback"
    """Write the last good digest into the configuration, or swap it back from the slot that still has it."""


WRITES = frozenset({Measure.REDEPLOY, Measure.ROLLBACK})
"""They change what the configuration names."""


class Recover(StrEnum):
    """What an app allows."""

    FULL = "full"
    ROLLBACK = "rollback"
    """No second try with the same image, only the way back."""
    REPORT = "report"
    """Nothing: say it and stop."""

    @classmethod
    def parse(cls, text: str) -> "Recover":
        """Read the value of the resource tag. Raises ValueError saying what is known."""
        try:
            return cls(text.strip().lower())
        except ValueError:
            problem = f"the resource tag {RECOVER_TAG}={text!r} is taken for {cls.REPORT}; known: {', '.join(cls)}"
            raise ValueError(problem) from None

    def allows(self, measure: Measure) -> bool:
        """Whether Pulley may take it by itself."""
        return self is Recover.FULL or (self is Recover.ROLLBACK and measure is Measure.ROLLBACK)


class Tried(Model):
    """A measure that was taken, and for what."""

    measure: Measure
    reason: StallReason
    at: Instant


_R, _D, _B = Measure.RETRY, Measure.REDEPLOY, Measure.ROLLBACK
LADDER: Mapping[StallReason, tuple[Measure, ...]] = MappingProxyType(
    {
        # rights, networks, settings and people: another start changes nothing about them
        StallReason.PULL_UNAUTHORIZED: (),
        StallReason.VOLUME_MOUNT_FAILED: (),
        StallReason.QUOTA_EXCEEDED: (),
        StallReason.APP_STOPPED: (),
        StallReason.APP_GONE: (),
        # somebody else is at work, or we were asked to wait: waiting is all that helps
        StallReason.OPERATION_IN_PROGRESS: (),
        StallReason.DEPLOYMENT_IN_PROGRESS: (),
        StallReason.SWAP_IN_PROGRESS: (),
        StallReason.SWAP_FAILED: (),
        StallReason.OVERTAKEN: (),
        StallReason.THROTTLED: (),
        # the road may be free again in a moment; the image from before is on the machine
        StallReason.REGISTRY_UNREACHABLE: (_R, _B),
        StallReason.PULL_FAILED: (_R, _D, _B),
        StallReason.NO_SPACE: (_R, _B),
        StallReason.IMAGE_MISSING: (_B,),
        StallReason.KEY_VAULT_REFERENCE_UNRESOLVED: (_B,),
        StallReason.BAD_REFERENCE: (_B,),
        # the app serves the image from before; by digest there is no local copy, and a pull that fails would stop it
        StallReason.STALE_IMAGE: (_R,),
        # the platform did not do what it was asked
        StallReason.RESTART_NOT_TAKEN: (_R, _D),
        StallReason.INSTANCES_DISAGREE: (_R, _D, _B),
        StallReason.START_CANCELLED: (_R, _D, _B),
        # the image is at fault, as far as can be told
        StallReason.WRONG_PLATFORM: (_B,),
        StallReason.CONTAINER_EXITED: (_B,),
        StallReason.PORT_NOT_ANSWERING: (_B,),
        StallReason.START_LIMIT_REACHED: (_R, _B),
        StallReason.PROBE_FAILING: (_R, _B),
        # a restart makes a block longer, so the only write is one that changes what will be started
        StallReason.BLOCKED: (_B,),
        StallReason.UNKNOWN: (_R, _D, _B),
    }
)
"""What each stall reason may use, in this order."""


def next_measure(
    reason: StallReason,
    *,
    tried: Sequence[Tried],
    allowed: Recover,
    pinned: bool,
    last_good: Digest | None,
    but: Collection[Measure] = (),
) -> Measure | None:
    """The next step of the ladder that this app allows and that was not taken yet; None to stop and call a person.

    `pinned`: the configuration names the failing digest already, so writing it again would change nothing.
    `last_good`: what it would be rolled back to. `but`: what is passed over, for it would bring what is not wanted now.
    """
    taken = {one.measure for one in tried}
    for measure in LADDER[reason]:
        if measure in taken or measure in but or not allowed.allows(measure):
            continue
        if measure is Measure.REDEPLOY and pinned:
            continue
        if measure is Measure.ROLLBACK and last_good is None:
            continue
        return measure
    return None
