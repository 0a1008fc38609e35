"""When is a timer due next? By its schedule, as the Functions host reads it.

Source: azure-docs, azure-functions/functions-bindings-timer, "NCRONTAB expressions".
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_DAYS_AHEAD: Final = 9 * 366
"""Between two 29ths of February there may be eight years."""


def next_due(schedule: str, after: datetime) -> datetime | None:
    """The first time after this one at which a timer with this schedule is due, in UTC.

    None for what is no NCRONTAB expression, also for a time span: that counts from whenever the host started.
    """
    try:
        seconds, minutes, hours, days, months, weekdays = _read(schedule.split())
    except ValueError:
        return None
    midnight = after.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (midnight + timedelta(days=ahead) for ahead in range(_DAYS_AHEAD)):
        if day.day not in days or day.month not in months or day.isoweekday() % 7 not in weekdays:
            continue
        for hour, minute, second in product(hours, minutes, seconds):
            due = day.replace(hour=hour, minute=minute, second=second)
            if due > after:
                return due
    return None


def _read(fields: Sequence[str]) -> tuple[list[int], ...]:
    """The numbers of each field, in order: six fields, or five of a minute's. Raises ValueError."""
    six = ("0", *fields) if len(fields) == 5 else tuple(fields)
    ranges = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
    names: tuple[Sequence[str], ...] = ((), (), (), (), _MONTHS, _WEEKDAYS)
    return tuple(_field(*each) for each in zip(six, ranges, names, strict=True))


def _field(text: str, span: tuple[int, int], names: Sequence[str]) -> list[int]:
    """The numbers of one field: `*`, `5`, `1-5`, `*/5`, `1-30/5`, `mon-fri`, or several of these."""
    found = {number for part in text.split(",") for number in _part(part, span, names)}
    if not all(span[0] <= number <= span[1] for number in found):
        raise ValueError(text)
    return sorted(found)


def _part(text: str, span: tuple[int, int], names: Sequence[str]) -> range:
    which, slash, step = text.partition("/")
    first, dash, last = which.partition("-")
    if which == "*":
        begin, end = span
    else:
        begin = _number(first, span, names)
        end = _number(last, span, names) if dash else (span[1] if slash else begin)
    return range(begin, end + 1, int(step) if slash else 1)


def _number(text: str, span: tuple[int, int], names: Sequence[str]) -> int:
    return names.index(text.lower()) + span[0] if text.isalpha() else int(text)
