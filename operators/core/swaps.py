"""A swap that was begun: is it done? It takes minutes, and half an hour where the slot does not answer.

Source: azure-docs, app-service/deploy-staging-slots ("What happens during a swap").
"""

from datetime import datetime, timedelta

from operators.core.images import ImageReference
from operators.core.model import Digest, Instant, Model, Unknown
from operators.core.stalls import StallReason, stall
from operators.core.watch import LATER_LOOK, NEXT_LOOK, Failed, Waiting

PATIENCE = timedelta(minutes=40)
"""Longer than any swap that people report, be it one that fails in the end."""
_USUAL = timedelta(minutes=5)
_SHOWS_LATE = timedelta(minutes=2)
"""So soon after its begin, the configuration may be behind a swap that is done."""


class Progress(Model):
    """What Azure says of the operation."""

    under_way: bool
    failure: str | None = None
    """Why it was given up, in the platform's words; None where it was not."""


class SwapFacts(Model):
    """What was read."""

    begun_at: Instant
    wanted: Digest
    """What the swap is to bring into the app's configuration."""
    configured: ImageReference | Unknown | None
    """What the app's configuration names now."""
    health_check_path: str | None
    """The app's own now."""
    progress: Progress | Unknown | None
    """None where Azure's answer to the swap got lost, and with it the place to ask."""


class Swapped(Model):
    """The app's configuration is the slot's of before."""

    health_check_path: str | None
    """It came along, or stayed: what counts from now on."""


def judge_swap(facts: SwapFacts, now: datetime) -> Swapped | Waiting | Failed:
    """The configuration tells that it is done; only Azure's own word or a very long time that it will not be.

    A swap that Azure calls done brought whatever was in the slot by then, and its effect may be changed at once.
    """
    if isinstance(facts.configured, ImageReference) and facts.configured.digest == facts.wanted:
        return Swapped(health_check_path=facts.health_check_path)
    shown = f"the app's configuration names {facts.configured}"
    age, progress = now - facts.begun_at, facts.progress
    if isinstance(progress, Progress) and progress.failure is not None:
        return Failed(stall=stall(StallReason.SWAP_FAILED, facts.begun_at, (progress.failure, shown)))
    over = isinstance(progress, Progress) and not progress.under_way
    if over and age >= _SHOWS_LATE and not isinstance(facts.configured, Unknown):
        return Failed(stall=stall(StallReason.OVERTAKEN, facts.begun_at, (shown,)))
    if age >= PATIENCE:
        return Failed(stall=stall(StallReason.SWAP_IN_PROGRESS, facts.begun_at, (shown,)))
    what_for = "the platform warms the slot up and swaps it"
    unread = tuple(read for read in (facts.configured, progress) if isinstance(read, Unknown))
    return Waiting(what_for=what_for, look_again_in=NEXT_LOOK if age < _USUAL else LATER_LOOK, unread=unread)
