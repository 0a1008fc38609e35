"""One event on its way to one subscriber, and the dead letter that it may end as."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from local.azure.event_grid.calls import Outcome
from local.azure.event_grid.events import Event
from local.azure.scenario import EventSchema
from local.azure.world.names import iso7


@dataclass(frozen=True)
class Attempt:
    """One try to deliver."""

    at: datetime
    """When it began."""
    outcome: Outcome
    status: int | None


@dataclass
class Delivery:
    """One event for one event subscription."""

    event: Event
    published: datetime
    subscription: str | None
    """Its name; None where none takes the event."""
    schema: EventSchema
    copy: int = 1
    state: Literal["waiting", "delivered", "dead_lettered", "dropped"] = "waiting"
    reason: str | None = None
    """Why it ended so, where its last attempt does not say it."""
    next_attempt: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list)

    def arrive(self, reason: str | None = None) -> None:
        """End as delivered."""
        self.state, self.reason = "delivered", reason

    def drop(self, reason: str) -> None:
        """End as lost."""
        self.state, self.reason = "dropped", reason

    def give_up(self, reason: str, *, dead_lettering: bool) -> None:
        """End as a dead letter, or as lost where nothing keeps those."""
        self.state, self.reason = "dead_lettered" if dead_lettering else "dropped", reason

    def dead_letter(self) -> dict[str, Any]:
        """Write the event with what Event Grid adds to it; what it adds to a CloudEvent is in small letters."""
        added = {
            "deadLetterReason": self.reason,
            "deliveryAttempts": len(self.attempts),
            "lastDeliveryOutcome": self.attempts[-1].outcome,
            "publishTime": iso7(self.published),
            "lastDeliveryAttemptTime": iso7(self.attempts[-1].at),
        }
        if self.schema == "CloudEventSchemaV1_0":
            added = {name.lower(): value for name, value in added.items()}
        return self.event.written(self.schema) | added

    def as_json(self) -> dict[str, Any]:
        """Answer it as plain data."""
        return {
            "event_id": self.event.id,
            "subject": self.event.subject,
            "published": self.published.isoformat(),
            "subscription": self.subscription,
            "copy": self.copy,
            "state": self.state,
            "reason": self.reason,
            "next_attempt": self.next_attempt.isoformat() if self.next_attempt else None,
            "attempts": [
                {"at": one.at.isoformat(), "status": one.status, "outcome": one.outcome} for one in self.attempts
            ],
        }
