"""The watch: what was read about an app after the act, and what can be said of it.

`judge` (operators/core/judgement.py) makes a `Verdict` of `WatchFacts`; this file holds the words of both.
"""

from datetime import datetime, timedelta
from typing import Self

from operators.core.asked_ports import AskedPorts
from operators.core.before import Before
from operators.core.clocks import CLOCKS_DIFFER
from operators.core.instances import InstanceStatus
from operators.core.model import Instant, Model, Unknown, asked_wait
from operators.core.platform_log import LogLine
from operators.core.stalls import Stall
from operators.core.startups import Startups

FIRST_LOOK = timedelta(seconds=20)
"""How long after the act the first look is worth its calls."""
NEXT_LOOK = timedelta(seconds=15)
"""The pace of `az webapp list-instances --show-status`; callers add their jitter."""
LATER_LOOK = timedelta(seconds=60)
"""The pace once the expected time has passed."""


class Budget(Model):
    """How long a start may take, counted from the act."""

    settle: timedelta = timedelta(seconds=60)
    """How long an instance that still runs the old container says nothing: the platform has not got to it yet."""
    expected: timedelta
    """Pulling and starting should be done; from here on the log is asked what keeps it."""
    hard: timedelta
    """Nothing is decided by waiting longer."""
    unread: Unknown | None = None
    """The app's settings where they gave no answer: then it is the longest that the platform allows."""

    @classmethod
    def of(
        cls,
        start_limit: timedelta = timedelta(seconds=230),
        pull_allowance: timedelta = timedelta(seconds=300),
        unread: Unknown | None = None,
    ) -> Self:
        """The budget of an app by its WEBSITES_CONTAINER_START_TIME_LIMIT (230 s unless set, azure-docs:
        reference-app-settings) and by what its image may take to be pulled.
        """
        expected = start_limit + pull_allowance + timedelta(seconds=60)
        return cls(expected=expected, hard=max(timedelta(minutes=10), 2 * expected), unread=unread)


class ProbeResult(Model):
    """The answer of the app's health path."""

    status_code: int | None
    error: str | None = None
    """Why there is no answer: "ServiceRequestError: timed out"."""

    @property
    def healthy(self) -> bool:
        """App Service takes 200 to 299 for healthy (azure-docs: monitor-instances-health-check)."""
        return self.status_code is not None and 200 <= self.status_code < 300

    @property
    def barred(self) -> bool:
        """We are not let in (sign-in, access restrictions) or sent elsewhere: it says nothing about health."""
        return self.status_code is not None and (self.status_code in (401, 403) or 300 <= self.status_code < 400)

    @property
    def unhealthy(self) -> bool:
        """It answers, and that it does not serve. No answer at all may be for no fault of the app's."""
        return self.status_code is not None and not self.healthy and not self.barred

    def __str__(self) -> str:
        return f"the health path answers {self.status_code}" if self.status_code else f"no answer: {self.error}"


class WatchFacts(Model):
    """Everything the judgement may rest on. What was not asked is None, what gave no answer is Unknown."""

    acted_at: Instant
    pinned: bool
    """The configuration names the digest: no older image can run after a start."""
    swapped: bool = False
    """The containers came by a swap: they were started in the slot, before the act."""
    always_on: bool
    """Without it an idle app starts at its first request only."""
    budget: Budget
    asked_ports: AskedPorts = None
    """Read with the app's start time limit, or where a failed start names a port. `asks_ports` asks for it."""
    before: Before | Unknown
    """The instances as they were before the act."""
    platform_reports: bool
    """Whether siteStatus can be had for this app at all, by us and on its platform."""
    statuses: tuple[InstanceStatus, ...] | Unknown
    """The instances now."""
    listed_instances: int | Unknown
    """How many instances `/instances` lists."""
    probe: ProbeResult | Unknown | None
    """None where the app has no health path."""
    lines: tuple[LogLine, ...] | Unknown | None = None
    """The platform's log; None as long as it was not read. `Suspect` asks for it."""
    startups: tuple[Startups, ...] | Unknown | None = None
    """The start-up summaries of its machines; read where a start failed and the log does not say why."""
    unresolved: tuple[str, ...] | Unknown | None = None
    """App settings whose Key Vault references the platform could not resolve, with its word for why; read where a
    container failed."""
    poked: bool = False
    """Whether the app answered one GET since the act. `Waiting.poke` asks for it."""
    gone: str | None = None
    """Azure's words that there is no such site or slot any more."""
    stopped: bool = False
    """Whether somebody stopped the app."""
    usage_state: str | None = None
    """The plan's quota, "Normal" or "Exceeded"."""
    scm_host_name: str | None = None
    """Where its deployment site is."""

    @property
    def logged_since(self) -> datetime:
        """From when on the platform's log tells of what came of the act, by its own clock, which may be behind ours.

        Never from before the last start that was over by then: what that one's pull brought is another story.
        """
        starts = () if isinstance(self.before, Unknown) else self.before.started
        over = [at + timedelta(seconds=1) for _, at in starts]
        return min(max([self.acted_at - CLOCKS_DIFFER, *over]), self.acted_at)

    @property
    def asked(self) -> timedelta:
        """How long Azure asked us to wait with what it did not answer."""
        reads = (self.statuses, self.listed_instances, self.probe, self.lines, self.startups, self.unresolved)
        return asked_wait((*reads, self.budget.unread))

    def age(self, now: datetime) -> timedelta:
        """The time since the act."""
        return now - self.acted_at


class Serving(Model):
    """The new container serves, on every instance."""

    evidence: tuple[str, ...]


class Unproven(Model):
    """Nothing speaks against it, and what would prove it cannot be read."""

    why: str
    evidence: tuple[str, ...] = ()


class Waiting(Model):
    """It is too early to say."""

    what_for: str
    look_again_in: timedelta
    poke: bool = False
    """One GET to the app now, whatever it answers: an idle app starts at a request only."""
    unread: tuple[Unknown, ...] = ()
    """The reads that it waits for, where it is their answer that is missing."""
    stall: Stall | None = None
    """What holds it up, where that has a name and ends by itself."""


class Suspect(Model):
    """Before it can be said, the platform's log has to be read: judge again with its lines (or Unknown)."""

    why: str


class Failed(Model):
    """The new container does not serve, and why."""

    stall: Stall


type Verdict = Serving | Unproven | Waiting | Suspect | Failed
