"""May we act on this app now? Access, holds, and whether somebody else is at work on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from operators.core.access import Access, Reason, Verdict
from operators.core.activity import Activity
from operators.core.clocks import in_utc
from operators.core.instances import InstanceStatus
from operators.core.model import Instant, Model, Unknown
from operators.core.other_work import OtherWork
from operators.core.rollouts import Act, Rollout
from operators.core.stalls import StallReason
from operators.core.transitions import State

GIVE_UP_WAITING = timedelta(hours=24)
"""Group memberships of managed identities take up to a day to arrive in tokens; no grant takes longer.

Source: azure-docs, entra identity/managed-identities-azure-resources/overview.
"""
GIVE_UP_ON_IMAGE = timedelta(minutes=10)
"""What no grant mends: a digest that is not there after the registries' own lag, or was not built for App Service."""
GIVE_UP_ON_OTHERS = timedelta(hours=2)
"""Three times what the longest work of others may take. Not longer: what they kept away stays owed."""
ABOUT_IMAGE = frozenset({Reason.IMAGE_NOT_FOUND, Reason.PLATFORM_MISSING})
_UNREADABLE_RETRIES = 3
_BLIND_RETRIES = 4
"""They take seven minutes (`retry_wait`)."""


class Mode(StrEnum):
    """What Pulley does with its decisions."""

    ACT = "act"
    OBSERVE = "observe"
    """Everything is decided and recorded, nothing is done."""


class HoldReason(StrEnum):
    """Why not now."""

    OBSERVED = "observed"
    FROZEN = "frozen"
    FLAPPING = "flapping"
    """Too many rollouts of the app failed in a row: something is wrong that another one does not mend."""
    FIGHT = "fight"
    """Somebody else's tool changes back what we write."""


class Freeze(Model):
    """The switch that stops every act, with who threw it and why."""

    by: str
    why: str
    at: Instant

    def __str__(self) -> str:
        return f"frozen by {self.by} at {in_utc(self.at)}: {self.why}"


class Lift(Model):
    """The end of a freeze, with who lifted it."""

    by: str
    why: str | None
    at: Instant


class Hold(Model):
    """Not now, by our own rules."""

    reason: HoldReason
    detail: str
    evidence: tuple[str, ...] = ()
    reverted_by: Activity | None = None
    """Of a fight: with whom, once that is known."""


class Wait(Model):
    """Not now: the app could not pull yet."""

    reason: str
    detail: str
    spread_in: timedelta | None = None
    """Where what allows it was given and is spreading: when that should be done."""


class GiveUp(Model):
    """Not at all: what was waited for did not come, or the app itself does not want it any more."""

    detail: str


class Unread(Model):
    """Not now: what the gate has to know cannot be read for the moment."""

    reason: str
    detail: str
    asked: timedelta | None
    """What the other side asked us to wait at least."""


class Busy(Model):
    """Not now: somebody else is at work."""

    reason: StallReason
    detail: str


class Hindered(Model):
    """Somebody else was at work for too long."""

    reason: str
    detail: str


class Go(Model):
    """Now."""

    detail: str
    evidence: tuple[str, ...] = ()


def gate(
    rollout: Rollout,
    access: Access,
    *,
    mode: Mode,
    freeze: Freeze | None,
    other: OtherWork | Unknown | None,
    before: tuple[InstanceStatus, ...] | Unknown,
    now: datetime,
    doubt: Hold | None = None,
) -> Hold | Wait | GiveUp | Unread | Busy | Hindered | Go:
    """Decide: our own rules first, then access, then other people's work, then whether a block of starts can be read.

    `other` is somebody else at work on the app, `before` are its instances. What stays unknown stops no rollout;
    of access and of other people's deployments it is written beside it.
    """
    return (
        _held(access, mode, freeze)
        or doubt
        or _without_access(rollout, access, now)
        or _others_at_work(rollout, other, now)
        or (unread_instances(before, rollout) if rollout.act is Act.RESTART else None)
        or _go(rollout, access, other)
    )


def _held(access: Access, mode: Mode, freeze: Freeze | None) -> Hold | None:
    if mode is Mode.OBSERVE:
        return Hold(reason=HoldReason.OBSERVED, detail=f"PULLEY_MODE=observe: decided, not done. {access.sentence}")
    if freeze is not None:
        return Hold(reason=HoldReason.FROZEN, detail=str(freeze))
    return None


