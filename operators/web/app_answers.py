"""The shapes of what the admin API says about an app."""

from pydantic import AwareDatetime

from operators.core.active import Active
from operators.core.inventory import Entry
from operators.core.looks import Look, leading, turn_of
from operators.core.owed import Owed
from operators.web.answer import Answer
from operators.web.rollout_answers import RolloutAnswer


class RunningAnswer(Answer):
    """What an app runs, and how sure that is."""

    digest: str
    proof: str
    """`pinned`: the configuration names it; `pulled`: its pull was seen; `assumed`."""
    since: AwareDatetime
    rollout: int | None
    """The sequence number of the rollout that brought it; none for what was found at first sight."""


class OwedAnswer(Answer):
    """What an app did not get for no fault of the image, and is brought by the drift check."""

    digest: str
    reason: str
    """Why the last try ended."""
    tries: int
    again_at: AwareDatetime
    """With the reason `app_stopped` it is brought as soon as the app runs."""

    @classmethod
    def of(cls, owed: Owed) -> "OwedAnswer":
        """From the app's row."""
        return cls(digest=owed.digest, reason=owed.reason, tries=owed.tries, again_at=owed.again_at)


class MarkAnswer(Answer):
    """What an app is to be looked at for; where several are gathered, what its rollout will be named after."""

    cause: str
    detail: str
    by: str | None
    """Who asked, where a person did."""
    at: AwareDatetime
    turn: AwareDatetime | None
    """When the app is looked at, where others of its subscription come before it."""

    @classmethod
    def of(cls, looks: tuple[Look, ...]) -> "MarkAnswer | None":
        """From the marks that nobody has looked at yet."""
        look = leading(looks)
        if look is None:
            return None
        return cls(cause=look.cause, detail=look.detail, by=look.by, at=look.at, turn=turn_of(looks))


class AppAnswer(Answer):
    """One app as the inventory and the engine know it."""

    id: str
    name: str
    resource_id: str
    host_name: str
    image: str | None
    """What its configuration named when it was last listed."""
    looked_after: bool
    """Whether what is pushed is rolled out to it."""
    not_rolled_out: str | None
    """Why it never is, whatever its resource tags say; none where it could be."""
    reference: str | None
    """What it follows; none until it was looked at for the first time."""
    running: RunningAnswer | None
    owed: OwedAnswer | None
    rejected: tuple[str, ...]
    marked: MarkAnswer | None
    """What it is to be looked at for next; none where nothing waits."""
    rollout: RolloutAnswer | None
    """The one that has not ended."""
    last_rollout: int | None
    """The newest sequence number."""
    seen_at: AwareDatetime

    @classmethod
    def of(cls, entry: Entry, active: Active, looks: tuple[Look, ...], *, looked_after: bool) -> "AppAnswer":
        """From the app's rows."""
        container = active.container
        running = container.running if container else None
        return cls(
            id=entry.site.id.key,
            name=entry.site.id.name,
            resource_id=entry.site.id.resource_id,
            host_name=entry.site.default_host_name,
            image=str(entry.image) if entry.image else None,
            looked_after=looked_after,
            not_rolled_out=entry.not_rolled_out,
            reference=str(container.reference) if container and container.reference else None,
            running=RunningAnswer(
                digest=running.digest, proof=running.proof, since=running.since, rollout=running.sequence
            )
            if running
            else None,
            owed=OwedAnswer.of(container.owed) if container and container.owed else None,
            rejected=tuple(one.digest for one in container.rejected) if container else (),
            marked=MarkAnswer.of(looks),
            rollout=RolloutAnswer.of(active.rollout) if active.rollout else None,
            last_rollout=active.sequence or None,
            seen_at=entry.seen_at,
        )
