"""How the platform writes about containers: the new log format of 2024 and the old one that is still seen.

Lines are those of real logs (Microsoft's App Service support blog azureossd.github.io; captured logs in public
repositories). Dates inside the lines are US dates in UTC, and a crash is reported as ContainerTimeout too.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from local.azure.world.names import iso7, us_date

NEVER = "01/01/0001 00:00:00"


class Event(StrEnum):
    """What the platform writes a line about."""

    PULLING = "pulling"
    PULLED = "pulled"
    PULL_FAILED = "pull_failed"
    FELL_BACK = "fell_back"
    CREATING = "creating"
    CREATED = "created"
    PROBE_SUCCEEDED = "probe_succeeded"
    STARTED = "started"
    EXITED = "exited"
    TERMINATED = "terminated"
    PROBE_FAILED = "probe_failed"
    START_FAILED = "start_failed"
    TERMINATING = "terminating"
    STOPPED = "stopped"
    PROHIBITED = "prohibited"
    UNBLOCKED = "unblocked"


@dataclass(frozen=True)
class Status:
    """The runtime state of an instance from a moment on, as siteStatus tells it and the new log writes it."""

    at: datetime
    state: str
    action: str
    details: str
    level: str = "INFO"
    last_error: str | None = None
    last_error_details: str | None = None
    last_error_at: datetime | None = None


@dataclass(frozen=True)
class Note:
    """Something the platform writes about, with what the line needs."""

    at: datetime
    event: Event
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Output:
    """A line that the container itself wrote."""

    at: datetime
    text: str


Entry = Status | Note | Output

_NEW: dict[Event, tuple[str, ...]] = {
    Event.PULLING: ("Pulling image: {repository}:{reference}.",),
    Event.PULLED: ("Image {repository}:{reference} is pulled from registry {host}",),
    Event.CREATING: (
        "Creating container with image: {repository}:{reference} from registry: {host} "
        "and fully qualified image name: {image}",
    ),
    Event.CREATED: ("Container start method finished after {milliseconds} ms.",),
    Event.PROBE_SUCCEEDED: ("Site startup probe succeeded after {seconds} seconds.",),
    Event.STARTED: ("Site started.",),
    Event.EXITED: ("Container has finished running with exit code: {exit_code}.",),
    Event.TERMINATED: ("Site container: {app} terminated during site startup.",),
    Event.PROBE_FAILED: ("Site startup probe failed after {seconds} seconds.",),
    Event.START_FAILED: ("Failed to start site. Revert by stopping site.",),
    Event.TERMINATING: ("Container is terminating. Grace period: 5 seconds.",),
    Event.STOPPED: ("Site: {app} stopped.",),
    Event.PROHIBITED: ("Start site prohibitted because the site is being blocked.",),
    Event.UNBLOCKED: ("Site: {app} is unblocked.",),
}
_OLD: dict[Event, tuple[str, ...]] = {
    Event.PULLING: ("INFO  - Pulling image: {image}",),
    Event.PULLED: (
        "INFO  -  Digest: {digest}",
        "INFO  -  Status: {done} for {image}",
        "INFO  - Pull Image successful, Time taken: {seconds} Seconds",
    ),
    Event.CREATING: ("INFO  - Starting container for site",),
    Event.CREATED: ("INFO  - Initiating warmup request to container {container} for site {app}",),
    Event.STARTED: (
        "INFO  - Container {container} for site {app} initialized successfully and is ready to serve requests.",
    ),
    Event.EXITED: ("ERROR - Container {container} for site {app} has exited, failing site start",),
    Event.PROBE_FAILED: (
        "ERROR - Container {container} for site {app} did not start within expected time limit. "
        "Elapsed time = {seconds} sec",
        "ERROR - Container {container} didn't respond to HTTP pings on port: {port}, failing site start. "
        "See container logs for debugging.",
    ),
    Event.PULL_FAILED: (
        'ERROR - DockerApiException: Docker API responded with status code=NotFound, response={{"message":"{reason}"}}',
        "ERROR - Image pull for {image} failed. UnexpectedFaliure",
    ),
    Event.FELL_BACK: (
        "WARN  - Image pull failed. Defaulting to local copy if present.",
        "ERROR - Image pull failed: Verify docker image configuration and credentials (if using private repository)",
    ),
    Event.START_FAILED: ("INFO  - Stopping site {app} because it failed during startup.",),
}


def lines_of(entry: Entry, old: bool) -> list[str]:
    """Write one entry as the platform's log lines, each with its time."""
    match entry:
        case Output():
            return [f"{iso7(entry.at)} {entry.text}"]
        case Note() if old:
            stamp = entry.at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
            return [f"{stamp} {line.format(**entry.words)}" for line in _OLD.get(entry.event, ())]
        case Note():
            return [f"{iso7(entry.at)} {line.format(**entry.words)}" for line in _NEW.get(entry.event, ())]
        case Status() if old:
            return []
        case Status():
            return [f"{iso7(entry.at)} {_state_line(entry)}"]


def _state_line(status: Status) -> str:
    error_at = us_date(status.last_error_at) if status.last_error_at else NEVER
    return (
        f"State: {status.state}, Action: {status.action}, LastError: {status.last_error or ''}, "
        f"LastErrorTimestamp: {error_at}, LastErrorDetails: {status.last_error_details or ''}, "
        f"Details: {status.details}, DetailsLevel: {status.level}"
    )