def _without_access(rollout: Rollout, access: Access, now: datetime) -> Wait | GiveUp | Unread | None:
    """One that cannot be read for the moment is waited for a little; as long as a denial where it was denied before."""
    match access.verdict:
        case Verdict.DENIED:
            patience = GIVE_UP_ON_IMAGE if access.reason in ABOUT_IMAGE else GIVE_UP_WAITING
            return give_up(rollout, access.sentence, now, patience) or Wait(
                reason=access.reason, detail=access.sentence
            )
        case Verdict.PROPAGATING:
            spread_in = access.until - now if access.until else None
            return Wait(reason=access.reason, detail=access.sentence, spread_in=spread_in)
        case Verdict.UNKNOWN if any(read.temporary for read in access.failed_reads):
            if rollout.state is State.WAITING_ACCESS or rollout.retries < _UNREADABLE_RETRIES:
                return unread(access.failed_reads, access.reason, access.sentence)
    return None


def _others_at_work(
    rollout: Rollout, other: OtherWork | Unknown | None, now: datetime
) -> Unread | Busy | Hindered | None:
    if isinstance(other, Unknown):
        return unread_deployments(other, rollout)
    return beside(rollout, other, now, writes=rollout.act is Act.WRITE) if other else None


def _go(rollout: Rollout, access: Access, other: OtherWork | Unknown | None) -> Go:
    if isinstance(other, OtherWork):
        by = rollout.asked.by if rollout.asked else None
        return Go(detail=f"{by or 'somebody'} has it go on, though {other.detail}", evidence=other.sign.lines)
    unread = f" {other.what}: {other.reason}" if other else ""
    return Go(detail=f"{access.sentence}{unread}")


def beside(rollout: Rollout, other: OtherWork, now: datetime, *, writes: bool) -> Busy | Hindered | None:
    """Whether the next act has to wait for somebody else's work, or has waited long enough.

    None where a person said to go on all the same, for a write of the configuration and into work that hangs: what
    goes on is never disturbed.
    """
    if rollout.anyway and writes and other.hangs(now):
        return None
    return in_vain(rollout, other.reason, other.detail, now) or Busy(reason=other.reason, detail=other.detail)


def in_vain(rollout: Rollout, reason: str, detail: str, now: datetime) -> Hindered | None:
    """The end of a wait for somebody else; None as long as that may still end."""
    if rollout.hindered_since is None or now - rollout.hindered_since <= GIVE_UP_ON_OTHERS:
        return None
    return Hindered(reason=reason, detail=f"waited for {GIVE_UP_ON_OTHERS} in vain: {detail}")


def give_up(rollout: Rollout, at_last: str, now: datetime, patience: timedelta = GIVE_UP_WAITING) -> GiveUp | None:
    """The end of a wait for access that was in vain; None as long as it may still be given."""
    if rollout.waiting_since is None or now - rollout.waiting_since <= patience:
        return None
    return GiveUp(detail=f"waited for {patience} in vain: {at_last}")


def unread_deployments(read: Unknown, rollout: Rollout) -> Unread | None:
    """The wait while nobody can say whether a deployment is under way; None where that does not end soon.

    Where others were seen at work before, a read that fails for the moment does not say that they are done.
    """
    if not read.temporary or (rollout.retries >= _UNREADABLE_RETRIES and rollout.hindered_since is None):
        return None
    return unread((read,), "deployments_unreadable", f"{read.what}: {read.reason}")


def unread_instances(read: object, rollout: Rollout) -> Unread | None:
    """The wait before a restart while nobody can say whether the platform blocks one; None where it was read.

    It has the end of every read: one that will never be had stops nothing, nor does one that is missing for longer
    than a block lasts.
    """
    if not isinstance(read, Unknown) or not read.temporary or rollout.retries >= _BLIND_RETRIES:
        return None
    return unread((read,), "instances_unreadable", f"{read.what}: {read.reason}")


def unread(reads: Sequence[Unknown], reason: str, detail: str) -> Unread:
    """The answer while these reads have none; `reason` counts unless one of them was throttled."""
    return Unread(
        reason=StallReason.THROTTLED if any(read.throttled for read in reads) else reason,
        detail=detail,
        asked=max((read.retry_after for read in reads if read.retry_after), default=None),
    )


_FLAPPING = 3
_FIGHT = 2


def doubt(rollout: Rollout, *, failures: int, reverts: int) -> Hold | None:
    """Whether going on by ourselves would make it worse; whoever deploys by hand has thought about it."""
    if rollout.asked is not None:
        return None
    if failures >= _FLAPPING:
        detail = (
            f"the last {failures} rollouts that acted on this app did not get their image to serve; "
            "deploy by hand to go on"
        )
        return Hold(reason=HoldReason.FLAPPING, detail=detail)
    return fight(reverts) if rollout.pinned else None


def fight(reverts: int) -> Hold | None:
    """Whether somebody else's tool would change back what we write next, too."""
    if reverts < _FIGHT:
        return None
    detail = (
        f"the image that we wrote into the configuration was changed back {reverts} times; let one tool own it "
        "(docs/stalls.md, a fight), then deploy by hand to go on"
    )
    return Hold(reason=HoldReason.FIGHT, detail=detail)
