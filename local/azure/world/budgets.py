"""What each caller may still ask of ARM: a token bucket for each principal, and a larger one for everybody."""

from datetime import datetime, timedelta
from math import floor

from local.azure import scenario as told

EVERYBODY = 15
"""How many times a principal's budget everybody's together is."""


class _Bucket:
    def __init__(self, size: int, refill: float, at: datetime) -> None:
        self._size = size
        self._refill = refill
        self._tokens = float(size)
        self._at = at
        self._refused_until: datetime | None = None

    def refuses(self, now: datetime, retry_after: timedelta) -> bool:
        """Tell whether it is empty, or was a moment ago: asking too soon starts the wait anew."""
        self._tokens = min(self._size, self._tokens + (now - self._at).total_seconds() * self._refill)
        self._at = now
        waiting = self._refused_until is not None and now < self._refused_until
        self._refused_until = now + retry_after if waiting or self._tokens < 1 else None
        return self._refused_until is not None

    def take(self) -> int:
        """Spend one call; answers how many are left."""
        self._tokens -= 1
        return floor(self._tokens)


class CallBudgets:
    """The buckets of a world, by subscription and kind of call (`reads`, `writes`, `deletes`)."""

    def __init__(self, budgets: told.Budgets) -> None:
        self._budgets = budgets
        self._buckets: dict[tuple[str, str, str], _Bucket] = {}

    def spend(self, subscription: str, kind: str, caller: str, now: datetime) -> tuple[int, int] | None:
        """Take one call; answers what is left for the caller and for everybody, None where the call is refused."""
        own = self._bucket(subscription, kind, caller, 1, now)
        everybodys = self._bucket(subscription, kind, "everybody", EVERYBODY, now)
        wait = timedelta(seconds=self._budgets.retry_after)
        if any(bucket.refuses(now, wait) for bucket in (own, everybodys)):
            return None
        return own.take(), everybodys.take()

    def _bucket(self, subscription: str, kind: str, caller: str, times: int, now: datetime) -> _Bucket:
        key = (subscription.lower(), kind, caller)
        if key not in self._buckets:
            told_one: told.Bucket = getattr(self._budgets, kind)
            self._buckets[key] = _Bucket(told_one.size * times, told_one.refill * times, now)
        return self._buckets[key]
