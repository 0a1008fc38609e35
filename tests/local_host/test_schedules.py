"""When is a timer due?"""

from datetime import UTC, datetime

import pytest

from local.host.errors import ConfigurationError
from local.host.schedules import is_monitored, parse_schedule

NOON = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)  # a Thursday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("*/10 * * * * *", "2026-01-01T12:00:10+00:00", id="seconds come first"),
        pytest.param("0 */5 * * * *", "2026-01-01T12:05:00+00:00", id="every five minutes"),
        pytest.param("30 15 9 * * MON-FRI", "2026-01-02T09:15:30+00:00", id="names of days"),
        pytest.param("0 0 0 13 * FRI", "2026-02-13T00:00:00+00:00", id="day of month and of week: both"),
        pytest.param("*/5 * * * *", "2026-01-01T12:05:00+00:00", id="five fields: at second 0"),
        pytest.param("00:30:00", "2026-01-01T12:30:00+00:00", id="a time span"),
        pytest.param("1.00:00:00", "2026-01-02T12:00:00+00:00", id="a time span of days"),
    ],
)
def test_the_next_time(text: str, expected: str) -> None:
    """NCRONTAB and time spans are read as Azure reads them, in UTC."""
    assert parse_schedule(text).next_after(NOON).isoformat() == expected


@pytest.mark.parametrize("text", ["", "every day", "* * *", "99 * * * * *", "0 0 L * * *", "00:00:00", "25:00:00"])
def test_a_wrong_schedule_is_refused(text: str) -> None:
    """A text that is neither is a ConfigurationError that quotes it."""
    with pytest.raises(ConfigurationError, match="the schedule"):
        parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "use_monitor", "monitored"),
    [
        pytest.param("0 * * * * *", True, True, id="each minute"),
        pytest.param("*/30 * * * * *", True, False, id="twice a minute"),
        pytest.param("0 * * * * *", False, False, id="switched off"),
        pytest.param("00:00:59", True, False, id="a short time span"),
    ],
)
def test_frequent_timers_are_not_monitored(text: str, use_monitor: bool, monitored: bool) -> None:
    """Only a timer that fires at most once a minute is told its status."""
    assert is_monitored(parse_schedule(text), use_monitor, NOON) is monitored
