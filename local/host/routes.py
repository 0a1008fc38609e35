"""Which path does a route template match, and with which parameters?

The templates are ASP.NET's: `apps/{app}`, `{id:int}`, `{id?}`, `{*rest}` (azure-docs:
azure-functions/functions-bindings-http-webhook-trigger). Matching ignores the case of letters, and `%2F` stays as it is
inside a parameter, as in Azure.
"""

import re
from typing import Self
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict

from local.host.errors import ConfigurationError

_CONSTRAINTS = {
    "int": r"[+-]?\d+",
    "long": r"[+-]?\d+",
    "float": r"[+-]?\d+(?:\.\d+)?",
    "double": r"[+-]?\d+(?:\.\d+)?",
    "decimal": r"[+-]?\d+(?:\.\d+)?",
    "bool": r"true|false",
    "alpha": r"[a-z]*",
    "guid": r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}",
}
_PARAMETER = re.compile(r"\{(?P<rest>\**)(?P<name>\w+)(?::(?P<constraint>\w+))?(?P<optional>\?)?\}")
_LITERAL, _CONSTRAINED, _FREE, _REST = range(4)


class Route(BaseModel):
    """A compiled template; of two that match, the one with the lower `precedence` is meant."""

    model_config = ConfigDict(frozen=True)

    template: str
    pattern: re.Pattern[str]
    names: tuple[str, ...]
    precedence: tuple[int, ...]

    @classmethod
    def parse(cls, template: str) -> Self:
        """Compile a template; raises ConfigurationError for what this host cannot match."""
        text, names, precedence = "", list[str](), list[int]()
        for segment in template.strip("/").split("/"):
            piece, kind = _segment(template, segment, names)
            text += piece
            precedence.append(kind)
        pattern = re.compile(text, re.IGNORECASE)
        return cls(template=template, pattern=pattern, names=tuple(names), precedence=tuple(precedence))

    def match(self, raw_path: str) -> dict[str, str] | None:
        """Answer the parameters of a path as it was sent (percent-encoded), or None where it is another route's."""
        match = self.pattern.fullmatch(_decoded(raw_path))
        if match is None:
            return None
        return {name: value for name, value in zip(self.names, match.groups(), strict=True) if value is not None}


def _decoded(raw_path: str) -> str:
    """Decode everything but slashes: an encoded one is part of a parameter and ends no segment."""
    return unquote(re.sub("%2f", "%252F", "/" + raw_path.strip("/"), flags=re.IGNORECASE))


def _segment(template: str, segment: str, names: list[str]) -> tuple[str, int]:
    """Compile one segment, with the slash before it, and say how exactly it matches."""
    text, kind, end, optional = "", _LITERAL, 0, False
    for parameter in _PARAMETER.finditer(segment):
        text += _literal(template, segment[end : parameter.start()])
        names.append(parameter["name"])
        text += f"({_value(template, parameter)})"
        kind = max(kind, _kind(parameter))
        optional = optional or bool(parameter["optional"] or parameter["rest"])
        end = parameter.end()
    text += _literal(template, segment[end:])
    return (f"(?:/{text})?" if optional else f"/{text}"), kind


def _literal(template: str, text: str) -> str:
    if "{" in text or "}" in text:
        raise ConfigurationError(f"the route {template!r}: {text!r} is not understood")
    return re.escape(text)


def _value(template: str, parameter: re.Match[str]) -> str:
    if parameter["rest"]:
        return ".*"
    constraint = parameter["constraint"]
    if constraint is None:
        return "[^/]+"
    if constraint not in _CONSTRAINTS:
        raise ConfigurationError(f"the route {template!r}: the local host has no constraint {constraint!r}")
    return _CONSTRAINTS[constraint]


def _kind(parameter: re.Match[str]) -> int:
    if parameter["rest"]:
        return _REST
    return _CONSTRAINED if parameter["constraint"] else _FREE
