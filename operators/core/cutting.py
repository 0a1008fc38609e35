"""How much of foreign words is stored: enough to explain, whatever a platform, a log or a person says.

What a row takes has a limit (docs/adr/0014-what-a-row-holds.md).
"""

from collections.abc import Iterable

_LINE = 400
_SENTENCE = 2000
_MOST_LINES = 100
"""As many as an app has instances at most."""


def line(text: str) -> str:
    """One line of evidence."""
    return _cut(text, _LINE)


def lines(texts: Iterable[str], most: int = _MOST_LINES) -> tuple[str, ...]:
    """Lines of evidence, the first ones of each that differ."""
    return tuple(dict.fromkeys(map(line, texts)))[:most]


def sentence(text: str) -> str:
    """What a timeline or a rollout says."""
    return _cut(text, _SENTENCE)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
