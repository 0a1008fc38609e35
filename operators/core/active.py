"""What the engine remembers about an app between its rollouts."""

from datetime import datetime

from operators.core.images import ImageReference, linux_fx_version
from operators.core.looks import Look
from operators.core.model import Digest, Instant, Model
from operators.core.owed import Owed
from operators.core.proof import Proof
from operators.core.references import Reference, SwappedIn
from operators.core.rollouts import Act, Rollout
from operators.core.stalls import StallReason

_REMEMBERED = 5
"""How many last good and rejected digests are kept."""


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
    theirs: str | None = None
    """The `linuxFxVersion` that somebody else wrote last: what stood there before we wrote."""
    reverts: int = 0
    """How often in a row somebody changed back what we had written."""
    reverted_at: Instant | None = None
    """When that was noticed last."""

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

    def now_runs(self, rollout: Rollout, now: datetime) -> "Container":
        """After a rollout that brought what it runs: rejected no more, and a last good one where it is proved."""
        digest = rollout.wanted.digest if rollout.wanted else None
        if digest is None or rollout.proof is None:
            return self
        updated = rollout.tag_seen.last_updated if rollout.tag_seen else None
        running = Running(digest=digest, proof=rollout.proof, since=now, sequence=rollout.sequence, tag_updated=updated)
        good = self.last_good
        if rollout.proof is not Proof.ASSUMED:
            good = (running, *(one for one in good if one.digest != digest))[:_REMEMBERED]
        rejected = tuple(one for one in self.rejected if one.digest != digest)
        return self.model_copy(update={"running": running, "last_good": good, "rejected": rejected})

    def having_written(self, image: ImageReference) -> "Container":
        """What we wrote into the configuration is nobody else's change."""
        return self.model_copy(update={"written": linux_fx_version(image)})

    def having_swapped_in(self, image: ImageReference, now: datetime) -> "Container":
        """What our swap brought into the configuration is as good as written by us, and nobody else's swap."""
        return self.having_written(image).model_copy(update={"swapped_in": SwappedIn(image=str(image), at=now)})

    def rejecting(self, rollout: Rollout, reason: StallReason, now: datetime) -> "Container":
        """The rollout's digest is not rolled out again by itself."""
        if rollout.digest is None:
            return self
        rejected = Rejected(digest=rollout.digest, sequence=rollout.sequence, reason=reason, at=now)
        others = (one for one in self.rejected if one.digest != rejected.digest)
        return self.model_copy(update={"rejected": (rejected, *others)[:_REMEMBERED]})

    def lost(self) -> "Container":
        """After an act that failed: what ran before has made room, and a tag moved back to it is rolled out again."""
        return self.model_copy(update={"running": None})

    def goods_but(self, failing: Digest) -> tuple[Digest, ...]:
        """What a rollout of `failing` may go back to: last good digests that were not rejected since, newest first."""
        never = {failing, *(one.digest for one in self.rejected)}
        return tuple(one.digest for one in self.last_good if one.digest not in never)

    def good_but(self, failing: Digest) -> Digest | None:
        """The newest of them."""
        return next(iter(self.goods_but(failing)), None)


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

    def having_done(self, rollout: Rollout) -> "Active":
        """Once its act is done. What is in the slot yet is not the app's, and a swap has only begun."""
        if self.container is None or rollout.wanted is None or rollout.in_slot or rollout.act is not Act.WRITE:
            return self
        return self.model_copy(update={"container": self.container.having_written(rollout.wanted)})

    def trusted(self) -> "Active":
        """After a person has said to go on: earlier failures and fights count no more."""
        container = self.container and self.container.model_copy(update={"reverts": 0})
        return self.model_copy(update={"failures": 0, "container": container})

    def owed_before(self, digest: Digest | None) -> Owed | None:
        """What a rollout to this digest is another try of, also where only its way is new."""
        known = (self.container.owed if self.container else None, self.rollout.owed if self.rollout else None)
        return next((owed for owed in known if owed and owed.digest == digest), None)

    def still_owed(self, decided: Digest | None, brought: Digest | None, now: datetime) -> Owed | None:
        """What the reference decided upon and the app has not got, while a person has it brought to something else."""
        if decided is None or decided == brought:
            return None
        if self.rollout and self.rollout.digest == decided:
            return Owed.after(self.rollout.owed, decided, "newer", now)
        return self.container.owed if self.container and self.container.owes(decided) else None
