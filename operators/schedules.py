"""When is a timer due next? By its schedule, as the Functions host reads it.

Source: azure-docs, azure-functions/functions-bindings-timer, "NCRONTAB expressions": six fields, seconds first.
"""

from datetime import UTC, datetime


def next_due(schedule: str, after: datetime) -> datetime | None:
    """The first time after this one at which a timer with this schedule is due, in UTC.

    None for what is no NCRONTAB expression, also for a time span: that counts from whenever the host started.
    """
    from croniter import CroniterError, croniter  # it takes 40 ms, and only who asks for findings pays for it

    try:
        # where day of month and of week are both given, NCRONTAB wants both, unlike cron
        times = croniter(schedule, after.astimezone(UTC), day_or=False, second_at_beginning=True)
        due: datetime = times.get_next(datetime)
    except CroniterError:
        return None
    return due
