"""What people did to apps, and when: of whose making a failure may be."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

_FOR_EVER = timedelta(days=365)
_AFTERWARDS = timedelta(minutes=10)
"""How long the platform may suffer from what is over: blocks, starts that were cancelled, roles that spread."""


class Deed(Enum):
    """What they do."""

    ROLE = "the role to pull was taken away"
    STOP = "stopped"
    RESTART = "restarted"
    CONFIGURE = "another image configured"
    PORT = "a wrong port set"
    TAGS = "taken out of our hands, or less allowed"
    MACHINE = "one of its machines is sick"


@dataclass
class _Span:
    app: str
    what: Deed
    since: datetime
    until: datetime


class Deeds:
    """Remembers them, by the apps' keys."""

    def __init__(self) -> None:
        self._spans: list[_Span] = []

    def done(self, app: str, what: Deed, at: datetime) -> None:
        """It happened at a moment."""
        self._spans.append(_Span(app, what, at, at))

    def begun(self, app: str, what: Deed, at: datetime) -> None:
        """It lasts from now on."""
        self._spans.append(_Span(app, what, at, at + _FOR_EVER))

    def over(self, app: str, what: Deed, at: datetime) -> None:
        """It lasts no longer."""
        for span in self._spans:
            if (span.app, span.what) == (app, what):
                span.until = min(span.until, at)

    def times(self, app: str, what: Deed) -> int:
        """How often that was done to the app."""
        return sum((span.app, span.what) == (app, what) for span in self._spans)

    def disturbed(self, app: str, since: datetime, until: datetime, *whats: Deed) -> bool:
        """Whether any of these, or anything at all where none is named, may have counted in this time."""
        ours = (span for span in self._spans if span.app == app and span.what in (whats or Deed))
        return any(span.since <= until and span.until + _AFTERWARDS >= since for span in ours)
