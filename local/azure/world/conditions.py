"""Conditions of role assignments (azure-docs: role-based-access-control/conditions-format).

A small evaluator of its own: ActionMatches, string comparisons of attributes, ForAny/AllOf quantifiers, and, or, not,
brackets. Known assumptions: a comparison with an attribute that the request does not have is false, also a negated one;
a condition that is not understood grants nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from local.azure.world.permissions import matches

REPOSITORY = "Microsoft.ContainerRegistry/registries/repositories:name"
"""The attribute of a request that names the repository."""
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*')|(?P<attribute>@\w+\[[^\]]+\])|(?P<sign>\|\||&&|[(){}!,])|(?P<word>\w+(?::\w+)?))"
)
_COMPARISON = re.compile(r"String(?P<no>Not)?(?P<how>Equals|StartsWith|Like)(?P<fold>IgnoreCase)?", re.IGNORECASE)
_QUANTIFIER = re.compile(r"For(?:Any|All)Of(?P<of>Any|All)Values:(?P<comparison>\w+)", re.IGNORECASE)


class NotUnderstood(ValueError):
    """A condition that this evaluator cannot read."""


def holds(condition: str | None, action: str, request: Mapping[str, str]) -> bool:
    """Tell whether a condition lets an action through, given the attributes of the request; none always does."""
    if condition is None:
        return True
    try:
        return _Reader(condition, action, request).whole()
    except NotUnderstood:
        return False


class _Reader:
    """Reads a condition from left to right and evaluates it on the way."""

    def __init__(self, condition: str, action: str, request: Mapping[str, str]) -> None:
        self._tokens = [*_tokens(condition), ("end", "")]
        self._action = action
        self._request = {name.lower(): value for name, value in request.items()}

    def whole(self) -> bool:
        value = self._either()
        self._expect("")
        return value

    def _either(self) -> bool:
        value = self._both()
        while self._skip("OR", "||"):
            value = self._both() or value
        return value

    def _both(self) -> bool:
        value = self._one()
        while self._skip("AND", "&&"):
            value = self._one() and value
        return value

    def _one(self) -> bool:
        if self._skip("NOT", "!"):
            return not self._one()
        if self._skip("("):
            value = self._either()
            self._expect(")")
            return value
        if self._skip("ActionMatches"):
            return any(matches(pattern, self._action) for pattern in self._texts())
        if self._skip("SubOperationMatches"):
            self._texts()
            return False
        return self._comparison()

    def _comparison(self) -> bool:
        attribute = self._take("attribute")
        source, _, name = attribute.rstrip("]").partition("[")
        word = self._take("word")
        quantifier = _QUANTIFIER.fullmatch(word)
        compare = _comparison(quantifier["comparison"] if quantifier else word)
        values = self._texts() if self._tokens[0][1] == "{" else [self._take("text")]
        actual = self._request.get(name.lower()) if source.lower() == "@request" else None
        if actual is None:
            return False
        of = all if quantifier and quantifier["of"].lower() == "all" else any
        return of(compare(actual, value) for value in values)

    def _texts(self) -> list[str]:
        self._expect("{")
        values = [self._take("text")]
        while self._skip(","):
            values.append(self._take("text"))
        self._expect("}")
        return values

    def _take(self, kind: str) -> str:
        found, text = self._tokens.pop(0)
        if found != kind:
            raise NotUnderstood(f"{text} where a {kind} is needed")
        return text

    def _skip(self, *words: str) -> bool:
        kind, text = self._tokens[0]
        if kind == "text" or text.upper() not in {word.upper() for word in words}:
            return False
        del self._tokens[0]
        return True

    def _expect(self, sign: str) -> None:
        kind, text = self._tokens.pop(0)
        if kind == "text" or text != sign:
            raise NotUnderstood(f"{text} where {sign or 'the end'} is needed")


def _tokens(condition: str) -> Iterator[tuple[str, str]]:
    at, end = 0, len(condition.rstrip())
    while at < end:
        match = _TOKEN.match(condition, at)
        if match is None:
            raise NotUnderstood(condition[at:])
        kind = match.lastgroup or ""
        yield kind, match[kind].strip("'") if kind == "text" else match[kind]
        at = match.end()


@cache
def _comparison(word: str) -> Callable[[str, str], bool]:
    match = _COMPARISON.fullmatch(word)
    if match is None:
        raise NotUnderstood(word)
    how, wanted, fold = match["how"].lower(), match["no"] is None, match["fold"] is not None

    def compare(actual: str, value: str) -> bool:
        left, right = (actual.lower(), value.lower()) if fold else (actual, value)
        return _same(how, left, right) is wanted

    return compare


def _same(how: str, actual: str, value: str) -> bool:
    if how == "equals":
        return actual == value
    if how == "startswith":
        return actual.startswith(value)
    pattern = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in value)
    return re.fullmatch(pattern, actual, re.DOTALL) is not None
