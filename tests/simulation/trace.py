"""What happened in a run, in order, for whoever has to understand it."""

import logging
from collections.abc import Callable
from datetime import datetime


class Trace:
    """Lines with their time and whose they are. Texts are made only when somebody reads them."""

    def __init__(self, now: Callable[[], datetime], watcher: Callable[[str], None] | None = None) -> None:
        self._now = now
        self._watcher = watcher
        self._lines: list[tuple[datetime, str, str, tuple[object, ...]]] = []

    def note(self, who: str, what: str, *about: object) -> None:
        """Add a line; `what` is formatted with `about` as logging does."""
        line = (self._now(), who, what, about)
        self._lines.append(line)
        if self._watcher:
            self._watcher(_written(line))

    def last(self, lines: int | None = None) -> list[str]:
        """The newest lines, or all."""
        return [_written(line) for line in (self._lines if lines is None else self._lines[-lines:])]

    def __len__(self) -> int:
        return len(self._lines)


class Listening(logging.Handler):
    """Puts what the operator logs into the trace."""

    def __init__(self, trace: Trace, who: Callable[[], str]) -> None:
        super().__init__(logging.INFO)
        self._trace = trace
        self._who = who

    def emit(self, record: logging.LogRecord) -> None:
        """Take a record over."""
        args = record.args if isinstance(record.args, tuple) else (record.args,)
        self._trace.note(self._who(), f"  {record.msg}", *args)


def _written(line: tuple[datetime, str, str, tuple[object, ...]]) -> str:
    at, who, what, about = line
    return f"{at:%d %H:%M:%S.%f}"[:-3] + f" {who:<14} " + (what % about if about else what)
