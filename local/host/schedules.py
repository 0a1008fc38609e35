"""When is a timer due next?"""

import re
from datetime import UTC, datetime, timedelta
from typing import Protocol

from croniter import croniter
from pydantic import BaseModel, ConfigDict

from local.host.errors import ConfigurationError
from local.host.time_spans import TimeSpan, parse_time_span

_NCRONTAB_FIELD = re.compile(r"[\dA-Za-z*,/-]+")


class Schedule(Protocol):
    """When something happens again and again."""

    def next_after(self, moment: datetime) -> datetime:
        """Answer the first time after the moment, in UTC."""


class CronSchedule(BaseModel):
    """An NCRONTAB expression: six fields, seconds first (azure-docs: azure-functions/functions-bindings-timer)."""

    model_config = ConfigDict(frozen=True)

    expression: str

    def next_after(self, moment: datetime) -> datetime:
        """Answer the next time; where day of month and of week are both given, NCRONTAB wants both, unlike cron."""
        times = croniter(self.expression, moment.astimezone(UTC), day_or=False, second_at_beginning=True)
        due: datetime = times.get_next(datetime)
        return due


class ConstantSchedule(BaseModel):
    """A time span between two firings."""

    model_config = ConfigDict(frozen=True)

    interval: TimeSpan

    def next_after(self, moment: datetime) -> datetime:
        """Answer the moment one interval later."""
        return moment.astimezone(UTC) + self.interval


def parse_schedule(text: str) -> Schedule:
    """Read an NCRONTAB expression (six fields; five mean second 0) or a time span, both in UTC.

    Raises ConfigurationError for anything else.
    """
    fields = text.split()
    if len(fields) == 5:
        fields = ["0", *fields]
    if len(fields) == 6 and all(_NCRONTAB_FIELD.fullmatch(field) for field in fields):
        expression = " ".join(fields)
        if croniter.is_valid(expression, second_at_beginning=True):
            return CronSchedule(expression=expression)
    try:
        interval = parse_time_span(text)
    except ValueError as error:
        raise ConfigurationError(f"the schedule {text!r} is neither an NCRONTAB expression nor hh:mm:ss") from error
    if interval <= timedelta(0):
        raise ConfigurationError(f"the schedule {text!r} is no time at all")
    return ConstantSchedule(interval=interval)


def is_monitored(schedule: Schedule, use_monitor: bool, now: datetime) -> bool:
    """Whether the function is told of its last firings: not where it fires more than once in a minute.

    azure-webjobs-sdk-extensions: TimerSchedule.Create.
    """
    first = schedule.next_after(now)
    return use_monitor and schedule.next_after(first) - first >= timedelta(minutes=1)
