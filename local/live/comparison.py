"""What did one Azure answer otherwise than another, in the same story?

Both tell the same story with other times and other numbers of looks. So calls are compared by operation, not in their
order: which statuses an operation answered, and for each of them which headers and fields its answers had together.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local.live.recording import Exchange
from local.live.resources import SLOT
from local.live.shapes import Shape, header_differences, shape_differences, shape_of, together

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_DIGEST = re.compile(r"sha256(?::|%3A)[0-9a-f]{64}", re.IGNORECASE)
_OPERATION = re.compile(r"/operation(results|statuses)/[^/]+", re.IGNORECASE)
_LOCATION = re.compile(r"(?<=/locations/)[^/]+", re.IGNORECASE)
_INSTANCE = re.compile(r"(?<=/instances/)[^/]+", re.IGNORECASE)
_SUBSCRIPTION = re.compile(r"^/subscriptions/\{id\}(/resourcegroups/[^/]+)?(?=/)(/providers(?=/))?", re.IGNORECASE)


@dataclass
class Answers:
    """All answers of an operation with one status."""

    count: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    shape: Shape = "null"

    def add(self, exchange: Exchange) -> None:
        """Take one more answer in."""
        self.count += 1
        self.headers = exchange.headers | self.headers
        self.shape = together((self.shape, shape_of(_compared(exchange.answered))))


Seen = dict[str, dict[int, Answers]]
"""Operation → status → its answers."""


@dataclass(frozen=True)
class Difference:
    """Something that was answered otherwise."""

    operation: str
    what: str

    def __str__(self) -> str:
        return f"{self.operation}: {self.what}"


def operations(exchanges: Iterable[Exchange], run: str) -> Seen:
    """Gather the answers of a recording by operation; `run` is what the names of its resources end with."""
    seen: Seen = defaultdict(lambda: defaultdict(Answers))
    for exchange in exchanges:
        seen[_operation(exchange, run)][exchange.status].add(exchange)
    return seen


def differences(azure: Seen, ours: Seen) -> Iterator[Difference]:
    """Answer what `ours` has otherwise than `azure`, one operation after the other."""
    for operation in sorted(azure.keys() | ours.keys()):
        theirs, own = azure.get(operation), ours.get(operation)
        if theirs is None or own is None:
            yield Difference(operation, "never asked of " + ("Azure" if theirs is None else "the simulated Azure"))
            continue
        for status in sorted(theirs.keys() | own.keys()):
            yield from (Difference(operation, what) for what in _of_status(status, theirs.get(status), own.get(status)))


def _of_status(status: int, theirs: Answers | None, own: Answers | None) -> Iterator[str]:
    if theirs is None or own is None:
        yield f"status {status} is {'added' if theirs is None else 'missing'}"
        return
    for what in (*header_differences(theirs.headers, own.headers), *shape_differences(theirs.shape, own.shape)):
        yield f"{status}: {what}"


def _operation(exchange: Exchange, run: str) -> str:
    """Name an operation as both recordings do: without what is different in every run."""
    path = _DIGEST.sub("{digest}", _GUID.sub("{id}", exchange.path))
    # where to look again is in Azure's own spelling
    path = _OPERATION.sub(lambda found: f"/operation{found[1].lower()}/{{operation}}", path)
    path = _SUBSCRIPTION.sub("", _LOCATION.sub("{location}", _INSTANCE.sub("{instance}", path)))
    host = "" if exchange.host == "management.azure.com" else _host(exchange.host, run)
    return f"{exchange.method} {host}{path}".replace(f"-{run}", "").replace(run, "")


def _host(host: str, run: str) -> str:
    """Newer apps have a hash and a region in their addresses (seen in public answers of 2026)."""
    return re.sub(rf"(-{run}(?:-{SLOT})?)(?:-\w+)?(?:\.[\w-]+)?(?=\.azurewebsites\.net$)", r"\1", host)


def _compared(answered: Any) -> Any:
    """Only JSON has a shape; of a text all that could differ is what it says."""
    return answered if isinstance(answered, dict | list) else None
