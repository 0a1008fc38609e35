"""What tables hold, and how it changes: entity by entity or a batch of one partition, whole or not at all."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from urllib.parse import quote

from local.azure.world.clock import Clock
from local.storage.errors import Refused, RefusedAt
from local.storage.filters import Filter

_EPOCH = datetime(1, 1, 1, tzinfo=UTC)
_TYPED = "@odata.type"
_KEY_LENGTH = 1024
_TEXT_LENGTH = 32 * 1024
_ENTITY_BYTES = 1024 * 1024
"""Limits of the service (azure-docs: storageservices/understanding-the-table-service-data-model)."""
_NOT_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_PARSE: dict[str, Callable[[Any], Any]] = {"Edm.DateTime": datetime.fromisoformat, "Edm.Int64": int}


class Kind(Enum):
    """What a write does."""

    INSERT = "insert"
    REPLACE = "replace"
    MERGE = "merge"
    DELETE = "delete"


@dataclass(frozen=True)
class Write:
    """One write to one entity."""

    kind: Kind
    partition: str
    row: str
    properties: Mapping[str, Any] = field(default_factory=dict)
    """As JSON, with the `@odata.type` annotations, without the keys."""
    if_match: str | None = None
    """An ETag, or `*` for any; None where there need not be such an entity (insert or replace, insert or merge)."""


@dataclass(frozen=True)
class Entity:
    """One entity as it is stored."""

    partition: str
    row: str
    properties: Mapping[str, Any]
    etag: str
    timestamp: datetime

    @property
    def values(self) -> dict[str, Any]:
        """Its properties as Python values, the keys and the timestamp among them."""
        found: dict[str, Any] = {"PartitionKey": self.partition, "RowKey": self.row, "Timestamp": self.timestamp}
        for name, value in self.properties.items():
            if not name.endswith(_TYPED):
                parse = _PARSE.get(self.properties.get(name + _TYPED, ""))
                found[name] = parse(value) if parse else value
        return found


Partition = dict[str, Entity]


@dataclass(frozen=True)
class Commit:
    """What one request changed, in one partition of one table."""

    table: str
    partition: str
    before: Mapping[str, Entity]
    after: Mapping[str, Entity]
    """The whole partition by row key, before and after."""
    rows: tuple[str, ...]
    """The row keys that were written, in order."""


class Tables:
    """The tables of one account."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tables: dict[str, dict[str, Partition]] = {}
        self._last_tick = 0
        self.on_commit: list[Callable[[Commit], None]] = []
        """Told about every change, after it and before anybody is answered."""

    def create(self, table: str) -> None:
        """Make a table."""
        if table in self._tables:
            raise Refused(409, "TableAlreadyExists", "The table specified already exists.")
        self._tables[table] = {}

    def drop(self, table: str) -> None:
        """Remove a table with all it holds."""
        self._of(table)
        del self._tables[table]

    def names(self) -> list[str]:
        """The tables there are."""
        return sorted(self._tables)

    def get(self, table: str, partition: str, row: str) -> Entity:
        """One entity."""
        entity = self._of(table).get(partition, {}).get(row)
        if entity is None:
            raise Refused(404, "ResourceNotFound", "The specified resource does not exist.")
        return entity

    def partition(self, table: str, partition: str) -> Mapping[str, Entity]:
        """A whole partition by row key; empty where there is no such table or partition."""
        return self._tables.get(table, {}).get(partition, {})

    def query(self, table: str, wanted: Filter, start: tuple[str, str] = ("", "")) -> Iterator[Entity]:
        """The entities that match, ordered by partition and row key, from `start` on."""
        partitions = self._of(table)
        for partition in sorted(partitions) if wanted.partition is None else [wanted.partition]:
            rows = partitions.get(partition, {})
            for row in sorted(rows):
                if (partition, row) >= start and wanted.matches(rows[row].values):
                    yield rows[row]

    def write(self, table: str, writes: Sequence[Write]) -> list[Entity | None]:
        """Do all of them, in one partition, or none; answers what is there now. Raises RefusedAt."""
        partitions = self._of(table)
        partition = writes[0].partition
        before = partitions.get(partition, {})
        after = dict(before)
        done: list[Entity | None] = []
        for index, write in enumerate(writes):
            try:
                done.append(self._write(after, write))
            except Refused as refused:
                raise RefusedAt(index, refused) from refused
        partitions[partition] = after
        commit = Commit(table, partition, before, after, tuple(write.row for write in writes))
        for tell in self.on_commit:
            tell(commit)
        return done

    def _write(self, rows: Partition, write: Write) -> Entity | None:
        _check_keys(write)
        there = rows.get(write.row)
        if write.kind is Kind.INSERT and there is not None:
            raise Refused(409, "EntityAlreadyExists", "The specified entity already exists.")
        if write.if_match is not None and there is None:
            raise Refused(404, "ResourceNotFound", "The specified resource does not exist.")
        if write.if_match not in (None, "*") and there is not None and write.if_match != there.etag:
            message = "The update condition specified in the request was not satisfied."
            raise Refused(412, "UpdateConditionNotSatisfied", message)
        if write.kind is Kind.DELETE:
            del rows[write.row]
            return None
        kept = there.properties if write.kind is Kind.MERGE and there is not None else {}
        properties = {**kept, **{name: value for name, value in write.properties.items() if value is not None}}
        _check_size(properties)
        etag, at = self._stamp()
        rows[write.row] = Entity(write.partition, write.row, properties, etag, at)
        return rows[write.row]

    def _stamp(self) -> tuple[str, datetime]:
        """A new ETag and its moment: the service counts ticks of 100 ns, and no two writes share one."""
        now = (self._clock.now() - _EPOCH) // timedelta(microseconds=1) * 10
        self._last_tick = max(now, self._last_tick + 1)
        at = _EPOCH + timedelta(microseconds=self._last_tick // 10)
        written = f"{at:%Y-%m-%dT%H:%M:%S.%f}{self._last_tick % 10}Z"
        return f"W/\"datetime'{quote(written, safe='')}'\"", at

    def _of(self, table: str) -> dict[str, Partition]:
        if table not in self._tables:
            raise Refused(404, "TableNotFound", "The table specified does not exist.")
        return self._tables[table]


def _check_keys(write: Write) -> None:
    for key in (write.partition, write.row):
        if _NOT_IN_KEYS.search(key):
            raise Refused(400, "OutOfRangeInput", f"{key!r} holds a character that keys may not hold.")
        if len(key) > _KEY_LENGTH:
            raise Refused(400, "KeyValueTooLarge", "A key is too large.")


def _check_size(properties: Mapping[str, Any]) -> None:
    texts = [value for value in properties.values() if isinstance(value, str)]
    if any(len(text) > _TEXT_LENGTH for text in texts):
        raise Refused(400, "PropertyValueTooLarge", "The property value exceeds the maximum allowed size (64KB).")
    if sum(2 * len(text) for text in texts) > _ENTITY_BYTES:
        raise Refused(400, "EntityTooLarge", "The entity is larger than the maximum size permitted (1MB).")
