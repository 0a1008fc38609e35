"""The Activity Log: what was changed through ARM, by whom, and how it ended.

Sources: azure-docs, azure-monitor/platform/activity-log-schema (Administrative events); azure-rest-api, monitor,
activityLogs (2015-04-01).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Activity:
    """One write or action that ARM was asked for."""

    at: datetime
    operation: str
    """The right that it needed: `Microsoft.Web/sites/config/write`."""
    resource_id: str
    caller: str
    """A person's user principal name, an application's object id."""
    claims: dict[str, str]
    """Of the caller's token."""
    status: int
    """What ARM answered."""


class ActivityLog:
    """Everything that was changed, to be seen some time after it happened."""

    def __init__(self, lag: timedelta) -> None:
        self._lag = lag
        self._entries: list[Activity] = []

    def add(self, entry: Activity) -> None:
        """Note what was done."""
        self._entries.append(entry)

    def seen(self, now: datetime) -> list[Activity]:
        """Answer what can be read by now, newest first."""
        return [entry for entry in reversed(self._entries) if entry.at + self._lag <= now]

    @property
    def lag(self) -> timedelta:
        """Answer how long it takes until an entry can be read."""
        return self._lag
