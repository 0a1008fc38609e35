"""What runs on an instance: replays everything that happened to its site up to a moment.

The state of an instance is a pure function of the recorded happenings, the registry and the roles as they were, and
the moment asked about. The platform's behaviour: a new container starts beside the old one, which serves until the new
one answers; a start that fails stops the site; it is tried again, and after a second failure in a row the site is
blocked, for one minute and then for two at a time (as real platform logs show).
"""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from local.azure.world.attempt import Attempt, Container, Failed, Place, Serving, Step
from local.azure.world.names import us_date
from local.azure.world.platform_log import Entry, Event, Note, Status
from local.azure.world.pulls import Pulled, PullFailed, parse_reference
from local.azure.world.sites import Happened, Happening, RunConfig, Site

RETRY_AFTER = timedelta(seconds=10)
BLOCKS = (timedelta(minutes=1), timedelta(minutes=2))
CANCEL = timedelta(seconds=0.5)
OUT_OF_MEMORY = 137
PullFor = Callable[[RunConfig, datetime], Pulled | PullFailed]


@dataclass(frozen=True)
class Pulls:
    """How images come to a worker: by a pull, or long before the story began, whatever the rights are now."""

    pull: PullFor
    adopt: PullFor


@dataclass(frozen=True)
class InstanceView:
    """An instance at a moment."""

    instance_id: str
    machine: str
    status: Status | None
    """None where no worker runs the site: it is stopped from the beginning, or idle."""
    serving: Container | None
    starts: int
    """How many attempts were begun."""
    log: tuple[Entry, ...]
    serving_since: datetime | None
    idle: bool
    """The next request starts it."""


