"""How long does the queue listener wait after it found a queue empty?"""

import random
from datetime import timedelta

MINIMUM = timedelta(milliseconds=100)
_RANDOMIZATION = 0.2


class PollingBackoff:
    """Random-exponential waiting: 100 ms, then about 200, 300, 500, 900 ms … up to the greatest interval, and again.

    The real host's numbers (azure-sdk-for-net: RandomizedExponentialBackoffStrategy, QueuePollingIntervals).
    """

    def __init__(self, maximum: timedelta, chance: random.Random | None = None) -> None:
        self._maximum = maximum
        self._chance = chance or random.Random()  # noqa: S311 - spreads polls, guards nothing
        self._exponent = 0

    def next_delay(self, found_since_last: bool) -> timedelta:
        """Answer the wait; a message found since the last one starts the series over."""
        if found_since_last:
            self._exponent = 1
            return min(MINIMUM, self._maximum)
        delay = MINIMUM
        if self._exponent > 0:
            factor = self._chance.uniform(1 - _RANDOMIZATION, 1 + _RANDOMIZATION)
            delay += MINIMUM * factor * 2 ** (self._exponent - 1)
        if delay >= self._maximum:
            return self._maximum
        self._exponent += 1
        return delay
