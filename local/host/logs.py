"""What is seen on stderr?"""

import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime

_QUIET = (
    "azure.core.pipeline.policies.http_logging_policy",  # several lines for every call of an Azure SDK
    "uvicorn",  # the host says itself where it listens
)


class _Lines(logging.Formatter):
    """`2026-01-31T12:00:00.123Z  reconcile  INFO     message`; the host's own lines say `host`."""

    def __init__(self, current_function: Callable[[], str | None]) -> None:
        super().__init__("%(asctime)s  %(function)s  %(levelname)-7s  %(message)s")
        self._current_function = current_function

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's name
        moment = datetime.fromtimestamp(record.created, UTC)
        return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03}Z"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        record.function = self._current_function() or "host"
        return super().formatMessage(record)


def configure(current_function: Callable[[], str | None], level: int = logging.INFO) -> None:
    """Write the app's and the host's log to stderr, each line with the function on whose behalf it is."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines(current_function))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
