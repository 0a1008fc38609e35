"""Where a container listens, in its own words: what tells a wrong port from a slow start.

The platform says the same of both: nobody answered its pings. The words are those of the servers themselves: Kestrel,
Node's Express, gunicorn, Uvicorn, Flask, Spring Boot's Tomcat and Netty, Go's habit ("Listening on :8080").
"""

import re
from collections.abc import Iterable

from operators.core.asked_ports import AskedPorts
from operators.core.model import Model

_LISTENS = re.compile(r"\b(?:listening|listens|running|started|serving|available|bound)\b", re.IGNORECASE)
_PLACE = re.compile(
    r"(?:https?://|\s)(?P<host>\d+\.\d+\.\d+\.\d+|\[[\da-f:]*\]|::|localhost|[*+]|):(?P<port>\d{2,5})\b"
    r"|(?:(?P<named>[\w-]+(?:\.[\w-]+)+) (?:on )?)?\bport(?:s|\(s\))?:? (?P<at_port>\d{2,5})\b"
    r"|\b(?P<spoken>\d{2,5}) \(https?\)",
    re.IGNORECASE,
)
_OF_ANOTHER = re.compile(r"\bconnect", re.IGNORECASE)
"""What is named behind it is where the app connects to."""
_ASKED = re.compile(r"didn't respond to HTTP pings on port: (\d+)")
_LOOPBACK = re.compile(r"127\.\d+\.\d+\.\d+|\[::1\]")
_OWN = re.compile(rf"0\.0\.0\.0|\[::\]|::|localhost|[*+]|{_LOOPBACK.pattern}|")
_AUXILIARY = re.compile(
    r"\b(?:metrics?|prometheus|admin|management|actuator|debugger|debugpy|inspector|sshd?)\b", re.IGNORECASE
)
_SSH = 2222
"""Where a container lets the platform's own console in (azure-docs: app-service/configure-custom-container)."""


class Listening(Model):
    """One place that a line names."""

    port: int
    loopback: bool
    """Only from within the container can it be reached."""
    foreign: bool = False
    """The address may be the container's own, or another machine's that it speaks of."""
    auxiliary: bool = False
    """It is not for the app's requests: metrics, administration, a debugger."""

    def __str__(self) -> str:
        return f"port {self.port}{' of the loopback interface' if self.loopback else ''}"


def read_listening(text: str) -> tuple[Listening, ...]:
    """What a line of a log says about listening; nothing where it says nothing."""
    listens = _LISTENS.search(text)
    if listens is None:
        return ()
    return tuple(_listening(place, text[: place.start()]) for place in _PLACE.finditer(text, listens.end()))


def elsewhere(texts: Iterable[str], *, asked: AskedPorts) -> Listening | None:
    """Where the container listens that the platform does not ask, by the log's lines; None where they show none.

    The older platform names the port that it asked; today's asks what the settings tell. Where neither is known, nobody
    can say that another one is wrong. An address that may be another machine's may excuse the container, no more.
    """
    told = tuple(texts)
    asked = frozenset(int(match[1]) for text in told if (match := _ASKED.search(text))) or asked
    heard = [one for text in told for one in read_listening(text)]
    reached = {one.port for one in heard if not one.loopback}
    if not isinstance(asked, frozenset) or asked & reached:
        return None
    meant = [one for one in heard if not one.foreign and not one.auxiliary]
    if not meant:
        return None
    likeliest = max(reversed(meant), key=lambda one: one.port in reached)
    return likeliest.model_copy(update={"loopback": likeliest.port not in reached})


def _listening(place: re.Match[str], before: str) -> Listening:
    host = place["host"] or place["named"] or ""
    port = int(place["port"] or place["at_port"] or place["spoken"])
    return Listening(
        port=port,
        loopback=_LOOPBACK.fullmatch(host) is not None,
        foreign=_OWN.fullmatch(host) is None or _OF_ANOTHER.search(before) is not None,
        auxiliary=_AUXILIARY.search(place.string) is not None or port == _SSH,
    )
