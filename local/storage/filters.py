"""Which entities does an OData `$filter` mean? (azure-docs: storageservices/querying-tables-and-entities)

Comparisons of a property with a constant, joined by `and`, `or`, `not` and brackets: what Table Storage knows.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from local.storage.errors import Refused

Values = Mapping[str, Any]
"""An entity's properties as Python values."""
Test = Callable[[Values], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<bracket>[()])|datetime'(?P<moment>[^']*)'|guid'(?P<guid>[^']*)'|'(?P<text>(?:[^']|'')*)'"
    r"|(?P<number>-?\d+(?:\.\d+)?)L?\b|(?P<word>[A-Za-z_]\w*))"
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}


@dataclass(frozen=True)
class Filter:
    """A filter that was understood."""

    matches: Test
    partition: str | None
    """The one partition that can match; None where it may be any."""


@dataclass(frozen=True)
class _Part:
    test: Test
    partition: str | None = None


EVERYTHING = Filter(lambda _: True, None)


def parse_filter(text: str) -> Filter:
    """Understand a filter. Raises Refused, as the service does, for what is none."""
    parser = _Parser(_tokens(text))
    part = parser.any_of()
    if not parser.at_end:
        raise _not_understood(text)
    return Filter(part.test, part.partition)


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _not_understood(text)
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Parser:
    """Recursive descent, one method per level of binding."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def at_end(self) -> bool:
        """Whether every token was used."""
        return self._at == len(self._tokens)

    def any_of(self) -> _Part:
        """Parts joined by `or`."""
        parts = [self._all_of()]
        while self._takes("word", "or"):
            parts.append(self._all_of())
        if len(parts) == 1:
            return parts[0]
        return _Part(lambda values: any(part.test(values) for part in parts))

    def _all_of(self) -> _Part:
        parts = [self._one()]
        while self._takes("word", "and"):
            parts.append(self._one())
        if len(parts) == 1:
            return parts[0]
        partition = next((part.partition for part in parts if part.partition is not None), None)
        return _Part(lambda values: all(part.test(values) for part in parts), partition)

    def _one(self) -> _Part:
        if self._takes("word", "not"):
            part = self._one()
            return _Part(lambda values: not part.test(values))
        if self._takes("bracket", "("):
            part = self.any_of()
            if not self._takes("bracket", ")"):
                raise _not_understood("a bracket is not closed")
            return part
        return self._comparison()

    def _comparison(self) -> _Part:
        name, comparison, constant = self._next("word"), self._next("word"), self._constant()
        if comparison not in _COMPARISONS:
            raise _not_understood(comparison)
        compare = _COMPARISONS[comparison]

        def test(values: Values) -> bool:
            value = values.get(name)
            return type(value) is type(constant) and compare(value, constant)

        by_partition = name == "PartitionKey" and comparison == "eq"
        return _Part(test, constant if by_partition else None)

    def _constant(self) -> Any:
        kind, text = self._take()
        match kind:
            case "text":
                return text.replace("''", "'")
            case "guid":
                return text
            case "moment":
                return datetime.fromisoformat(text)
            case "number":
                return float(text) if "." in text else int(text)
            case "word" if text in ("true", "false"):
                return text == "true"
            case _:
                raise _not_understood(text)

    def _next(self, kind: str) -> str:
        found, text = self._take()
        if found != kind:
            raise _not_understood(text)
        return text

    def _take(self) -> tuple[str, str]:
        if self.at_end:
            raise _not_understood("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _takes(self, *token: str) -> bool:
        if self.at_end or self._tokens[self._at] != token:
            return False
        self._at += 1
        return True


def _not_understood(what: str) -> Refused:
    return Refused(400, "InvalidInput", f"One of the request inputs is not valid: {what}")
