"""Notices: which news of rollouts and findings are told to the outside, how grave each is, and in which words."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from operators.core.apps import AppId
from operators.core.choice import ChoiceReason
from operators.core.clocks import in_utc
from operators.core.findings import Finding
from operators.core.model import Model
from operators.core.proof import Proof
from operators.core.rollouts import Rollout
from operators.core.transitions import State


class Severity(StrEnum):
    """How soon somebody should read it."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"
    """Nobody but a person helps now."""


class News(StrEnum):
    """What can be told of a rollout; the last part of the event's type."""

    SUCCEEDED = "succeeded"
    UNVERIFIED = "unverified"
    HELD = "held"
    WAITING = "waiting"
    STUCK = "stuck"
    """It makes no progress; the next look, or the next try, is planned."""
    ROLLED_BACK = "rolled_back"
    FAILED = "failed"
    HINDERED = "hindered"
    ROLLBACK_FAILED = "rollback_failed"
    REVERTED = "reverted"
    """Somebody changed the configuration back to an image that failed in the app."""


NEWS: Mapping[State, News] = MappingProxyType(
    {
        State.SUCCEEDED: News.SUCCEEDED,
        State.UNVERIFIED: News.UNVERIFIED,
        State.HELD: News.HELD,
        State.WAITING_ACCESS: News.WAITING,
        State.ROLLED_BACK: News.ROLLED_BACK,
        State.FAILED: News.FAILED,
        State.HINDERED: News.HINDERED,
        State.ROLLBACK_FAILED: News.ROLLBACK_FAILED,
    }
)
"""The states that are told. In every other state at work a rollout is news only where it has a stall: it is stuck.

What comes to nothing is news only where that is because of a revert.
"""


class Told(Model):
    """How one kind of news is told."""

    severity: Severity
    title: str
    """A sentence; `{app}`, `{image}` and `{detail}` are filled in."""


TOLD: Mapping[News, Told] = MappingProxyType(
    {
        News.SUCCEEDED: Told(severity=Severity.INFO, title="{app} runs {image}."),
        News.UNVERIFIED: Told(
            severity=Severity.WARNING,
            title="{app} was brought to {image}, and it could not be verified that it serves.",
        ),
        News.HELD: Told(severity=Severity.INFO, title="{app} is held back from {image}: {detail}"),
        News.WAITING: Told(severity=Severity.WARNING, title="{app} waits for access to {image}: {detail}"),
        News.STUCK: Told(severity=Severity.ERROR, title="{app} is stuck on its way to {image}: {detail}"),
        News.ROLLED_BACK: Told(severity=Severity.ERROR, title="{app} was rolled back from {image}: {detail}"),
        News.FAILED: Told(severity=Severity.ERROR, title="{app} was not brought to {image}: {detail}"),
        News.HINDERED: Told(severity=Severity.ERROR, title="{app} was not brought to {image}: {detail}"),
        News.ROLLBACK_FAILED: Told(
            severity=Severity.CRITICAL, title="{app} failed with {image} and could not be rolled back: {detail}"
        ),
        News.REVERTED: Told(severity=Severity.CRITICAL, title="{app} was changed back to what fails here: {detail}"),
    }
)


_ASSUMED = "{app} is taken to run {image}: {detail}"
"""The title of a success whose image nothing proves."""


class RolloutNotice(Model):
    """One piece of news. What is said about it is read from the rollout when it is told."""

    app: str
    """The app's key."""
    sequence: int
    news: News
    reason: str
    """The hold's, the denial's or the stall's: another one is news again."""
    whose: str | None = None
    """Of a wait for access with a slot: whose identity may not pull, by key. The slot's comes first, then the app's."""

    @property
    def id(self) -> str:
        """The same whenever and by whomever the same news is told: receivers drop copies by it."""
        told = (self.app, str(self.sequence), self.news, self.reason, self.whose)
        return "/".join(part for part in told if part)


class FindingNotice(Model):
    """The news that something has become a finding, with all that is said about it."""

    finding: Finding

    @property
    def id(self) -> str:
        """The same for every copy."""
        return self.finding.id

    @property
    def severity(self) -> Severity:
        """Somebody else's work: to be looked at, and no failure of ours."""
        return Severity.WARNING

    def title(self, next_at: datetime | None) -> str:
        """The news as a sentence, with when the drift check looks again."""
        return f"{AppId.from_key(self.finding.app).name}: {self.finding.stall.meaning}{_again(next_at)}"


Notice = RolloutNotice | FindingNotice


def news_of(rollout: Rollout | None) -> RolloutNotice | None:
    """What there is to tell of a rollout as it stands; None where nothing is.

    A step has news where this is another than it was before the step. Another try that comes to nothing for the same
    reason is none.
    """
    if rollout is None:
        return None
    news, reason = NEWS.get(rollout.state), rollout.reason
    if rollout.ended and reason == ChoiceReason.REVERTED:
        news = News.REVERTED
    if news is None and rollout.stall and not rollout.ended:
        news, reason = News.STUCK, rollout.stall.reason
    why = rollout.why if rollout.ended else reason
    if news is None or (rollout.owed is not None and why == rollout.owed.reason):
        return None
    whose = rollout.access_of if news is News.WAITING else None
    return RolloutNotice(app=rollout.app, sequence=rollout.sequence, news=news, reason=reason, whose=whose)


def title_of(news: News, rollout: Rollout) -> str:
    """The news as a sentence."""
    detail = rollout.detail
    if news is News.STUCK and rollout.stall:
        # without a time the next try is under way, and what comes of it is looked at in a moment
        detail = f"{rollout.stall.meaning}{_again(rollout.next_at) or ' It is worked on now.'}"
    app, image = AppId.from_key(rollout.app).name, rollout.image or "its image"
    assumed = news is News.SUCCEEDED and rollout.proof is Proof.ASSUMED
    return (_ASSUMED if assumed else TOLD[news].title).format(app=app, image=image, detail=detail)


def _again(next_at: datetime | None) -> str:
    return f" It is looked at again at {in_utc(next_at)}." if next_at else ""
