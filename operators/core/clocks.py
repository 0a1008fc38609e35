"""Clocks never agree: neither the platform's machines among each other, nor ours with theirs.

Ours is set right by what Azure answers (operators/cloud/azure_clock.py); what is left of the difference is small.
And how a time is said in words.
"""

from datetime import UTC, datetime, timedelta

CLOCKS_DIFFER = timedelta(seconds=5)
"""How far the platform's clock and the one that timed an act may differ: ours is set by whole seconds, up to the time
that an answer takes, and the platform's times have whole seconds too.
"""
AFTER_BLOCK = CLOCKS_DIFFER * 2
"""How long after the end of a block it is looked at again: by then it is over by everybody's clock."""


def in_utc(at: datetime) -> str:
    """The time as every sentence says it: "2026-04-04 05:24:41 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
