"""Reads that many need and that change seldom: made once, shared, and kept for a stated time."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

_MOST = 1000


@dataclass(frozen=True)
class _Read[T]:
    value: T
    at: datetime


class Kept[T]:
    """Answers by key. What failed is not kept: the next one who asks tries again."""

    def __init__(self, now: Callable[[], datetime], lasts: timedelta) -> None:
        self._now = now
        self._lasts = lasts
        self._reads: dict[str, _Read[T]] = {}
        self._reading: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def get(self, key: str, read: Callable[[], Awaitable[T]], not_before: datetime | None = None) -> T:
        """The answer under a key, read now where none is kept, or none that was read since `not_before`.

        Many that ask at once share one read.
        """
        async with self._reading[key]:
            kept = self._reads.get(key)
            if kept and self._now() < kept.at + self._lasts and (not_before is None or kept.at >= not_before):
                return kept.value
            at = self._now()
            value = await read()
            self._keep(key, _Read(value, at))
            return value

    def _keep(self, key: str, read: _Read[T]) -> None:
        self._reads.pop(key, None)
        self._reads[key] = read
        if len(self._reads) > _MOST:
            oldest = next(iter(self._reads))
            del self._reads[oldest]
            self._reading.pop(oldest, None)
