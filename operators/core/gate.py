"""May we act on this app now? Access, holds, and whether somebody else is at work on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from operators.core.access import Access, Reason, Verdict
from operators.core.activity import Activity
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
"""Three times what the longest work of others may take. Not longer: the drift check begins anew once it is over."""
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
    """Access was denied, or could not be read after a denial, for too long."""

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
    now: datetime,
    doubt: Hold | None = None,
) -> Hold | Wait | GiveUp | Unread | Busy | Hindered | Go:
    """Decide. `other` is somebody else at work on the app.

    An access that cannot be read for the moment is waited for a little, or as long as any denial where it was denied
    before; one that stays unknown does not stop a rollout, it is written beside it. So are other people's deployments.
    """
    if mode is Mode.OBSERVE:
        return Hold(reason=HoldReason.OBSERVED, detail=f"PULLEY_MODE=observe: decided, not done. {access.sentence}")
    if freeze is not None:
        return Hold(reason=HoldReason.FROZEN, detail=f"frozen by {freeze.by} at {freeze.at:%F %T}: {freeze.why}")
    if doubt is not None:
        return doubt
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
            again = unread(access.failed_reads, access.reason, access.sentence)
            if rollout.state is State.WAITING_ACCESS or rollout.retries < _UNREADABLE_RETRIES:
                return again
    if isinstance(other, Unknown):
        return unread_deployments(other, rollout) or Go(detail=f"{access.sentence} {other.what}: {other.reason}")
    if other is None:
        return Go(detail=access.sentence)
    if in_the_way := beside(rollout, other, now, writes=rollout.act is Act.WRITE):
        return in_the_way
    by = rollout.asked.by if rollout.asked else None
    return Go(detail=f"{by or 'somebody'} has it go on, though {other.detail}", evidence=other.sign.lines)


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


INTERRUPTIONS = 10
"""So often a rollout's messages may end in the poison queue, each after five deliveries; then it has failed."""
_ACCESS_WAITS = (30, 60, 120, 240, 300, 600)
_RETRY_WAITS = (10, 30, 90, 300)
_BUSY_WAITS = (10, 20, 30, 60, 60, 60, 60, 300)
BUSY_IS_A_STALL = 8
"""So many refusals take five minutes: longer than Azure's own tools wait for another operation to end."""
_FREEZE_WAIT = timedelta(minutes=5)
_HOLD_WAIT = timedelta(minutes=30)


def access_wait(waits: int, spread_in: timedelta | None = None) -> timedelta:
    """How long until access is looked at again: less and less often, but as soon as what spreads has done so."""
    own = timedelta(seconds=_ACCESS_WAITS[min(waits, len(_ACCESS_WAITS) - 1)])
    return min(own, max(spread_in, timedelta(seconds=1))) if spread_in is not None else own


def retry_wait(retries: int, asked: timedelta | None = None) -> timedelta:
    """How long until a temporary fault is tried again; at least what the other side asked for."""
    own = timedelta(seconds=_RETRY_WAITS[min(retries, len(_RETRY_WAITS) - 1)])
    return max(own, asked) if asked else own


def busy_wait(times: int, asked: timedelta | None = None) -> timedelta:
    """How long until an app that somebody else holds is asked again."""
    own = timedelta(seconds=_BUSY_WAITS[min(times - 1, len(_BUSY_WAITS) - 1)])
    return max(own, asked) if asked else own


def hold_wait(reason: HoldReason) -> timedelta:
    """How long until a hold is looked at again by itself; lifting it looks at once."""
    return _FREEZE_WAIT if reason is HoldReason.FROZEN else _HOLD_WAIT
