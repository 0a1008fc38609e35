"""What an app is still to be given, after a try that came to nothing for no fault of the image; and when again."""

from datetime import datetime, timedelta

from operators.core.model import Digest, Instant, Model
from operators.core.stalls import StallReason

_WAITS = (timedelta(hours=1), timedelta(hours=3), timedelta(hours=8), timedelta(hours=24))
"""Between tries: a right may be given within the hour, and what lasts for days is not tried at every drift check."""


class Owed(Model):
    """The reference's choice that the app did not get."""

    digest: Digest
    reason: str
    """Why the last try ended."""
    tries: int
    again_at: Instant
    """When the drift check takes it up again. What a stopped app is owed is its as soon as it runs."""

    @classmethod
    def after(cls, before: "Owed | None", digest: Digest, reason: str, ended_at: datetime) -> "Owed":
        """After one more try."""
        tries = before.tries + 1 if before else 1
        wait = _WAITS[min(tries, len(_WAITS)) - 1]
        return cls(digest=digest, reason=reason, tries=tries, again_at=ended_at + wait)

    def due(self, now: datetime, *, stopped: bool | None, hindered: bool) -> bool:
        """Whether to try again. `stopped` is None for an app that was not listed.

        `hindered` is an app on which somebody else's work hangs: another try would only wait for that.
        """
        if hindered:
            return False
        if self.reason == StallReason.APP_STOPPED:
            return stopped is False
        return now >= self.again_at
