"""The platform's own account of a start: the text of `POST {site}/containerlogs`, line by line.

Two platforms write it. Today's (2024 and later) writes ISO times with seven digits and state lines that repeat
`siteStatus`; the older one writes `<time> LEVEL - text`. Sources: Azure/app-service-linux-docs, azureossd.github.io
("Container logs"), and the recorded logs of public repositories. App output may be among the lines.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus, parse_time, status_from_words
from operators.core.model import Digest, Instant, Model
from operators.core.redaction import redacted

# "2019_12_25_RD00155DEA581C_docker.log:" or a log stream's path of the same file: the lines below are of that machine.
_SOURCE = re.compile(r"^(?:\S*/)?\d{4}_\d{2}_\d{2}_(?P<source>\S+?)_docker\.log\b")
_LINE = re.compile(
    r"^(?P<at>\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?Z?)\s+"
    r"(?:(?P<level>DEBUG|INFO|WARN|WARNING|ERR|ERROR)\s+-\s+)?(?P<text>.*)$"
)
_STATE = re.compile(
    r"\bState: (?P<state>\w+), Action: (?P<action>\w+), LastError: (?P<last_error>\w*), "
    r"LastErrorTimestamp: (?P<last_error_at>[\d/]+ [\d:]+), LastErrorDetails: (?P<last_error_details>.*?), "
    r"Details: (?P<details>.*), DetailsLevel: (?P<level>\w+)"
)
# The platform pulls images of its own too (Kudu, its proxies), so every word about a pull goes with the image it names.
_NAMES_IMAGE = re.compile(
    r"^Pulling (?:docker )?image\b|\bPulling from\b|\bis pulled from registry\b|^Status: |^Image pull for\b"
)
_ABOUT_PULL = re.compile(
    r"^(?:Pull|Image pull|Digest: |Status: |DockerApiException|failed to register layer)|\bis pulled from registry\b"
)
_PULLED = re.compile(
    r"\bis pulled from registry\b|^Pull Image successful\b|^Status: (?:Downloaded|Image is up to date)"
)
_PULLED_DIGEST = re.compile(r"^Digest: (sha256:[0-9a-f]{64})$")
_READY = re.compile(r"^Site started\.|\binitialized successfully and is ready to serve requests")
_LOCAL_COPY = "Defaulting to local copy if present"

# What the container wrote stands in `<date>_<machine>_default_docker.log`, what the platform did in `…_docker.log`.
_OWN_OUTPUT = "_default"

_ALARMS = frozenset({"WARN", "WARNING", "ERR", "ERROR"})
_TELLING = re.compile(
    r"exit(?:ed|s| code)|terminated|failed|failure|error|exception|traceback|cannot|denied|unauthorized|block|cancel"
    r"|did not start|didn't respond|time limit|defaulting to local copy",
    re.IGNORECASE,
)
_NOISE = re.compile(r"^\w{12} |^Waiting for response to warmup request|^Status: |^Digest: |Please use https://aka\.ms/")


class LogLine(Model):
    """One line. Its text is redacted: it may be stored and shown."""

    at: Instant | None
    """None where the line bears no time: it belongs to the one before it, as a stack trace does."""
    text: str
    level: str | None = None
    source: str = ""
    """The machine, from the name of the file it stands in; empty where the text names no file."""

    @property
    def own_output(self) -> bool:
        """Whether the container wrote it for certain; a log without file names mixes that with the platform's words."""
        return self.source.endswith(_OWN_OUTPUT)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%dT%H:%M:%SZ} {self.text}" if self.at else self.text


class Pull(Model):
    """What the log says about pulling."""

    pulled: bool
    """A pull of the image was finished: the registry's is on the machine."""
    digests: frozenset[Digest]
    """What the pulls brought, where the log says it: the older platform does."""
    local_copy_used: bool
    """A pull failed and a machine started what it had: the older platform's silent way back to the old image."""


def read_platform_log(text: str) -> tuple[LogLine, ...]:
    """Every line of the text in its order, empty ones left out. No text is refused."""
    source = ""
    lines: list[LogLine] = []
    for raw in text.splitlines():
        header = _SOURCE.match(raw.strip())
        if header:
            source = header["source"]
        elif raw.strip():
            lines.append(_read_line(raw.rstrip(), source))
    return tuple(lines)


def status_of(line: LogLine) -> InstanceStatus | None:
    """The status in a state line, as siteStatus gives it, with the machine for its instance; None for other lines."""
    match = _STATE.search(line.text)
    if match is None:
        return None
    words = {name: word for name, word in match.groupdict().items() if name != "level"}
    return status_from_words(instance_id=line.source, **words)


