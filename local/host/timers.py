"""How do timers fire?"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from local.host.configuration import resolve
from local.host.functions import Function, TimerTrigger
from local.host.invocations import Invocations
from local.host.payloads import JsonPayload
from local.host.schedules import CronSchedule, Schedule, is_monitored, parse_schedule
from local.host.stopping import Stopping

_NEVER = datetime.min.replace(tzinfo=UTC)


class TimerListener:
    """One timer-triggered function; its runs never overlap.

    Nothing is stored between two starts of this host, so a firing missed while it was down is not made up for and
    IsPastDue is always false; the real host keeps the last firing in a blob.
    """

    def __init__(
        self, function: Function, trigger: TimerTrigger, settings: Mapping[str, str], invocations: Invocations
    ) -> None:
        """Read the schedule; raises ConfigurationError where it cannot be read."""
        self._function = function
        self._trigger = trigger
        self._schedule = parse_schedule(resolve(trigger.schedule, settings))
        self._invocations = invocations
        self._last = _NEVER
        self._next = self._schedule.next_after(datetime.now(UTC))

    async def run(self, stopping: Stopping) -> None:
        """Fire at every due time until the end is asked for; one that was due during a run follows it at once."""
        if self._trigger.run_on_startup:
            await self._fire(datetime.now(UTC))
        while await stopping.sleep((self._next - datetime.now(UTC)).total_seconds()):
            # A sleep may end a little early; counted from then, the same time would be due twice.
            await self._fire(max(datetime.now(UTC), self._next))

    async def _fire(self, moment: datetime) -> None:
        last = self._last if is_monitored(self._schedule, self._trigger.use_monitor, moment) else None
        payload = _payload(self._schedule, last, self._next)
        await self._invocations.run(self._function, payload, f"Timer fired at {moment.isoformat()}")
        self._last = moment
        self._next = self._schedule.next_after(moment)


def _payload(schedule: Schedule, last: datetime | None, due: datetime) -> JsonPayload:
    """Answer what the real host sends: the schedule's status where it is monitored (`last` given), and IsPastDue."""
    status = None
    if last is not None:
        status = {"Last": last.isoformat(), "LastUpdated": last.isoformat(), "Next": due.isoformat()}
    return _timer_info(adjust_for_dst=isinstance(schedule, CronSchedule), status=status)


def _timer_info(adjust_for_dst: bool, status: dict[str, str] | None) -> JsonPayload:
    info = {"Schedule": {"AdjustForDST": adjust_for_dst}, "ScheduleStatus": status, "IsPastDue": False}
    return JsonPayload(text=json.dumps(info))


MANUAL_TIMER = _timer_info(adjust_for_dst=True, status=None)
"""What a timer-triggered function is handed when a person runs it."""
