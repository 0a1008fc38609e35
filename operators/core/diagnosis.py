"""Diagnosis: which stall the platform's words mean.

The words are quoted from Microsoft's support engineers (azureossd.github.io: "Docker pull errors", "Container start-up
issues") and from logs in public repositories. Five things mislead: a crash is reported as ContainerTimeout too, so
only the exit line tells; a refused login hides the first true pull error, so earlier lines are looked at for another;
`lastError` is sticky, so only errors from our own start on count, and of pulls those of the last one; the machines
write into one log, so what comes after what is asked of each alone; and the container may print the same words, so the
platform's own are told by how they begin.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from operators.core.asked_ports import AskedPorts
from operators.core.clocks import in_utc
from operators.core.instances import InstanceState, InstanceStatus, shown
from operators.core.listening import elsewhere
from operators.core.model import Instant, Model
from operators.core.platform_log import LogLine, evidence, falls_back, is_pulled, lines_since, status_of
from operators.core.stalls import Stall, StallReason, stall
from operators.core.start_limits import DEFAULT_START_LIMIT

# Only these are searched for pull errors: an app that cannot resolve its service registry prints the same words.
_PULL_FAILED = re.compile(
    r"^(?:DockerApiException|Docker API responded|Image pull\b|Pull failed|Pulling (?:docker )?image .*fail|ImagePull"
    r"|failed to register layer)|\bFailed to pull image\b",
    re.IGNORECASE,
)

# In this order: what a refused login may hide stands before it, and the platform's own summary stands last.
_PULL_ERRORS: tuple[tuple[StallReason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(words, re.IGNORECASE))
    for reason, words in (
        (
            StallReason.WRONG_PLATFORM,
            r"no matching manifest for|image operating system|does not match the specified platform",
        ),
        (StallReason.NO_SPACE, r"no space left on device|failed to register layer"),
        (StallReason.BAD_REFERENCE, r"invalid reference format"),
        (
            StallReason.REGISTRY_UNREACHABLE,
            r"client with IP .* is not allowed|no such host|i/o timeout|Temporary failure in name resolution"
            r"|Client\.Timeout exceeded|context deadline exceeded|connection refused|connection reset|no route to host"
            r"|server misbehaving|TLS handshake timeout|\b50[0234] (?:Internal Server|Bad Gateway|Service|Gateway)",
        ),
        (StallReason.IMAGE_MISSING, r"manifest unknown|repository does not exist|manifest for .* not found"),
        (
            StallReason.PULL_UNAUTHORIZED,
            r"unauthorized|forbidden|Invalid clientid or client secret|client id must be guid"
            r"|incorrect username or password|denied: |does not have permission for manifest|ImagePullUnauthorized",
        ),
        (StallReason.PULL_FAILED, r"^ImagePull|image pull .*failed|pulling docker image .* failed"),
    )
)
_WRONG_FORMAT = re.compile(r"exec format error")
_AFTER_PULL = frozenset(
    {
        "MountingVolumes",
        "CreatingContainer",
        "InitiatingSiteWarmUpProbe",
        "WaitingForSiteWarmUpProbeSuccess",
        "WarmUpProbeSucceeded",
    }
)
"""What a platform does with an instance once it has its image."""
_NOT_MOUNTED = re.compile(r"\bVolume: .* cannot be mounted")
_CONTAINER_BEGINS = re.compile(
    r"^Creating container|^Container start method finished|^Starting container for site|^Initiating warmup request"
    r"|is pulled from registry|^Pull Image successful"
)
_STOPPED_BY_PLATFORM = re.compile(r"^Container is terminating|^Stopp?ing (?:site|container)")
_EXITED = re.compile(
    r"^Container (?:has finished running|exited) with exit code|terminated during site startup|has exited, failing site"
)
# What siteStatus tells of an exit, which it calls ContainerTimeout or ContainerStartupFailure.
_EXIT_TOLD = re.compile(r"terminated during site startup|\bContainer exited with exit code")
_EXIT_CODE = re.compile(r"\bexit code:? (-?\d+)", re.IGNORECASE)
_PINGED_IN_VAIN = re.compile(
    r"didn't respond to HTTP pings|^Site startup probe failed"
    r"|did not start within expected time limit|^ContainerTimeout"
)
_PROBED_FOR = re.compile(r"^Site startup probe failed after (\d+)")
_TIME_LIMIT = re.compile(r"within expected time limit of (\d+)s")
_CANCELLED = re.compile(r"^SiteStartupCancelled")
_NO_EXIT_CODE = "The platform does not say with which code."
_EXIT_CODES = {
    0: "its command ended by itself, and a container that serves has to keep running",
    126: "its command could not be executed",
    127: "its command was not found",
    134: "it aborted (SIGABRT)",
    137: "it was killed (SIGKILL), most often because memory ran out",
    139: "it crashed on a memory access (SIGSEGV)",
    143: "it was told to end (SIGTERM)",
}


class _Word(Model):
    """One thing the platform said, in a log line or in siteStatus."""

    at: Instant | None
    text: str
    shown: str


class _Machine(Model):
    """What the platform says of one machine."""

    words: tuple[_Word, ...]
    errors: tuple[_Word, ...]
    """Those in its state lines."""

    @property
    def since_begun(self) -> tuple[_Word, ...]:
        """What it says since a container began the last time: a pull that failed before that was got over."""
        begun = max((at for at, word in enumerate(self.words) if _CONTAINER_BEGINS.search(word.text)), default=None)
        if begun is None:
            return (*self.words, *self.errors)
        at = self.words[begun].at
        later = (error for error in self.errors if at is None or error.at is None or error.at >= at)
        return (*self.words[begun + 1 :], *later)

    @property
    def unprompted(self) -> tuple[_Word, ...]:
        """Its words but those after the platform told a container to end, the old one's among them: no fault of it."""
        told_to_end, words = False, []
        for word in self.words:
            if _CONTAINER_BEGINS.search(word.text):
                told_to_end = False
            elif _STOPPED_BY_PLATFORM.search(word.text):
                told_to_end = True
            if not told_to_end:
                words.append(word)
        return tuple(words)


