"""What does the app itself say to a measure that was planned for it: its resource tags, its state, or that it is gone?

A person who stops an app, takes it out of Pulley's hands or allows less is heeded between two acts too.
"""

from datetime import datetime, timedelta

from operators.core.access import SPREADING
from operators.core.apps import Site
from operators.core.gate import GiveUp, Unread, unread
from operators.core.inventory import OPT_IN_TAG, looked_after, resource_tag
from operators.core.model import Unknown
from operators.core.recovery import RECOVER_TAG, Measure, Recover
from operators.core.rollouts import Rollout

_UNREADABLE = "app_unreadable"
_UNTIL_GONE = timedelta(minutes=2)


class AllowsLess(GiveUp):
    """The app does not allow the planned measure any more; another one perhaps."""

    allowed: Recover


def recover_of(app: Site, default: Recover) -> tuple[Recover, tuple[str, ...]]:
    """What the app allows by its resource tag; a value that is none of ours allows nothing, and the lines say so."""
    said = resource_tag(app, RECOVER_TAG)
    if said is None:
        return default, ()
    try:
        return Recover.parse(said), ()
    except ValueError as mistyped:
        return Recover.REPORT, (str(mistyped),)


def heed(app: Site, acted_on: Site, planned: Measure, *, opt_in: str, default: Recover) -> GiveUp | None:
    """Whether the measure is not to be taken any more; None where the app still allows it.

    `app` has the resource tags; `acted_on` is the same, or the slot in which the image is tried.
    """
    if acted_on.stopped:
        return GiveUp(detail=f"{acted_on.id.name} was stopped meanwhile")
    if not looked_after(app, opt_in):
        return GiveUp(detail=f"{app.id.name} is not looked after any more (resource tag {OPT_IN_TAG})")
    allowed, mistyped = recover_of(app, default)
    if not allowed.allows(planned):
        said = "".join(mistyped) or f"{RECOVER_TAG}: {allowed}"
        return AllowsLess(detail=f"{app.id.name} does not allow it any more ({said})", allowed=allowed)
    return None


def unreadable(site: Unknown, rollout: Rollout, now: datetime) -> Unread | GiveUp:
    """The wait while the app cannot be read; its end where no waiting mends that: a right may still be spreading.

    Only what was waited for this counts, and a rollout was moved on last when that began.
    """
    why = unread((site,), _UNREADABLE, f"{site.what}: {site.reason}")
    waited = now - rollout.updated_at if rollout.reason == _UNREADABLE else timedelta()
    if site.temporary or waited < (_UNTIL_GONE if site.missing else SPREADING):
        return why
    return GiveUp(detail=why.detail)