@dataclass
class _Instance:
    """The replay's memory of one instance."""

    site: Site
    number: int
    pulls: Pulls
    status: Status | None = None
    serving: Container | None = None
    serving_since: datetime | None = None
    starts: int = 0
    failures: int = 0
    wanted: bool = True
    idle: bool = False
    config: RunConfig | None = None
    blocked_until: datetime | None = None
    next_start: datetime | None = None
    log: list[Entry] = field(default_factory=list)
    local: dict[str, Pulled] = field(default_factory=dict)
    """Images on this machine by digest."""
    tagged: dict[str, Pulled] = field(default_factory=dict)
    """Images on this machine by the reference that brought them: what a failed pull of the same reference leaves."""
    steps: Iterator[Step] | None = None
    upcoming: Step | None = None

    def run_until(self, horizon: datetime) -> None:
        """Let attempts and the platform's own retries happen up to a moment."""
        while True:
            if self.upcoming is not None and self.steps is not None:
                if self.upcoming.at > horizon:
                    return
                self._take(self.upcoming)
            elif self.next_start is not None and self.next_start <= horizon:
                self._begin(self.next_start)
            else:
                return

    def apply(self, happening: Happening) -> None:
        """Let something happen to the site."""
        self.config = happening.config
        match happening.what:
            case Happened.CREATED:
                # at the beginning of the story the app has long been running, whatever its rights are now
                self._begin(happening.at, self.pulls.adopt)
            case Happened.IDLE:
                self.idle = True
            case Happened.STOPPED:
                self._stop(happening.at)
            case Happened.STARTED:
                self.wanted = True
                self._restart(happening.at)
            case Happened.REQUESTED if self.idle:
                self.idle = False
                self._begin(happening.at)
            case Happened.RESTARTED | Happened.CONFIGURED if self.wanted:
                self._restart(happening.at)
            case _:
                pass

    def _restart(self, at: datetime) -> None:
        if self.blocked_until is not None:
            self._note(at, Event.PROHIBITED)
            scheduled = f"Site scheduled to be unblocked at {us_date(self.blocked_until)}"
            details = f"Site is blocked due to multiple, consecutive cold start failures. {scheduled}"
            self._tell(at, "Blocked", "None", details, "WARN")
            return
        if self.config is not None and not self.config.always_on:
            self._end_attempt()
            self._end_container(at)
            self.idle, self.status = True, None
            return
        if self.steps is not None:
            self._cancel(at)
            self._begin(at + CANCEL)
            return
        self._begin(at)

    def _cancel(self, at: datetime) -> None:
        """Another restart during a start cancels it (azureossd.github.io: SiteStartupCancelled)."""
        self._end_attempt()
        self._note(at, Event.TERMINATING)
        details = "Site startup was cancelled."
        self._tell(at, "Stopping", "CancellingStartup", details, "WARN", ("SiteStartupCancelled", details))

    def _stop(self, at: datetime) -> None:
        self.wanted, self.idle, self.next_start = False, False, None
        self.failures, self.blocked_until = 0, None
        self._end_attempt()
        if self.status is None:
            return
        self._tell(at, "Stopping", "StoppingSite", "Stopping site.")
        self._end_container(at)
        self._note(at, Event.STOPPED)
        self._tell(at, "Stopped", "None", f"Site: {self.site.deployment_id} stopped.")

    def _begin(self, at: datetime, pull: PullFor | None = None) -> None:
        if self.blocked_until is not None:
            self._note(at, Event.UNBLOCKED)
        self.next_start, self.blocked_until = None, None
        self.starts += 1
        config = self.config
        if config is None:
            return
        app = self.site.deployment_id
        place = Place(
            app=app,
            cached=frozenset(self.local),
            local_copy=self._local_copy(config) if self.site.told.log_format == "old" else None,
            container=f"{app}_0_{self.starts:08x}",
        )
        last = self.status if self.status is not None and self.status.last_error else None
        self.steps = Attempt(
            place, config, last, lambda moment: self._pull(pull or self.pulls.pull, config, moment)
        ).steps(at)
        self.upcoming = next(self.steps)

    def _local_copy(self, config: RunConfig) -> Pulled | None:
        """Answer what the machine has of a reference: by a tag what that brought last, by a digest that image."""
        digest = parse_reference(config.image or "").digest
        return self.local.get(digest) if digest else self.tagged.get(config.linux_fx_version)

    def _pull(self, pull: PullFor, config: RunConfig, at: datetime) -> Pulled | PullFailed:
        pulled = pull(config, at)
        if isinstance(pulled, Pulled):
            self.local[pulled.digest] = pulled
            self.tagged[config.linux_fx_version] = pulled
            if self.number in config.sick_instances:
                return replace(pulled, image=pulled.image.model_copy(update={"exit_code": OUT_OF_MEMORY}))
        return pulled

    def _take(self, step: Step) -> None:
        match step:
            case Serving():
                if self.serving is not None:
                    self._note(step.at, Event.TERMINATING)
                self.serving, self.serving_since = step.container, step.at
                self.failures = 0
            case Failed():
                self.serving, self.serving_since = None, None
                self._end_attempt()
                self._after_failure(step.at)
                return
            case Status():
                self.status = step
                self.log.append(step)
            case _:
                self.log.append(step)
        self.upcoming = next(self.steps, None) if self.steps is not None else None
        if self.upcoming is None:
            self.steps = None

    def _after_failure(self, at: datetime) -> None:
        self.failures += 1
        if self.failures < 2:
            self.next_start = at + RETRY_AFTER
            return
        block = BLOCKS[min(self.failures - 2, len(BLOCKS) - 1)]
        minutes = int(block.total_seconds() // 60)
        self.blocked_until = self.next_start = at + block
        unit = "minute" if minutes == 1 else "minutes"
        until = f"{minutes} {unit} till {us_date(self.blocked_until)}"
        details = f"Site: {self.site.deployment_id} will be blocked for {until}"
        self._tell(at, "Blocked", "StoppingSiteNetworks", details, "WARN")

    def _tell(
        self,
        at: datetime,
        state: str,
        action: str,
        details: str,
        level: str = "INFO",
        error: tuple[str, str] | None = None,
    ) -> None:
        now = Status(at, state, action, details, level)
        if self.status is not None:
            now = replace(self.status, at=at, state=state, action=action, details=details, level=level)
        if error is not None:
            now = replace(now, last_error=error[0], last_error_details=error[1], last_error_at=at)
        self.status = now
        self.log.append(now)

    def _note(self, at: datetime, event: Event) -> None:
        self.log.append(Note(at, event, {"app": self.site.deployment_id}))

    def _end_attempt(self) -> None:
        self.steps, self.upcoming = None, None

    def _end_container(self, at: datetime) -> None:
        if self.serving is not None:
            self._note(at, Event.TERMINATING)
        self.serving, self.serving_since = None, None

    def view(self, moment: datetime) -> InstanceView:
        """Answer what the replay has come to."""
        return InstanceView(
            instance_id=self.site.instance_ids[self.number],
            machine=self.site.machine(self.number),
            status=self.status,
            serving=self.serving,
            starts=self.starts,
            log=tuple(entry for entry in self.log if entry.at <= moment),
            serving_since=self.serving_since,
            idle=self.idle,
        )


def instance_at(site: Site, number: int, pulls: Pulls, moment: datetime) -> InstanceView:
    """Answer the state of one instance of a site at a moment."""
    instance = _Instance(site, number, pulls)
    pending = deque(one for one in site.history if one.at <= moment)
    while pending:
        instance.run_until(pending[0].at)
        instance.apply(pending.popleft())
    instance.run_until(moment)
    return instance.view(moment)
