"""One attempt to start a container on an instance, step by step; the image is resolved when the pull begins.

The steps come from a generator so that the pull is asked for only once its moment has come: what a tag means and who
may pull it are looked up at that moment, not when the attempt was begun.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from local.azure.scenario import Image
from local.azure.world.names import us_date
from local.azure.world.platform_log import Event, Note, Output, Status
from local.azure.world.pulls import Pulled, PullFailed, parse_reference
from local.azure.world.sites import RunConfig

PREPARE = 0.25
"""Seconds of each small phase; the four around pull and start make one second."""
GRACE = 1.0
"""Seconds from a failed start until the site is stopped."""
Pull = Callable[[datetime], Pulled | PullFailed]


@dataclass(frozen=True)
class Container:
    """A container that was created on an instance."""

    digest: str
    """Empty where code runs, without an image."""
    image_name: str
    image: Image
    """How it behaves."""
    reference: str
    created: datetime


@dataclass(frozen=True)
class Serving:
    """The container answers from now on."""

    at: datetime
    container: Container


@dataclass(frozen=True)
class Failed:
    """The attempt is over and nothing runs."""

    at: datetime


Step = Status | Note | Output | Serving | Failed


@dataclass(frozen=True)
class Place:
    """Where an attempt happens: the app's name in logs, its local images, and its platform."""

    app: str
    cached: frozenset[str]
    local_copy: Pulled | None
    """What the old platform falls back to when a pull fails."""
    container: str
    """The container's name in old logs."""


