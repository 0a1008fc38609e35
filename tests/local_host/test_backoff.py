"""How long does the queue listener wait between two looks at an empty queue?"""

import random
from datetime import timedelta

from local.host.backoff import PollingBackoff

SECOND = timedelta(seconds=1)


def test_it_waits_longer_and_longer_up_to_the_maximum() -> None:
    """From 100 ms it about doubles until it stays at the maximum."""
    backoff = PollingBackoff(2 * SECOND, random.Random(1))  # noqa: S311 - the same numbers each time
    delays = [backoff.next_delay(False).total_seconds() for _ in range(8)]
    assert delays[0] == 0.1
    assert delays == sorted(delays)
    assert delays[-2:] == [2, 2]
    assert all(0.18 <= delay <= 0.22 for delay in delays[1:2])


def test_a_message_starts_it_over() -> None:
    """After a message the next look is 100 ms later."""
    backoff = PollingBackoff(SECOND)
    for _ in range(8):
        backoff.next_delay(False)
    assert backoff.next_delay(True) == timedelta(milliseconds=100)
    assert backoff.next_delay(False) < timedelta(milliseconds=250)
