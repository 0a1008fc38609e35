"""When a timer is due next."""

from datetime import UTC, datetime

import pytest

from operators.schedules import next_due

AT = datetime(2026, 5, 1, 11, 57, 30, tzinfo=UTC)  # a Friday


@pytest.mark.parametrize(
    ("schedule", "due"),
    [
        pytest.param("0 */5 * * * *", "2026-05-01T12:00:00Z", id="every five minutes"),
        pytest.param("*/5 * * * *", "2026-05-01T12:00:00Z", id="the same in five fields"),
        pytest.param("30 57 11 * * *", "2026-05-02T11:57:30Z", id="not now, tomorrow"),
        pytest.param("0 0 8-10 * * 1-5", "2026-05-04T08:00:00Z", id="working hours"),
        pytest.param("15,45 0 9-17/4 * * mon-fri", "2026-05-01T13:00:15Z", id="lists, steps and names"),
        pytest.param("0 30 9 * Jan Mon", "2027-01-04T09:30:00Z", id="a day of a month"),
        pytest.param("0 0 0 29 2 *", "2028-02-29T00:00:00Z", id="a leap day"),
        pytest.param("0 0 0 13 * 5", "2026-11-13T00:00:00Z", id="Friday the 13th: both count"),
    ],
)
def test_next_due(schedule: str, due: str) -> None:
    """Every form that the documentation names."""
    assert next_due(schedule, AT) == datetime.fromisoformat(due)


@pytest.mark.parametrize("schedule", ["00:05:00", "", "0 0 0 31 2 *", "0 61 * * * *", "0 */0 * * * *", "a b c d e f"])
def test_what_nobody_can_tell(schedule: str) -> None:
    """A time span, what is no schedule, and what never comes have no next time."""
    assert next_due(schedule, AT) is None
