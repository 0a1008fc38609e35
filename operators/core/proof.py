"""The proof: how sure is it which image a serving app runs?"""

from enum import StrEnum

from operators.core.images import ImageReference
from operators.core.model import Digest
from operators.core.platform_log import Pull
from operators.core.registries import TagFacts


class Proof(StrEnum):
    """How sure it is which image runs."""

    PINNED = "pinned"
    """The configuration names the digest."""
    PULLED = "pulled"
    """A pull was seen after the act, and it brought this digest."""
    ASSUMED = "assumed"
    """Nothing speaks against it."""


def proof_of(
    wanted: Digest,
    configured: ImageReference | None,
    pull: Pull | None,
    before: TagFacts | None,
    after: TagFacts | None,
) -> Proof:
    """How sure it is that a serving app runs `wanted`.

    `pull` is what the log tells since the act, None where it was not read; `before` and `after` are the tag as the
    registry showed it before the act and shows it now, None where unknown. A tag that moved away and back between them
    has the same digest and another time: what was pulled meanwhile may be the other image.
    """
    if configured is not None and configured.digest == wanted:
        return Proof.PINNED
    if pull is None or not pull.pulled or pull.local_copy_used:
        return Proof.ASSUMED
    if pull.digests:
        return Proof.PULLED if pull.digests == {wanted} else Proof.ASSUMED
    return Proof.PULLED if before == after and after is not None and after.digest == wanted else Proof.ASSUMED
