"""How is a long text told in a narrow place?"""

import re
from collections import Counter
from collections.abc import Iterable

_DIGEST = re.compile(r"sha256:([0-9a-f]{7})[0-9a-f]{57}")
_DATE = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)Z")
_APP_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}:[^\s:]+:(\S+)")
_RESOURCE_ID = re.compile(r"/subscriptions/\S+/([\w-]+/[\w-]+)")


def shortened(text: str) -> str:
    """The same text with seven digits of a digest, the time of a date, the name of an app, the end of a resource id."""
    for long in (_DIGEST, _DATE, _APP_KEY, _RESOURCE_ID):
        text = long.sub(r"\1", text)
    return text


def served(digests: Iterable[str]) -> str:
    """Which digests are served, by how many instances each: `e04ce42 x2`."""
    counted = Counter(map(shortened, digests))
    return ", ".join(f"{digest} x{count}" if count > 1 else digest for digest, count in counted.items()) or "nothing"
