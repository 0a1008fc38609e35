"""References: which image a container follows, whatever its configuration names at the moment."""

from enum import StrEnum

from operators.core.images import ImageReference, is_tag
from operators.core.model import Instant, Model

POLICY_TAG = "pulley-policy"
"""The resource tag on an app that says which image tag it follows: `exact:<tag>`."""


class Origin(StrEnum):
    """Where a reference came from."""

    CAPTURED = "captured"
    RESOURCE_TAG = "resource_tag"


class Reference(Model):
    """The image a container follows: a repository, and of its tags exactly this one at its present digest."""

    registry: str
    repository: str
    tag: str
    origin: Origin

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}:{self.tag}"

    def named_by(self, configured: ImageReference) -> bool:
        """Whether the configuration names this tag itself, so that a restart pulls what it names."""
        named = (configured.registry, configured.repository, configured.tag)
        return configured.digest is None and named == (self.registry, self.repository, self.tag)


class NoReference(Model):
    """Why nothing can be followed, as a sentence for a person."""

    why: str


class SwappedIn(Model):
    """What the last swap brought into the configuration."""

    image: str | None
    """As the configuration named it; None once it names another, which somebody wrote."""
    at: Instant


def swapped_in(
    known: SwappedIn | None, stored_at: Instant, swapped_at: Instant | None, configured: ImageReference
) -> SwappedIn | None:
    """What came by a swap since the reference was stored. `swapped_at` is Azure's word for when the last one was.

    A swap that is not `known` brought what is configured now.
    """
    if swapped_at is not None and swapped_at > (known.at if known else stored_at):
        return SwappedIn(image=str(configured), at=swapped_at)
    if known is None or known.image == str(configured):
        return known
    return known.model_copy(update={"image": None})


def exact_tag(policy: str) -> str:
    """The tag of a policy `exact:<tag>`. Raises ValueError for any other policy."""
    kind, colon, tag = policy.partition(":")
    if kind.strip().lower() != "exact" or not colon or not is_tag(tag.strip()):
        raise ValueError(f"the resource tag {POLICY_TAG}={policy!r} is not a policy; known: exact:<tag>")
    return tag.strip()


def follow(
    stored: Reference | None,
    configured: ImageReference,
    policy: str | None,
    swapped: SwappedIn | None = None,
) -> Reference | NoReference:
    """What the container follows now.

    A policy tag on the app wins over everything. Else a tag that a person wrote into the configuration replaces the
    stored reference; a digest never does, and neither does the tag that a swap brought.
    """
    if policy is not None:
        try:
            tag = exact_tag(policy)
        except ValueError as problem:
            return NoReference(why=str(problem))
        return Reference(
            registry=configured.registry, repository=configured.repository, tag=tag, origin=Origin.RESOURCE_TAG
        )
    by_swap = swapped is not None and swapped.image == str(configured)
    if configured.tag is not None and configured.digest is None and not (stored and by_swap):
        return Reference(
            registry=configured.registry,
            repository=configured.repository,
            tag=configured.tag,
            origin=Origin.CAPTURED,
        )
    if stored is not None:
        return stored
    return NoReference(
        why=f"the configuration names {configured} by digest and no resource tag {POLICY_TAG}=exact:<tag> says "
        "which tag to follow"
    )