class _Cause(Model):
    reason: StallReason
    word: _Word
    detail: str = ""


def classify(
    statuses: Sequence[InstanceStatus], lines: Sequence[LogLine], t0: datetime, *, asked: AskedPorts = None
) -> Stall | None:
    """The stall that the instances and the platform's log tell of since `t0`; None where they tell of none.

    It does not judge whether the app serves: ask only where it does not, or not yet. `asked`: where the platform asks.
    """
    since = lines_since(lines, t0)
    reported = [status for line in since if (status := status_of(line))]
    blocked = [status for status in statuses or reported[-1:] if status.state == InstanceState.BLOCKED]
    machines = _by_machine(since, t0)
    now = [_error_word(status) for status in statuses if _is_new(status, t0)]
    errors = [*now, *(word for machine in machines for word in machine.errors)]
    cause = (
        _named(machines, since, now, errors, asked)
        or _blocked(blocked, t0)
        or next((_Cause(reason=StallReason.UNKNOWN, word=error) for error in errors), None)
    )
    if cause is None:
        return None
    told = (cause.word.shown, *shown(statuses), *map(str, evidence(lines, t0)))
    return stall(cause.reason, cause.word.at or t0, told, detail=cause.detail, blocked_until=_latest_end(blocked))


def _named(
    machines: Sequence[_Machine],
    since: Sequence[LogLine],
    now: Sequence[_Word],
    errors: Sequence[_Word],
    asked: AskedPorts,
) -> _Cause | None:
    """The first in this order: what comes of a cause is not told in its place. `now` are siteStatus's errors."""
    said = [_line_word(line) for line in since if status_of(line) is None]
    output = [_line_word(line) for line in since if line.own_output]
    unprompted = [word for machine in machines for word in machine.unprompted]
    latest = [*now, *(machine.errors[-1] for machine in machines if machine.errors)]
    return (
        next((stale for machine in machines if (stale := _stale_image(machine.words))), None)
        or _pull_error([*(word for machine in machines for word in machine.since_begun), *now])
        or _first([*said, *errors], StallReason.WRONG_PLATFORM, _WRONG_FORMAT)
        or _first([*said, *errors], StallReason.VOLUME_MOUNT_FAILED, _NOT_MOUNTED)
        or _exit(unprompted, _EXITED)
        or _cancelled(latest)
        or _exit(errors, _EXIT_TOLD)
        or _silence([*unprompted, *output], errors, asked)
        or _first(errors, StallReason.START_CANCELLED, _CANCELLED)
    )


def _by_machine(lines: Sequence[LogLine], t0: datetime) -> list[_Machine]:
    """The platform's own words and state lines, by the machine that they are about."""
    words: dict[str, list[_Word]] = {}
    errors: dict[str, list[_Word]] = {}
    for line in lines:
        if line.own_output:
            continue
        status = status_of(line)
        if status is None:
            words.setdefault(line.source, []).append(_line_word(line))
        elif _is_new(status, t0):
            errors.setdefault(line.source, []).append(_error_word(status))
    sources = dict.fromkeys((*words, *errors))
    return [_Machine(words=tuple(words.get(one, ())), errors=tuple(errors.get(one, ()))) for one in sources]


