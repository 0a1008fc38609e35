"""Pacing: how work on many apps is spread over time, so that Azure is not asked for more than it gives.

ARM lets a principal write 200 times in a subscription at once and 10 times a second after that, and read 250 times and
25 a second (azure-docs: azure-resource-manager/management/request-limits-and-throttling). Microsoft.Web has limits of
its own that are documented nowhere; its users stay below some five writes a second.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from operators.core.apps import AppId

ACTS_A_SECOND = 2
"""In one subscription. Each act brings one more POST (the log that proves it) and about ten reads."""


def spread(apps: Iterable[str]) -> Iterator[tuple[str, timedelta]]:
    """Each app (by its key) with the delay after which its turn is; the first of each subscription at once."""
    seen: Counter[str] = Counter()
    for app in apps:
        subscription = AppId.from_key(app).subscription
        yield app, turn(seen[subscription])
        seen[subscription] += 1


def turn(before: int) -> timedelta:
    """How long an app of a subscription waits that so many others come before."""
    return timedelta(seconds=before // ACTS_A_SECOND)