class Attempt:
    """Makes the steps of one start; `last` carries the sticky last error of earlier ones."""

    def __init__(self, place: Place, config: RunConfig, last: Status | None, pull: Pull) -> None:
        self._place = place
        self._config = config
        self._last = last
        self._pull = pull
        self._image = config.image or config.linux_fx_version
        reference = parse_reference(self._image)
        self._words = {
            "app": place.app,
            "container": place.container,
            "image": self._image,
            "host": reference.host,
            "repository": reference.repository,
            "reference": reference.reference,
        }

    def steps(self, at: datetime) -> Iterator[Step]:
        """Begin at a moment and yield what happens, in time order; ends with Serving or Failed."""
        yield self._status(at, "Starting", "EstablishingSiteNetworks", "Establishing site networks.")
        at = _later(at, PREPARE)
        yield self._status(at, "Starting", "StartingSiteContainers", "Starting site containers.")
        at = _later(at, PREPARE)
        yield self._status(at, "Starting", "PullingImage", f"Pulling image {self._image} for {self._place.app}.")
        yield self._note(at, Event.PULLING)
        pulled = self._pull(at)
        if isinstance(pulled, PullFailed):
            yield from self._pull_failed(at, pulled)
            return
        here = pulled.digest in self._place.cached
        seconds = 0 if here else pulled.image.pull_seconds
        at = _later(at, seconds)
        done = "Image is up to date" if here else "Downloaded newer image"
        yield self._note(at, Event.PULLED, digest=pulled.digest, done=done, seconds=f"{seconds:.0f}")
        yield from self._run(at, pulled)

    def _pull_failed(self, at: datetime, failure: PullFailed) -> Iterator[Step]:
        at = _later(at, PREPARE)
        yield self._note(at, Event.PULL_FAILED, reason=failure.reason.replace('"', '\\"'))
        if self._place.local_copy is not None:
            yield self._note(at, Event.FELL_BACK)
            yield from self._run(at, self._place.local_copy)
            return
        details = f"Failed to pull image: {self._image}. {_in_platform_words(failure)}"
        yield self._error(at, "Stopping", "StoppingSite", "Stopping site.", failure.last_error, details)
        yield self._note(at, Event.TERMINATING)
        yield from self._stop(at)

    def _run(self, at: datetime, pulled: Pulled) -> Iterator[Step]:
        container = Container(pulled.digest, pulled.image_name, pulled.image, self._image, at)
        image = pulled.image
        yield self._status(at, "Starting", "CreatingContainer", "Creating container.")
        yield self._note(at, Event.CREATING)
        at = _later(at, PREPARE)
        yield self._note(at, Event.CREATED, milliseconds=str(int(PREPARE * 1000)))
        yield from (Output(at, line) for line in image.log_lines)
        yield self._status(at, "Starting", "InitiatingSiteWarmUpProbe", "Initiating warmup probe.")
        at = _later(at, PREPARE)
        pinging = "Pinging warmup path to ensure container is ready to receive requests."
        yield self._status(at, "Starting", "WaitingForSiteWarmUpProbeSuccess", pinging)
        if pulled.platform.partition("/")[2] != "amd64":
            yield Output(at, "exec format error")
            yield from self._crash(at, at, 1)
            return
        ready = _later(at, image.start_seconds)
        deadline = _later(at, self._config.start_limit)
        if image.exit_code is not None and ready <= deadline:
            yield from self._crash(ready, at, image.exit_code)
            return
        if image.port not in self._config.ports or ready > deadline:
            yield self._probe_failed(deadline, at)
            yield from self._timed_out(deadline, pinging)
            return
        yield self._status(ready, "Starting", "WarmUpProbeSucceeded", "Warmup probe succeeded.")
        yield self._note(ready, Event.PROBE_SUCCEEDED, seconds=f"{(ready - at).total_seconds():.7f}")
        yield Serving(ready, container)
        yield self._note(ready, Event.STARTED)
        yield self._status(ready, "Started", "None", f"Site started at {us_date(ready)} (UTC)")

    def _crash(self, at: datetime, probed_from: datetime, exit_code: int) -> Iterator[Step]:
        yield self._note(at, Event.EXITED, exit_code=str(exit_code))
        yield self._note(at, Event.TERMINATED)
        yield self._probe_failed(at, probed_from)
        terminated = f"Site container: {self._place.app} terminated during site startup. Cancelling site startup."
        yield from self._timed_out(at, terminated)

    def _timed_out(self, at: datetime, details: str) -> Iterator[Step]:
        """The platform names every failed start-up probe ContainerTimeout, a crash after 0.1 s too."""
        limit = f"{self._config.start_limit:g}"
        reason = (
            f"Container did not start within expected time limit of {limit}s. "
            "Please inspect your container logs for more details."
        )
        yield self._error(at, "Starting", "WaitingForSiteWarmUpProbeSuccess", details, "ContainerTimeout", reason)
        yield self._note(at, Event.START_FAILED)
        yield self._status(at, "Stopping", "CancellingStartup", details, "ERR")
        yield self._note(at, Event.TERMINATING)
        yield from self._stop(at)

    def _stop(self, at: datetime) -> Iterator[Step]:
        at = _later(at, GRACE)
        yield self._note(at, Event.STOPPED)
        yield self._status(at, "Stopped", "None", f"Site: {self._place.app} stopped.", "ERR")
        yield Failed(at)

    def _status(self, at: datetime, state: str, action: str, details: str, level: str = "INFO") -> Status:
        """The last error stays, also on healthy lines that follow it."""
        if self._last is None:
            return Status(at, state, action, details, level)
        return replace(self._last, at=at, state=state, action=action, details=details, level=level)

    def _error(self, at: datetime, state: str, action: str, details: str, error: str, error_details: str) -> Status:
        self._last = Status(at, state, action, details, "ERR", error, error_details, at)
        return self._last

    def _probe_failed(self, at: datetime, probed_from: datetime) -> Note:
        seconds = f"{(at - probed_from).total_seconds():.7f}"
        return self._note(at, Event.PROBE_FAILED, seconds=seconds, port=str(self._config.ports[0]))

    def _note(self, at: datetime, event: Event, **words: str) -> Note:
        return Note(at, event, self._words | words)


def _in_platform_words(failure: PullFailed) -> str:
    if failure.last_error == "ImagePullUnauthorizedFailure":
        return "Image pull failed with forbidden or unauthorized. Check registry credentials."
    return f"Image pull failed: {failure.reason}"


def _later(at: datetime, seconds: float) -> datetime:
    return at + timedelta(seconds=seconds)
