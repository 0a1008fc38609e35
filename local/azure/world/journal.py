"""Every call that reached the simulated Azure, for counting."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

_SECRET_PARAMETERS = {"access_token", "refresh_token", "code", "sig"}


@dataclass(frozen=True)
class Call:
    """One call: what was asked, by whom, and the status it got."""

    at: datetime
    method: str
    host: str
    path: str
    """As it came, `%2F` and `%3A` still encoded."""
    query: str
    """Without the values of secrets."""
    status: int
    """0 where no answer arrived."""
    user_agent: str
    operation: str
    """A short name such as `sites.restart` or `acr.tag`; empty where nothing knew the path."""

    def as_json(self) -> dict[str, Any]:
        """Answer it as plain data."""
        return asdict(self) | {"at": self.at.isoformat()}


class Journal:
    """The calls so far, oldest first."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Note a call."""
        self.calls.append(call)

    def of(self, operation: str) -> list[Call]:
        """Answer the calls of one operation."""
        return [call for call in self.calls if call.operation == operation]

    def clear(self) -> None:
        """Forget all calls."""
        self.calls.clear()


def without_secrets(query: str) -> str:
    """Answer a query string in which secrets have no values."""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, "***" if name.lower() in _SECRET_PARAMETERS else value) for name, value in pairs])
