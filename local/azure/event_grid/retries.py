"""Is an event that was not delivered tried again, and when? Pure: seconds in, seconds out.

azure-docs: event-grid/delivery-and-retry, as of February 2026. What it leaves open is deterministic here: the small
randomization of every step, and the retries that may be skipped, are left out.
"""

from dataclasses import dataclass
from http import HTTPStatus

SCHEDULE = (10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200)
"""Seconds before each retry; the last one again and again."""
_NEVER = frozenset({400, 403, 413})
_NEVER_FOR_WEBHOOKS = _NEVER | {401}
_AT_LEAST = {408: 120, 503: 30}
_AT_LEAST_FOR_RESOURCES = _AT_LEAST | {401: 300, 404: 300}


@dataclass(frozen=True)
class Retry:
    """It is tried again."""

    after: int
    """Seconds."""


@dataclass(frozen=True)
class GiveUp:
    """It is not: the event becomes a dead letter, or it is dropped."""

    reason: str
    """As a dead letter's deadLetterReason."""


EXPIRED = GiveUp("TimeToLiveExceeded")


@dataclass(frozen=True)
class RetryPolicy:
    """What an event subscription says about retries."""

    max_delivery_attempts: int = 30
    time_to_live: int = 86_400
    """Seconds from publishing on. Only looked at when the next attempt is due."""
    azure_resource: bool = False
    """The endpoint is a resource of Azure, such as a function; else a webhook."""

    def after(self, status: int | None, attempts: int) -> Retry | GiveUp:
        """Decide after so many failed attempts, the last of which ended with this status, or without one."""
        never = _NEVER if self.azure_resource else _NEVER_FOR_WEBHOOKS
        if status in never:
            return GiveUp(f"UndeliverableDueToHttp{_name(status)}")
        if attempts >= self.max_delivery_attempts:
            return GiveUp("MaxDeliveryAttemptsExceeded")
        at_least = (_AT_LEAST_FOR_RESOURCES if self.azure_resource else _AT_LEAST).get(status or 0, SCHEDULE[0])
        return Retry(max(SCHEDULE[min(attempts, len(SCHEDULE)) - 1], at_least))


def _name(status: int) -> str:
    """Name a status as .NET does: 400 is seen as `BadRequest`, in an answer at stackoverflow.com/q/52173869."""
    return "RequestEntityTooLarge" if status == 413 else HTTPStatus(status).phrase.replace(" ", "")
