"""How long until a rollout that waits is looked at again."""

from datetime import timedelta

import pytest

from operators.core.gate import HoldReason
from operators.core.waits import TOLD_WITHIN, access_wait, hold_wait, retry_wait, telling_wait


def seconds(*delays: timedelta) -> list[float]:
    """Delays as numbers."""
    return [delay.total_seconds() for delay in delays]


def test_access_is_looked_at_less_and_less_often() -> None:
    """The delays grow to ten minutes and stay there."""
    assert seconds(*map(access_wait, range(8))) == [30, 60, 120, 240, 300, 600, 600, 600]


def test_what_spreads_is_looked_at_when_it_should_be_there() -> None:
    """As often as a denial, but not later than it has spread; never at once again."""
    spread_in = timedelta(seconds=45)
    assert seconds(access_wait(0, spread_in), access_wait(5, spread_in)) == [30, 45]
    assert seconds(access_wait(0, timedelta())) == [1]


def test_retries_back_off() -> None:
    """The delays grow to five minutes and stay there."""
    assert seconds(*map(retry_wait, range(6))) == [10, 30, 90, 300, 300, 300]


@pytest.mark.parametrize(("asked", "waited"), [(5, 10), (10, 10), (45, 45)])
def test_the_other_sides_retry_after_is_kept(asked: float, waited: float) -> None:
    """Never sooner than we were asked to wait, and never sooner than our own delay."""
    assert seconds(retry_wait(0, timedelta(seconds=asked))) == [waited]


def test_every_hold_is_looked_at_again() -> None:
    """A hold has no end of its own: each kind has a delay."""
    assert seconds(*map(hold_wait, HoldReason)) == [1800, 300, 1800, 1800]


def test_news_that_nobody_takes_is_told_less_and_less_often() -> None:
    """The delays grow to an hour and stay there: a receiver that was away hears of it an hour later at most."""
    assert seconds(*map(telling_wait, range(1, 10))) == [10, 30, 90, 300, 900, 1800, 3600, 3600, 3600]
    assert max(map(telling_wait, range(1, 99))) < TOLD_WITHIN
