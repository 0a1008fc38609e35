"""What the engine remembers about an app between its rollouts."""

from operators.core.looks import Look
from operators.core.model import Digest, Instant, Model
from operators.core.owed import Owed
from operators.core.references import Reference, SwappedIn
from operators.core.rollouts import Rollout
from operators.core.watch import Proof


class Running(Model):
    """What a container runs, as far as we can tell."""

    digest: Digest
    proof: Proof
    since: Instant
    sequence: int | None
    """The rollout that brought it; None for what was found at first sight."""
    tag_updated: Instant | None = None
    """The tag's last update as that rollout saw it: one that moved away and back may have been pulled in between."""

    def tag_moved(self, looks: tuple[Look, ...]) -> bool:
        """Whether another digest was pushed to the tag after that rollout saw it, though the tag may be back."""
        seen = self.tag_updated
        return seen is not None and any(
            look.digest not in (None, self.digest) and look.pushed_at is not None and look.pushed_at > seen
            for look in looks
        )


class Rejected(Model):
    """A digest that failed in this app for a reason that accuses the image."""

    digest: Digest
    sequence: int
    reason: str
    at: Instant


class Container(Model):
    """What the engine remembers about one container of an app."""

    reference: Reference | None
    """None where nothing says which tag to follow and a person deployed a digest."""
    reference_at: Instant
    """When the reference was stored."""
    decided: Digest | None
    """The reference's choice when it was last decided upon; drift is when the registry names another one."""
    running: Running | None
    owed: Owed | None = None
    """What it was decided upon for and did not get, as long as no rollout is under way to it."""
    last_good: tuple[Running, ...] = ()
    """Proved digests that served, newest first."""
    rejected: tuple[Rejected, ...] = ()
    written: str | None = None
    """The `linuxFxVersion` that we wrote last; None where we wrote none, or it was changed since."""
    swapped_in: SwappedIn | None = None
    """What the last swap since the reference was stored brought."""
    reverts: int = 0
    """How often somebody changed back what we had written."""

    def following(self, adopted: "Container") -> "Container":
        """The same app with another reference: what failed in it still does, and what served may be gone back to."""
        before, now = self.reference, adopted.reference
        same = before and now and (before.registry, before.repository) == (now.registry, now.repository)
        return adopted.model_copy(update={"rejected": self.rejected, "last_good": self.last_good if same else ()})

    def runs(self, digest: Digest | None) -> bool:
        """Whether it runs this image, as far as we can tell."""
        return self.running is not None and self.running.digest == digest

    def owes(self, digest: Digest) -> bool:
        """Whether the app is owed this image."""
        return self.owed is not None and self.owed.digest == digest

    def lost(self) -> "Container":
        """After an act that failed: what ran before has made room, and a tag moved back to it is rolled out again."""
        return self.model_copy(update={"running": None})

    def good_but(self, failing: Digest) -> Digest | None:
        """What a rollout of `failing` may go back to: the newest last good digest that was not rejected since."""
        never = {failing, *(one.digest for one in self.rejected)}
        return next((one.digest for one in self.last_good if one.digest not in never), None)


class Active(Model):
    """The row `active` of an app: what a step reads and hands on, under its ETag."""

    app: str
    sequence: int = 0
    """The last sequence number given out."""
    next_step: int = 1
    """The only step that may act."""
    lines: int = 0
    """How many lines the timelines of all its rollouts have."""
    container: Container | None = None
    """None until the app was seen for the first time. Sidecar sites will have several."""
    rollout: Rollout | None = None
    """The one that has not ended."""
    failures: int = 0
    """Rollouts in a row that acted and did not get their image to serve, also those that made room for a newer one.

    One that did, that could not be verified, or that a person asks for begins anew.
    """
    principal_id: str | None = None
    """As whom it pulled last time: lets the role assignments be read without waiting for the site."""