def _line_word(line: LogLine) -> _Word:
    return _Word(at=line.at, text=line.text, shown=str(line))


def _is_new(status: InstanceStatus, t0: datetime) -> bool:
    """Whether its last error is of this start; that of a pull is not, once the instance has its image."""
    has_image = status.action in _AFTER_PULL or status.state == InstanceState.STARTED
    return status.error_since(t0) and not (has_image and _PULL_FAILED.search(status.last_error or ""))


def _error_word(status: InstanceStatus) -> _Word:
    said = f"{status.last_error}: {status.last_error_details or ''} {status.details or ''}"
    return _Word(at=status.last_error_at, text=said, shown=str(status))


def _stale_image(words: Sequence[_Word]) -> _Cause | None:
    """The copy from before was started: what happened to that container says nothing about the new image."""
    fallback = max((at for at, word in enumerate(words) if falls_back(word.text)), default=None)
    if fallback is None:
        return None
    after = [word.text for word in words[fallback:]]
    if any(map(is_pulled, after)) or not any(map(_CONTAINER_BEGINS.search, after)):
        return None
    return _Cause(reason=StallReason.STALE_IMAGE, word=words[fallback])


def _pull_error(words: Sequence[_Word]) -> _Cause | None:
    return _first_of(_PULL_ERRORS, [word for word in words if _PULL_FAILED.search(word.text)])


def _cancelled(latest: Sequence[_Word]) -> _Cause | None:
    """Every start that failed was cancelled: what its container did then was not its own doing."""
    if not all(_CANCELLED.search(word.text) for word in latest):
        return None
    return _first(latest, StallReason.START_CANCELLED, _CANCELLED)


def _exit(words: Sequence[_Word], told: re.Pattern[str]) -> _Cause | None:
    """A container that ended by itself. The line with the code comes first and says more than those that follow it."""
    exits = [word for word in words if told.search(word.text)]
    coded = [(word, int(match[1])) for word in exits if (match := _EXIT_CODE.search(word.text))]
    if coded:
        word, code = coded[-1]
        return _Cause(reason=StallReason.CONTAINER_EXITED, word=word, detail=_exit_detail(code))
    if exits:
        return _Cause(reason=StallReason.CONTAINER_EXITED, word=exits[0], detail=_NO_EXIT_CODE)
    return None


def _exit_detail(code: int) -> str:
    known = _EXIT_CODES.get(code)
    return f"Exit code {code}: {known}." if known else f"Exit code {code}."


def _silence(logged: Sequence[_Word], errors: Sequence[_Word], asked: AskedPorts) -> _Cause | None:
    """Nobody answered the pings. A wrong port is only what is shown to be one: a slow start looks the same.

    Pings that ended before the limit show neither: then something else ended them.
    """
    words = [*logged, *errors]
    found = _first(words, StallReason.START_LIMIT_REACHED, _PINGED_IN_VAIN)
    if found is None:
        return None
    if heard := elsewhere((word.text for word in logged), asked=asked):
        detail = f"By its own log it listens on {heard}."
        return _Cause(reason=StallReason.PORT_NOT_ANSWERING, word=found.word, detail=detail)
    limit = next((int(told[1]) for word in words if (told := _TIME_LIMIT.search(word.text))), DEFAULT_START_LIMIT)
    probed = max((int(told[1]) for word in logged if (told := _PROBED_FOR.search(word.text))), default=limit)
    return found if probed >= limit else None


def _blocked(blocked: Sequence[InstanceStatus], t0: datetime) -> _Cause | None:
    if not blocked:
        return None
    until = _latest_end(blocked)
    detail = f"The block ends at {in_utc(until)}." if until else ""
    word = _Word(at=t0, text="", shown=str(blocked[0]))
    return _Cause(reason=StallReason.BLOCKED, word=word, detail=detail)


def _latest_end(blocked: Iterable[InstanceStatus]) -> datetime | None:
    return max((status.blocked_until for status in blocked if status.blocked_until), default=None)


def _first_of(rules: Iterable[tuple[StallReason, re.Pattern[str]]], words: Sequence[_Word]) -> _Cause | None:
    return next((found for reason, pattern in rules if (found := _first(words, reason, pattern))), None)


def _first(words: Iterable[_Word], reason: StallReason, pattern: re.Pattern[str]) -> _Cause | None:
    return next((_Cause(reason=reason, word=word) for word in words if pattern.search(word.text)), None)
