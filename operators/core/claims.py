"""Claims: which of several messages about one app may work on it now."""

from datetime import datetime, timedelta

from operators.core.active import Active
from operators.core.clocks import in_utc
from operators.core.model import Instant, Model

CLAIM_LASTS = timedelta(minutes=6)
"""Longer than functionTimeout in host.json (5 minutes): whoever still holds an expired claim has been stopped. (A local
environment's pace shortens it; the ETag keeps a late holder out all the same.)
"""


class Claim(Model):
    """Who works on the app, until when by the storage service's clock."""

    owner: str
    """The queue message's id: a message that failed and came again may take over its own claim."""
    until: Instant


def may_claim(active: Active, claim: Claim | None, step: int | None, owner: str, at: datetime) -> str | None:
    """Why this message may not work on the app now; None where it may.

    A message with a step number acts only if it is the next one, so forked chains die. One without a number (a look)
    acts only where no rollout is under way; that one's own chain takes the look up at its end.
    """
    if claim is not None and claim.owner != owner and claim.until > at:
        return f"claimed by another message until {in_utc(claim.until)}"
    if step is not None and step != active.next_step:
        return f"step {step} is not the next one ({active.next_step})"
    if step is None and active.rollout is not None and active.rollout.occupying:
        return f"rollout #{active.rollout.sequence} is {active.rollout.state}; the mark stays until it has ended"
    return None