def lines_since(lines: Iterable[LogLine], t0: datetime) -> tuple[LogLine, ...]:
    """The lines from `t0` on; one without a time goes with the one before it in the same file."""
    since: list[LogLine] = []
    source, recent = None, False
    for line in lines:
        if line.source != source:
            source, recent = line.source, False
        recent = line.at >= t0 if line.at else recent
        if recent:
            since.append(line)
    return tuple(since)


def pulled_since(lines: Iterable[LogLine], t0: datetime, image: ImageReference) -> Pull:
    """What was pulled from this image's repository from `t0` on, and whether a machine fell back to its local copy."""
    pulled, digests, fell_back = False, set[str](), set[str]()
    for line, ours in _by_image(lines_since(lines, t0), image):
        if ours is not False and falls_back(line.text):
            fell_back.add(line.source)
        if not ours:
            continue
        if digest := _PULLED_DIGEST.match(line.text):
            digests.add(digest[1])
        if is_pulled(line.text):
            pulled = True
            fell_back.discard(line.source)
    return Pull(pulled=pulled, digests=frozenset(digests), local_copy_used=bool(fell_back))


def without_other_pulls(lines: Iterable[LogLine], image: ImageReference) -> tuple[LogLine, ...]:
    """The lines but those about pulls of the platform's own images, whose failures are not the app's."""
    return tuple(
        line for line, ours in _by_image(lines, image) if ours is not False or not _ABOUT_PULL.search(line.text)
    )


def is_pulled(text: str) -> bool:
    """Whether a line tells of a finished pull."""
    return _PULLED.search(text) is not None


def falls_back(text: str) -> bool:
    """Whether a line tells that a pull failed and what the machine has is started instead."""
    return _LOCAL_COPY in text


def ready_since(lines: Sequence[LogLine], t0: datetime) -> int | None:
    """Which line tells that a start was finished at or after `t0`, the last of them; None where there is none."""
    return max((at for at, line in enumerate(lines) if _is_ready(line, t0)), default=None)


def after_ready(lines: Sequence[LogLine], t0: datetime) -> tuple[LogLine, ...]:
    """Of each machine what the platform says of it after its last start that was finished at or after `t0`."""
    ready = {line.source: at for at, line in enumerate(lines) if _is_ready(line, t0)}
    return tuple(line for at, line in enumerate(lines) if at > ready.get(line.source, -1) and not line.own_output)


def evidence(lines: Iterable[LogLine], t0: datetime, limit: int = 20) -> tuple[LogLine, ...]:
    """The lines from `t0` on that are worth showing, at most `limit`: alarms before what the container wrote itself,
    that before the platform's other words, lines of state last; of each the newest.
    """
    candidates = [line for line in _without_repeats(lines_since(lines, t0)) if not _NOISE.search(line.text)]
    by_worth = sorted(
        range(len(candidates)), key=lambda at: (_worth(candidates[at]), candidates[at].at or t0, at), reverse=True
    )
    return tuple(candidates[at] for at in sorted(by_worth[:limit]))


def _by_image(lines: Iterable[LogLine], image: ImageReference) -> Iterator[tuple[LogLine, bool | None]]:
    """Each line with whether the image that its machine named last is this one; None before it named any."""
    named = re.compile(rf"(?:^|[\s/]){re.escape(image.repository)}(?=[:@\s.]|$)")
    ours: dict[str, bool] = {}
    for line in lines:
        if _NAMES_IMAGE.search(line.text):
            ours[line.source] = named.search(line.text) is not None
        yield line, ours.get(line.source)


def _read_line(raw: str, source: str) -> LogLine:
    match = _LINE.match(raw)
    if match is None:
        return LogLine(at=None, text=redacted(raw), source=source)
    text = redacted(match["text"].strip())
    state = _STATE.search(text)
    return LogLine(
        at=parse_time(match["at"]), text=text, level=match["level"] or (state and state["level"]), source=source
    )


def _is_ready(line: LogLine, t0: datetime) -> bool:
    return line.at is not None and line.at >= t0 and _READY.search(line.text) is not None


def _is_telling(line: LogLine) -> bool:
    if line.level in _ALARMS:
        return True
    state = status_of(line)
    # Every state line bears the words of an error; only its level says whether it tells of one now.
    return state is None and _TELLING.search(line.text) is not None


def _worth(line: LogLine) -> int:
    if _is_telling(line):
        return 3
    if line.own_output:
        return 2
    return 0 if status_of(line) else 1


def _without_repeats(lines: Sequence[LogLine]) -> Iterable[LogLine]:
    last: dict[str, str] = {}
    for line in lines:
        if last.get(line.source) != line.text:
            yield line
        last[line.source] = line.text
