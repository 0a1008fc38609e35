"""Diagnosis: which stall the platform's words mean.

The words are quoted from Microsoft's support engineers (azureossd.github.io: "Docker pull errors", "Container start-up
issues") and from logs in public repositories. Three things mislead: a crash is reported as ContainerTimeout too, so
only the exit line tells; a refused login hides the first true pull error, so earlier lines are looked at for another;
and `lastError` is sticky, so only errors from our own start on count.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from operators.core.instances import InstanceState, InstanceStatus
from operators.core.listening import elsewhere
from operators.core.model import Instant, Model
from operators.core.platform_log import LogLine, evidence, lines_since, status_of
from operators.core.stalls import Stall, StallReason, stall
from operators.core.start_limits import DEFAULT_START_LIMIT

# Only lines about a pull are searched for pull errors: an app that cannot resolve its database prints the same words.
_ABOUT_PULL = re.compile(
    r"pull|docker ?api|manifest|registry|/v2/|invalid reference format|register layer", re.IGNORECASE
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
            r"|Client\.Timeout exceeded|503 Service Unavailable|connection refused|TLS handshake timeout",
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
_NOT_MOUNTED = re.compile(r"\bVolume: .* cannot be mounted")
_LOCAL_COPY = re.compile(r"Defaulting to local copy if present")
_CONTAINER_BEGINS = re.compile(
    r"^Creating container|^Container start method finished|^Starting container for site|^Initiating warmup request"
    r"|is pulled from registry|^Pull Image successful"
)
_STOPPED_BY_PLATFORM = re.compile(r"^Container is terminating|^Stopp?ing (?:site|container)")
_EXITED = re.compile(
    r"finished running with exit code: (?P<code>-?\d+)|terminated during site startup|has exited, failing site start"
)
# An exit told in the details: it is reported as ContainerTimeout as well.
_EXIT_TOLD = re.compile(r"terminated during site startup")
_PINGED_IN_VAIN = re.compile(
    r"didn't respond to HTTP pings|^Site startup probe failed"
    r"|did not start within expected time limit|^ContainerTimeout"
)
_PROBED_FOR = re.compile(r"^Site startup probe failed after (\d+)")
_TIME_LIMIT = re.compile(r"within expected time limit of (\d+)s")
_CANCELLED = re.compile(r"^SiteStartupCancelled")
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


class _Cause(Model):
    reason: StallReason
    word: _Word
    detail: str = ""


def classify(statuses: Sequence[InstanceStatus], lines: Sequence[LogLine], t0: datetime) -> Stall | None:
    """The stall that the instances and the platform's log tell of since `t0`; None where they tell of none.

    It does not judge whether the app serves: ask only where it does not, or not yet.
    """
    since = lines_since(lines, t0)
    logged = [_Word(at=line.at, text=line.text, shown=str(line)) for line in since if status_of(line) is None]
    reported = [status for line in since if (status := status_of(line))]
    errors = [_error_word(status) for status in (*statuses, *reported) if status.error_since(t0)]
    blocked = [status for status in statuses or reported[-1:] if status.state == InstanceState.BLOCKED]
    cause = (
        _stale_image(logged)
        or _pull_error(logged, errors)
        or _first([*logged, *errors], StallReason.WRONG_PLATFORM, _WRONG_FORMAT)
        or _first([*logged, *errors], StallReason.VOLUME_MOUNT_FAILED, _NOT_MOUNTED)
        or _exit(logged)
        or _first([*logged, *errors], StallReason.CONTAINER_EXITED, _EXIT_TOLD)
        or _silence(logged, errors)
        or _first([*logged, *errors], StallReason.START_CANCELLED, _CANCELLED)
        or _blocked(blocked, t0)
        or next((_Cause(reason=StallReason.UNKNOWN, word=error) for error in errors), None)
    )
    if cause is None:
        return None
    shown = (cause.word.shown, *map(str, statuses), *map(str, evidence(lines, t0)))
    return stall(cause.reason, cause.word.at or t0, shown, detail=cause.detail, blocked_until=_latest_end(blocked))


def _error_word(status: InstanceStatus) -> _Word:
    said = f"{status.last_error}: {status.last_error_details or ''} {status.details or ''}"
    return _Word(at=status.last_error_at, text=said, shown=str(status))


def _stale_image(logged: Sequence[_Word]) -> _Cause | None:
    """The copy from before was started: what happened to that container says nothing about the new image."""
    fallback = next((at for at, word in enumerate(logged) if _LOCAL_COPY.search(word.text)), None)
    if fallback is None or not any(_CONTAINER_BEGINS.search(word.text) for word in logged[fallback:]):
        return None
    return _Cause(reason=StallReason.STALE_IMAGE, word=logged[fallback])


def _pull_error(logged: Sequence[_Word], errors: Sequence[_Word]) -> _Cause | None:
    """The pull error of the last attempt; one that a later attempt got over is history."""
    begun = max((at for at, word in enumerate(logged) if _CONTAINER_BEGINS.search(word.text)), default=-1)
    words = [word for word in (*logged[begun + 1 :], *errors) if _ABOUT_PULL.search(word.text)]
    return _first_of(_PULL_ERRORS, words)


def _exit(logged: Sequence[_Word]) -> _Cause | None:
    """A container that ended by itself. One that the platform ended, the old one's among them, is no crash."""
    told_to_end = False
    found: _Cause | None = None
    for word in logged:
        if _CONTAINER_BEGINS.search(word.text):
            told_to_end = False
        elif _STOPPED_BY_PLATFORM.search(word.text):
            told_to_end = True
        elif not told_to_end and (match := _EXITED.search(word.text)):
            code = match["code"]
            # The line with the code comes first and says more than the ones that follow it.
            if code is not None or found is None:
                found = _Cause(reason=StallReason.CONTAINER_EXITED, word=word, detail=_exit_detail(code))
    return found


