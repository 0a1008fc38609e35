"""Clocks: ours, the platform's and that of another instance of ours never agree. And how a time is said in words."""

from datetime import UTC, datetime, timedelta

CLOCKS_DIFFER = timedelta(seconds=5)
"""How far the platform's clock and the one that timed an act may differ; its times have whole seconds too."""
AFTER_BLOCK = CLOCKS_DIFFER * 2
"""How long after the end of a block it is looked at again: by then it is over by everybody's clock."""


def in_utc(at: datetime) -> str:
    """The time as every sentence says it: "2026-04-04 05:24:41 UTC"."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
