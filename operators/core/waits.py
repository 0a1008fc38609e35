"""How long until a rollout that waits is looked at again, and until news that nobody took is told again."""

from datetime import timedelta

from operators.core.gate import HoldReason

_ACCESS_WAITS = (30, 60, 120, 240, 300, 600)
_RETRY_WAITS = (10, 30, 90, 300)
_BUSY_WAITS = (10, 20, 30, 60, 60, 60, 60, 300)
BUSY_IS_A_STALL = 8
"""So many refusals take five minutes: longer than Azure's own tools wait for another operation to end."""
_TELLING_WAITS = (10, 30, 90, 300, 900, 1800, 3600)
TOLD_WITHIN = timedelta(days=1)
"""How long news is told again that nobody takes; no Retry-After makes it wait longer at a time either."""
_FREEZE_WAIT = timedelta(minutes=5)
_HOLD_WAIT = timedelta(minutes=30)


def access_wait(waits: int, spread_in: timedelta | None = None) -> timedelta:
    """How long until access is looked at again: less and less often, but as soon as what spreads has done so."""
    own = timedelta(seconds=_ACCESS_WAITS[min(waits, len(_ACCESS_WAITS) - 1)])
    return min(own, max(spread_in, timedelta(seconds=1))) if spread_in is not None else own


def retry_wait(retries: int, asked: timedelta | None = None) -> timedelta:
    """How long until a temporary fault is tried again; at least what the other side asked for."""
    own = timedelta(seconds=_RETRY_WAITS[min(retries, len(_RETRY_WAITS) - 1)])
    return max(own, asked) if asked else own


def busy_wait(times: int, asked: timedelta | None = None) -> timedelta:
    """How long until an app that somebody else holds is asked again."""
    own = timedelta(seconds=_BUSY_WAITS[min(times - 1, len(_BUSY_WAITS) - 1)])
    return max(own, asked) if asked else own


def hold_wait(reason: HoldReason) -> timedelta:
    """How long until a hold is looked at again by itself; the end of a freeze looks at once."""
    return _FREEZE_WAIT if reason is HoldReason.FROZEN else _HOLD_WAIT


def telling_wait(tries: int) -> timedelta:
    """How long until news is told again that the receiver did not take so many times."""
    return timedelta(seconds=_TELLING_WAITS[min(tries - 1, len(_TELLING_WAITS) - 1)])
