"""Conditions on role assignments: would this one let an identity do an action on a repository?

Evaluated is what the portal and the documentation write for container registries: `ActionMatches{'…'}` and
comparisons of the repository's name, joined with AND, OR, NOT and parentheses. A comparison that is not one of those is
neither true nor false; a text that cannot be read at all is an error. Both are unknown to whoever decides, never a no.
Sources: azure-docs, role-based-access-control/conditions-format; azure-management-docs,
container-registry-rbac-abac-repository-permissions.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from operators.core.access.rbac import matches

_REPOSITORIES = "Microsoft.ContainerRegistry/registries/repositories"
_NAME = f"@request[{_REPOSITORIES}:name]".lower()
_READ_ACTIONS = ("content/read", "metadata/read")
_DEEPEST = 50
"""Levels of parentheses and negations; more than that nobody wrote to be read."""
_TOKEN = re.compile(
    r"\s*(?:(?P<string>'[^']*')|(?P<number>\d+)|(?P<attribute>@\w+\[[^\]]*\])|(?P<mark>&&|\|\||[(){}!,])"
    r"|(?P<word>[A-Za-z][\w:]*))"
)


class ConditionError(ValueError):
    """The text is no condition of the documented syntax."""


@dataclass(frozen=True)
class ActionMatches:
    """The action that is tried is one of a pattern."""

    pattern: str


@dataclass(frozen=True)
class NameComparison:
    """The repository's name compared with a text."""

    operator: str
    """In lower case, one of those that `compares` knows."""
    value: str


@dataclass(frozen=True)
class Other:
    """A comparison that is not evaluated."""

    text: str


@dataclass(frozen=True)
class Not:
    """Negation."""

    of: "Condition"


