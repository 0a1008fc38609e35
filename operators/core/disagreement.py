"""Disagreement: some instances serve the new container and others don't. Whose fault is that?

An image that is at fault serves nowhere for long. What ails one machine of many is that machine's, and the platform may
put another in its place (azure-docs: app-service/monitor-instances-health-check).
"""

from collections.abc import Iterable
from datetime import datetime

from operators.core.diagnosis import classify
from operators.core.instances import InstanceStatus
from operators.core.stalls import Stall, StallReason, stall

_OF_MACHINE = frozenset({StallReason.UNKNOWN, StallReason.BLOCKED})
"""What says nothing but that a start failed there."""


def serving(fresh: Iterable[InstanceStatus], t0: datetime, found: Stall | None) -> int:
    """How many show that the image can be run: they run the new container and have not failed on it since `t0`.

    One that crashes again and again is `Started` in between, and its error stays. Where the copy from before was
    started (`found`), what runs is no proof.
    """
    if found is not None and found.reason is StallReason.STALE_IMAGE:
        return 0
    own = (classify((status,), (), t0) for status in fresh)
    return sum(told is None or not told.accuses_image for told in own)


def disagreement(found: Stall, serve: int, instances: int) -> Stall:
    """What the others' stall comes to: no accusation, for the image runs elsewhere, and stays where most run it.

    What has a name and accuses nothing, like a right that is missing, keeps that and what is tried for it.
    """
    told = found
    if found.accuses_image or found.reason in _OF_MACHINE:
        detail, until = f"Of the others: {found.meaning}", found.blocked_until
        told = stall(StallReason.INSTANCES_DISAGREE, found.since, found.lines, detail=detail, blocked_until=until)
    if 2 * serve <= instances:
        return told
    meaning = f"{told.meaning} {serve} of {instances} instances serve the image, so it is not taken back from them."
    return told.model_copy(update={"meaning": meaning, "stays": True})
