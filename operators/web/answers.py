"""The shapes of what the admin API says about apps, rollouts and the operator itself."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from operators.core.active import Active
from operators.core.activity import Activity
from operators.core.apps import AppId
from operators.core.inventory import Entry
from operators.core.looks import Look
from operators.core.owed import Owed
from operators.core.recovery import Tried
from operators.core.rollouts import Rollout, Step
from operators.core.stalls import Stall
from operators.web.access_answers import AccessAnswer
from operators.web.answer import Answer
from operators.web.mark import MarkAnswer


class RunningAnswer(Answer):
    """What an app runs, and how sure that is."""

    digest: str
    proof: str
    """`pinned`: the configuration names it; `pulled`: its pull was seen; `assumed`."""
    since: AwareDatetime
    rollout: int | None
    """The sequence number of the rollout that brought it; none for what was found at first sight."""


class StallAnswer(Answer):
    """Why a rollout makes no progress, or failed."""

    reason: str
    since: AwareDatetime
    meaning: str
    what_to_do: str
    lines: tuple[str, ...]
    blocked_until: AwareDatetime | None

    @classmethod
    def of(cls, stall: Stall, rollout: Rollout) -> "StallAnswer":
        """From the stall of this rollout."""
        app = AppId.from_key(rollout.app)
        return cls(
            reason=stall.reason,
            since=stall.since,
            meaning=stall.meaning,
            what_to_do=stall.advice(rollout.acted_on, app=app, image=rollout.image, slot=rollout.slot),
            lines=stall.lines,
            blocked_until=stall.blocked_until,
        )


class StepAnswer(Answer):
    """One line of a timeline."""

    at: AwareDatetime
    state: str
    reason: str
    detail: str
    evidence: tuple[str, ...]

    @classmethod
    def of(cls, step: Step) -> "StepAnswer":
        """From the step."""
        return cls(at=step.at, state=step.state, reason=step.reason, detail=step.detail, evidence=step.evidence)


class TriedAnswer(Answer):
    """A measure that was taken, and the stall that it was for."""

    measure: str
    reason: str
    at: AwareDatetime

    @classmethod
    def of(cls, tried: Tried) -> "TriedAnswer":
        """From the measure."""
        return cls(measure=tried.measure, reason=tried.reason, at=tried.at)


class ActivityAnswer(Answer):
    """What somebody else did, by the Activity Log."""

    who: str
    """A person's user principal name, a managed identity, or an application's id."""
    at: AwareDatetime
    operation: str

    @classmethod
    def of(cls, activity: Activity) -> "ActivityAnswer":
        """From the log's entry."""
        return cls(who=activity.who, at=activity.at, operation=activity.operation)


class RolloutAnswer(Answer):
    """One rollout; `steps` only where one was asked for."""

    app: str
    name: str
    sequence: int
    state: str
    reason: str
    detail: str
    cause: str
    caused_by: str
    reference: str | None
    image: str | None
    digest: str | None
    from_digest: str | None
    strategy: str | None
    slot: str | None
    """The slot that it goes through, with the strategy `swap`."""
    proof: str | None
    attempts: int
    created_at: AwareDatetime
    updated_at: AwareDatetime
    applied_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    access: AccessAnswer | None
    stall: StallAnswer | None
    planned: str | None
    """The measure that will be taken next."""
    next_at: AwareDatetime | None
    """When it is looked at again, while it makes no progress."""
    tried: tuple[TriedAnswer, ...]
    back_to: str | None
    """The last good image, once the way back was taken."""
    reverted_by: ActivityAnswer | None
    """Held for a fight: the write that changed back ours."""
    steps: tuple[StepAnswer, ...] | None = None

    @classmethod
    def of(cls, rollout: Rollout, steps: Sequence[Step] | None = None) -> "RolloutAnswer":
        """From the rollout as stored."""
        return cls(
            app=rollout.app,
            name=AppId.from_key(rollout.app).name,
            sequence=rollout.sequence,
            state=rollout.state,
            reason=rollout.reason,
            detail=rollout.detail,
            cause=rollout.cause,
            caused_by=rollout.caused_by,
            reference=rollout.reference,
            image=str(rollout.image) if rollout.image else None,
            digest=rollout.digest,
            from_digest=rollout.from_digest,
            strategy=rollout.strategy,
            slot=rollout.slot,
            proof=rollout.proof,
            attempts=rollout.attempts,
            created_at=rollout.created_at,
            updated_at=rollout.updated_at,
            applied_at=rollout.applied_at,
            ended_at=rollout.ended_at,
            access=AccessAnswer.of(rollout.access) if rollout.access else None,
            stall=StallAnswer.of(rollout.stall, rollout) if rollout.stall else None,
            planned=rollout.planned,
            next_at=rollout.next_at,
            tried=tuple(map(TriedAnswer.of, rollout.tried)),
            back_to=str(rollout.back_to) if rollout.back_to else None,
            reverted_by=ActivityAnswer.of(rollout.reverted_by) if rollout.reverted_by else None,
            steps=tuple(StepAnswer.of(step) for step in steps) if steps is not None else None,
        )


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


class ReceiptAnswer(Answer):
    """What became of one event."""

    result: str
    detail: str
    field: str | None = None
    apps: tuple[str, ...] = ()


class LookAnswer(Answer):
    """An app was marked; its rollout appears in the history in a moment."""

    app: str
    detail: str


class DriftAnswer(Answer):
    """What a drift check saw."""

    seen: int
    looked_after: int
    first_seen: tuple[str, ...]
    gone: tuple[str, ...]
    unread: tuple[str, ...]
    tags: int
    marked: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    findings: tuple[str, ...]
    """New ones: `GET /api/findings` tells all of them."""


class RefusalAnswer(Answer):
    """Something that came in as an event and could not be used."""

    at: AwareDatetime
    reason: str
    detail: str


class FreezeAnswer(Answer):
    """The freeze switch, and who threw or lifted it last."""

    frozen: bool
    by: str | None = None
    why: str | None = None
    at: AwareDatetime | None = None


class HealthAnswer(Answer):
    """Whether the operator itself works."""

    status: str
    """`ok`, or `degraded` where a part gave no answer."""
    mode: str
    storage: str
    freeze: FreezeAnswer | None
    overdue: int | None
    """Apps whose next step is late by more than a minute."""
    undelivered_notices: int | None = None
    """News that the receiver at PULLEY_NOTIFY_URL did not take, about; none where nobody is to be told."""
    version: str
