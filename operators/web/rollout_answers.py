"""The shapes of what is said about a rollout, by the admin API and by notifications."""

from collections.abc import Sequence

from pydantic import AwareDatetime

from operators.core.activity import Activity
from operators.core.apps import AppId
from operators.core.recovery import Tried
from operators.core.rollouts import Rollout, Step
from operators.core.stalls import Stall
from operators.web.access_answers import AccessAnswer
from operators.web.answer import Answer


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
