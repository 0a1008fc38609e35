"""Where a container listens, in its own words: what tells a wrong port from a slow start.

The platform says the same of both: nobody answered its pings. The words are those of the servers themselves: Kestrel,
Node's Express, gunicorn, Uvicorn, Flask, Spring Boot's Tomcat and Netty, Go's habit ("Listening on :8080").
"""

import re
from collections.abc import Iterable

from operators.core.model import Model

_LISTENS = re.compile(
    r"\b(?:listening|listens|running|started|serving|available|bound)\b.*?"
    r"(?:\bport(?:s|\(s\))?:? |(?:https?://|\s)(?P<host>\d+\.\d+\.\d+\.\d+|\[[\da-f:]*\]|localhost|[*+]|):)"
    r"(?P<port>\d{2,5})\b",
    re.IGNORECASE,
)
_ASKED = re.compile(r"didn't respond to HTTP pings on port: (\d+)")
_FOUND_BY_ITSELF = frozenset({80, 8080})
"""Where the platform tries without WEBSITES_PORT (azure-docs: app-service/configure-custom-container)."""
_LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|\[::1\]")


class Listening(Model):
    """What one line says."""

    port: int
    loopback: bool
    """Only from within the container can it be reached."""

    def __str__(self) -> str:
        return f"port {self.port}{' of the loopback interface' if self.loopback else ''}"


def read_listening(text: str) -> Listening | None:
    """What a line of a log says about listening; None where it says nothing."""
    match = _LISTENS.search(text)
    if match is None:
        return None
    return Listening(port=int(match["port"]), loopback=_LOOPBACK.fullmatch(match["host"] or "") is not None)


def elsewhere(texts: Iterable[str]) -> Listening | None:
    """Where the container listens that the platform does not ask, by the log's lines; None where they show none.

    The older platform names the port that it asked; of today's it is known only which it tries by itself.
    """
    told = tuple(texts)
    asked = {int(match[1]) for text in told if (match := _ASKED.search(text))} or _FOUND_BY_ITSELF
    heard = [one for text in told if (one := read_listening(text))]
    if any(one.port in asked and not one.loopback for one in heard):
        return None
    return heard[-1] if heard else None
