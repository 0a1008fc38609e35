"""Foreign changes: what somebody else did to a configuration, and what can still be said of what the app runs."""

from datetime import datetime, timedelta

from operators.core.active import Container, Running
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.proof import Proof
from operators.core.references import SwappedIn
from operators.core.registries import TagFacts

_IN_A_ROW = timedelta(days=14)
"""Between two reverts of one tool: one that runs weekly may miss a run. A fight has no longer breaks."""


def was_changed(container: Container | None, linux_fx_version: str | None) -> bool:
    """Whether somebody wrote the configuration after us."""
    return container is not None and container.written not in (None, linux_fx_version)


def named_again(container: Container, configured: ImageReference | None, tag: TagFacts | Unknown | None) -> bool:
    """Whether a tag is named in the place of the digest that we wrote, and is at that digest: the same image."""
    if container.written is None or configured is None or configured.digest is not None:
        return False
    return isinstance(tag, TagFacts) and container.written.endswith(f"@{tag.digest}")


def noticed(
    container: Container,
    linux_fx_version: str | None,
    configured: ImageReference | None,
    swapped: SwappedIn | None,
    now: datetime,
    *,
    same: bool = False,
) -> Container:
    """What is remembered about a container, set right by what its configuration names now.

    `same`: what somebody else wrote there changes nothing about the app, so it is no revert.
    """
    by_us = container.written is not None and container.written == linux_fx_version
    changes: dict[str, object] = {"swapped_in": swapped}
    if was_changed(container, linux_fx_version):
        changes["written"] = None
        # another image than stood there before is a choice, and takes nothing back
        if not same and container.theirs in (None, linux_fx_version):
            changes |= {"reverts": _reverts(container, now), "reverted_at": now}
    if configured is not None and not by_us:
        running = _runs(container.running, configured, swapped, now)
        changes |= {"running": running, "theirs": linux_fx_version}
        if swapped != container.swapped_in or (configured.digest is not None and running != container.running):
            changes["owed"] = None  # whoever chose another image by hand has said otherwise
    return container.model_copy(update=changes)


def _reverts(container: Container, now: datetime) -> int:
    """How many in a row it is with the one of now."""
    last = container.reverted_at
    return container.reverts + 1 if last is None or now - last <= _IN_A_ROW else 1


def _runs(
    running: Running | None, configured: ImageReference, swapped: SwappedIn | None, now: datetime
) -> Running | None:
    """What runs under a configuration that we did not write: its digest, or what we saw if it still can be that."""
    if configured.digest is not None:
        if running is not None and running.digest == configured.digest:
            return running
        return Running(digest=configured.digest, proof=Proof.PINNED, since=now, sequence=None)
    swapped_since = running is not None and swapped is not None and swapped.at > running.since
    if running is None or running.proof is Proof.PINNED or swapped_since:
        return None
    return running