@dataclass(frozen=True)
class AllOf:
    """AND."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    """OR."""

    parts: tuple["Condition", ...]


type Condition = ActionMatches | NameComparison | Other | Not | AllOf | AnyOf


def repository_condition(repository: str) -> str:
    """The documented condition that cuts Container Registry Repository Reader down to one repository."""
    return guarded((f"{_REPOSITORIES}/{action}" for action in _READ_ACTIONS), (this_repository(repository),))


def this_repository(repository: str) -> NameComparison:
    """The documented comparison with one name; names of repositories have no capitals."""
    return NameComparison("stringequalsignorecase", repository)


def guarded(patterns: Iterable[str], names: Iterable[NameComparison]) -> str:
    """The documented form: the actions that match a pattern need one of these names, any other passes."""
    others = " AND ".join(f"!(ActionMatches{{'{pattern}'}})" for pattern in patterns)
    allowed = " OR ".join(f"@Request[{_REPOSITORIES}:name] {_SPELLED[one.operator]} '{one.value}'" for one in names)
    return f"(({others}) OR ({allowed}))"


def parse_condition(text: str) -> Condition:
    """Read a condition. Raises ConditionError, also where AND and OR stand side by side without parentheses."""
    parser = _Parser(tuple(_tokens(text)))
    condition = parser.expression()
    parser.expect_end()
    return condition


def holds(condition: Condition, action: str, repository: str | None) -> bool | None:
    """Whether it is true for an action on a repository; None where that is not known.

    Without a repository, nothing is known of its name.
    """
    match condition:
        case ActionMatches(pattern=pattern):
            return matches(pattern, action)
        case NameComparison(operator=operator, value=value):
            return None if repository is None else _COMPARISONS[operator](repository, value)
        case Other():
            return None
        case Not(of=of):
            inner = holds(of, action, repository)
            return None if inner is None else not inner
        case AllOf(parts=parts):
            return _all(holds(part, action, repository) for part in parts)
        case AnyOf(parts=parts):
            inverted = _all(_inverse(holds(part, action, repository)) for part in parts)
            return _inverse(inverted)


def lets_through(condition: str | None, action: str, repository: str | None) -> bool | None:
    """Whether an assignment under this condition holds for an action; None where it is not understood."""
    if condition is None:
        return True
    try:
        return holds(parse_condition(condition), action, repository)
    except ConditionError:
        return None


def _all(values: Iterator[bool | None]) -> bool | None:
    """Three-valued AND: one false decides, one unknown leaves it open."""
    seen = set(values)
    if False in seen:
        return False
    return None if None in seen else True


def _inverse(value: bool | None) -> bool | None:
    return None if value is None else not value


def _like(name: str, pattern: str) -> bool:
    """`*` stands for any characters, `?` for one; a backslash takes away what they mean."""
    parts = re.findall(r"\\[*?]|.", pattern, re.DOTALL)
    wild = {"*": ".*", "?": "."}
    return re.fullmatch("".join(wild.get(one) or re.escape(one[-1]) for one in parts), name, re.DOTALL) is not None


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "stringequals": lambda name, value: name == value,
    "stringequalsignorecase": lambda name, value: name.lower() == value.lower(),
    "stringstartswith": str.startswith,
    "stringstartswithignorecase": lambda name, value: name.lower().startswith(value.lower()),
    "stringlike": _like,
}
_SPELLED = {
    name.lower(): name
    for name in (
        "StringEquals",
        "StringEqualsIgnoreCase",
        "StringStartsWith",
        "StringStartsWithIgnoreCase",
        "StringLike",
    )
}
"""As the documentation writes them."""


class _Token(NamedTuple):
    kind: str
    text: str

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind in ("word", "mark") else ""


_END = _Token("end", "its end")


def _tokens(text: str) -> Iterator[_Token]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _TOKEN.match(text, position, end)
        if found is None or found.lastgroup is None:
            raise ConditionError(f"{text[position : position + 20]!r} is not understood")
        yield _Token(found.lastgroup, found[found.lastgroup])
        position = found.end()


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def expression(self) -> Condition:
        """One term, or several joined by the same word: the documentation asks for parentheses where they mix."""
        first = self._term()
        join = _JOINS.get(self._next.word)
        if join is None:
            return first
        parts = [first]
        while (word := _JOINS.get(self._next.word)) is not None:
            if word is not join:
                raise ConditionError("AND and OR side by side need parentheses")
            self._take()
            parts.append(self._term())
        return join(tuple(parts))

    def expect_end(self) -> None:
        if self._next is not _END:
            raise ConditionError(f"{self._next.text!r} was not expected")

    def _term(self) -> Condition:
        token = self._take()
        if token.word in ("!", "not", "("):
            return self._nested(token)
        if token.word == "actionmatches":
            self._expect("{")
            pattern = self._string()
            self._expect("}")
            return ActionMatches(pattern)
        if token.kind == "attribute":
            return self._comparison(token.text)
        if token.word == "exists":
            return Other(f"Exists {self._take('attribute').text}")
        raise ConditionError(f"{token.text!r} was not expected")

    def _nested(self, token: _Token) -> Condition:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise ConditionError("it is nested too deep")
        if token.word == "(":
            inner = self.expression()
            self._expect(")")
        else:
            inner = Not(self._term())
        self._depth -= 1
        return inner

    def _comparison(self, attribute: str) -> Condition:
        operator = self._take("word").text
        value = self._take()
        if value.kind == "string" and attribute.lower() == _NAME and operator.lower() in _COMPARISONS:
            return NameComparison(operator.lower(), value.text[1:-1])
        if value.word == "{":
            self._rest_of_list()
        elif value.kind not in ("string", "number", "attribute", "word"):
            raise ConditionError(f"{value.text!r} was not expected")
        return Other(f"{attribute} {operator}")

    def _rest_of_list(self) -> None:
        while self._take().kind in ("string", "number"):
            if self._take().word == "}":
                return
        raise ConditionError("a list of values is not understood")

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _take(self, kind: str | None = None) -> _Token:
        token = self._next
        if token is _END or (kind and token.kind != kind):
            raise ConditionError(f"{token.text} was not expected")
        self._at += 1
        return token

    def _expect(self, mark: str) -> None:
        token = self._take()
        if token.word != mark:
            raise ConditionError(f"{mark!r} was expected, not {token.text!r}")

    def _string(self) -> str:
        return self._take("string").text[1:-1]


_JOINS: dict[str, type[AllOf] | type[AnyOf]] = {"and": AllOf, "&&": AllOf, "or": AnyOf, "||": AnyOf}
