"""What the tables of decisions are made from: one app, its image, and a few digests."""

from datetime import UTC, datetime, timedelta

from operators.core.active import Container, Rejected, Running
from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus
from operators.core.looks import Cause, Look, Wish
from operators.core.proof import Proof
from operators.core.references import Origin, Reference
from operators.core.registries import TagFacts
from operators.core.rollouts import Rollout
from operators.core.transitions import State

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
APP = "11111111-1111-4111-8111-111111111111:apps:shop"
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")

REFERENCE = Reference(registry="demo.azurecr.io", repository="shop", tag="latest", origin=Origin.CAPTURED)
LATEST = ImageReference.parse("demo.azurecr.io/shop:latest")


def ago(seconds: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(seconds=seconds)


def tag_at(digest: str, *, updated: datetime = NOW) -> TagFacts:
    """The tag at the registry."""
    return TagFacts(digest=digest, last_updated=updated)


def push_of(digest: str, *, at: datetime = NOW) -> Look:
    """The mark that a push leaves."""
    return Look(app=APP, cause=Cause.PUSH, at=at, detail=f"{LATEST} pushed at {digest}", digest=digest, pushed_at=at)


def drift() -> Look:
    """The mark that the drift check leaves."""
    return Look(app=APP, cause=Cause.DRIFT, at=NOW, detail=f"{LATEST} has moved")


def asked(*, tag: str | None = None, digest: str | None = None) -> Look:
    """The mark that a person leaves."""
    wish = Wish(tag=tag, digest=digest)
    return Look(app=APP, cause=Cause.PERSON, at=NOW, detail="deploy", by="Ada", wish=wish)


def running(digest: str, proof: Proof = Proof.PULLED, sequence: int | None = 1) -> Running:
    """What the app runs."""
    return Running(digest=digest, proof=proof, since=ago(3600), sequence=sequence)


def container(runs: Running | None, *rejected: str, reference: Reference | None = REFERENCE) -> Container:
    """What is remembered about the app."""
    return Container(
        reference=reference,
        reference_at=ago(7200),
        decided=runs.digest if runs else None,
        running=runs,
        rejected=tuple(Rejected(digest=one, sequence=7, reason="container_exited", at=ago(60)) for one in rejected),
    )


def rollout(state: State = State.PENDING, **changes: object) -> Rollout:
    """A rollout of the app."""
    begun = Rollout(
        app=APP,
        sequence=1,
        state=state,
        reason="begun",
        detail="",
        cause=Cause.PUSH,
        caused_by="",
        created_at=NOW,
        updated_at=NOW,
    )
    return begun.model_copy(update=changes)


def started(at: datetime) -> InstanceStatus:
    """An instance whose container has started then."""
    return InstanceStatus(instance_id="aa", state="Started", details=f"Site started at {at:%m/%d/%Y %H:%M:%S} (UTC)")