def _exit_detail(code: str | None) -> str:
    if code is None:
        return "The platform does not say with which code."
    known = _EXIT_CODES.get(int(code))
    return f"Exit code {code}: {known}." if known else f"Exit code {code}."


def _silence(logged: Sequence[_Word], errors: Sequence[_Word]) -> _Cause | None:
    """Nobody answered the pings. A wrong port is only what is shown to be one: a slow start looks the same."""
    words = [*logged, *errors]
    found = _first(words, StallReason.START_LIMIT_REACHED, _PINGED_IN_VAIN)
    if found is None:
        return None
    if heard := elsewhere(word.text for word in logged):
        detail = f"By its own log it listens on {heard}."
        return _Cause(reason=StallReason.PORT_NOT_ANSWERING, word=found.word, detail=detail)
    limit = next((int(told[1]) for word in words if (told := _TIME_LIMIT.search(word.text))), DEFAULT_START_LIMIT)
    probed = next((int(told[1]) for word in logged if (told := _PROBED_FOR.search(word.text))), limit)
    return found if probed >= limit else _Cause(reason=StallReason.PORT_NOT_ANSWERING, word=found.word)


def _blocked(blocked: Sequence[InstanceStatus], t0: datetime) -> _Cause | None:
    if not blocked:
        return None
    until = _latest_end(blocked)
    detail = f"The block ends at {until:%Y-%m-%d %H:%M:%S} UTC." if until else ""
    word = _Word(at=t0, text="", shown=str(blocked[0]))
    return _Cause(reason=StallReason.BLOCKED, word=word, detail=detail)


def _latest_end(blocked: Iterable[InstanceStatus]) -> datetime | None:
    return max((status.blocked_until for status in blocked if status.blocked_until), default=None)


def _first_of(rules: Iterable[tuple[StallReason, re.Pattern[str]]], words: Sequence[_Word]) -> _Cause | None:
    return next((found for reason, pattern in rules if (found := _first(words, reason, pattern))), None)


def _first(words: Iterable[_Word], reason: StallReason, pattern: re.Pattern[str]) -> _Cause | None:
    return next((_Cause(reason=reason, word=word) for word in words if pattern.search(word.text)), None)
