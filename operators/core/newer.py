"""Of the looks that come while a rollout recovers: which may bring something else than it does?"""

from operators.core.looks import Cause, Look, Wish
from operators.core.rollouts import Rollout


def newer_wish(looks: tuple[Look, ...], rollout: Rollout) -> Look | None:
    """A person's look for something else, or from after the last line of the timeline.

    That is the one with the stall, or a later one that says what the measure waits for. Whoever pressed twice before it
    asked for what has failed since: done now, it would only keep the way back away.
    """
    does = (rollout.asked.wish if rollout.asked else None) or Wish()
    wishes = (look for look in looks if look.cause is Cause.PERSON)
    return next((look for look in wishes if look.at > rollout.updated_at or look.wish != does), None)


def newer_push(looks: tuple[Look, ...], rollout: Rollout) -> Look | None:
    """A push of another image."""
    pushes = (look for look in looks if look.cause is not Cause.PERSON and look.digest is not None)
    return next((look for look in pushes if look.digest != rollout.digest), None)
