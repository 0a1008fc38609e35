"""When a timer is due next: the same as by the local host's reading of the schedule, which is another one."""

from datetime import UTC, datetime, timedelta

import pytest

from local.host.schedules import parse_schedule
from operators.core.schedules import next_due

AT = datetime(2026, 5, 1, 11, 57, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "schedule",
    [
        pytest.param("0 */5 * * * *", id="every five minutes"),
        pytest.param("*/5 * * * *", id="the same in five fields"),
        pytest.param("30 57 11 * * *", id="not now, tomorrow"),
        pytest.param("0 0 8-18 * * 1-5", id="working hours"),
        pytest.param("15,45 0 9-17/4 * * mon-fri", id="lists, steps and names"),
        pytest.param("0 30 9 * Jan Mon", id="a day of a month"),
        pytest.param("0 0 0 29 2 *", id="a leap day"),
        pytest.param("0 0 0 13 * 5", id="Friday the 13th: both count"),
    ],
)
@pytest.mark.parametrize("later", [timedelta(), timedelta(hours=13, seconds=1), timedelta(days=40)])
def test_next_due(schedule: str, later: timedelta) -> None:
    """Every form that the documentation names."""
    assert next_due(schedule, AT + later) == parse_schedule(schedule).next_after(AT + later)


@pytest.mark.parametrize("schedule", ["00:05:00", "", "0 0 0 31 2 *", "0 61 * * * *", "0 */0 * * * *", "a b c d e f"])
def test_what_nobody_can_tell(schedule: str) -> None:
    """A time span, what is no schedule, and what never comes have no next time."""
    assert next_due(schedule, AT) is None
