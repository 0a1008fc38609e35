"""What does the stored history say? Read from the tables themselves, past the operator."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.data.tables import TableEntity

from operators.cloud.keys import decode_key
from operators.cloud.row_texts import text_of
from operators.cloud.storage import Storage
from operators.core.active import Active
from operators.core.apps import AppId
from operators.core.claims import Claim
from operators.core.rollouts import Rollout, Step
from operators.core.transitions import Event, State

Numbered = tuple[str, int]
"""A rollout: its app's name and its number."""


@dataclass(frozen=True)
class Line:
    """One line of a timeline, as it is stored."""

    sequence: int
    number: int
    """Counts the lines of all the app's rollouts."""
    step: Step

    @property
    def is_intent(self) -> bool:
        """Whether an act follows."""
        return self.step.event is Event.GO and self.step.state is State.APPLYING


@dataclass(frozen=True)
class Stored:
    """Everything of one app in table `engine`."""

    name: str
    active: Active
    claim: Claim | None
    looks: int
    rollouts: tuple[Rollout, ...]
    """Oldest first."""
    lines: tuple[Line, ...]
    """As they were written."""

    @property
    def claimed(self) -> bool:
        """Whether somebody may be at work on it."""
        return self.claim is not None and self.claim.until > datetime.now(UTC)

    def lines_of(self, rollout: Rollout) -> tuple[Line, ...]:
        """Its timeline."""
        return tuple(line for line in self.lines if line.sequence == rollout.sequence)


@dataclass(frozen=True)
class History:
    """All that the operator keeps."""

    apps: Mapping[str, Stored]
    due: frozenset[str]
    """The apps with a next step."""
    recent: Mapping[Numbered, Rollout]
    """Everyone's list."""

    @property
    def ended(self) -> Mapping[Numbered, Rollout]:
        """The rollouts of all apps that have ended."""
        return {(app.name, one.sequence): one for app in self.apps.values() for one in app.rollouts if one.ended}

    @property
    def at_rest(self) -> bool:
        """Nothing is under way, claimed, marked or due."""
        busy = any(app.active.rollout or app.looks or app.claimed for app in self.apps.values())
        return not busy and not self.due


async def read_history(storage: Storage) -> History:
    """All of it, in three queries."""
    engine, due, recent = [await _rows(storage, name) for name in ("engine", "due", "recent")]
    partitions: dict[str, list[TableEntity]] = {}
    for row in engine:
        partitions.setdefault(row["PartitionKey"], []).append(row)
    apps = [_stored(rows) for rows in partitions.values()]
    listed = [Rollout.model_validate_json(text_of(row)) for row in recent]
    return History(
        apps={app.name: app for app in apps},
        due=frozenset(_name(decode_key(row["RowKey"])) for row in due),
        recent={(_name(one.app), one.sequence): one for one in listed},
    )


async def _rows(storage: Storage, name: str) -> list[TableEntity]:
    return [row async for row in (await storage.table(name)).list_entities()]


def _stored(rows: Iterable[TableEntity]) -> Stored:
    by_kind: dict[str, list[TableEntity]] = {}
    for row in rows:
        by_kind.setdefault(row["RowKey"].partition(":")[0], []).append(row)
    (active,) = by_kind["active"]
    rollouts = [Rollout.model_validate_json(text_of(row)) for row in by_kind.get("r", [])]
    return Stored(
        name=_name(decode_key(active["PartitionKey"])),
        active=Active.model_validate_json(text_of(active)),
        claim=Claim.model_validate_json(active["claim"]) if active["claim"] else None,
        looks=len(by_kind.get("l", [])),
        rollouts=tuple(sorted(rollouts, key=lambda one: one.sequence)),
        lines=tuple(sorted(map(_line, by_kind.get("s", [])), key=lambda line: line.number)),
    )


def _line(row: TableEntity) -> Line:
    _, sequence, number = row["RowKey"].split(":")
    return Line(int(sequence), int(number), Step.model_validate_json(text_of(row)))


def _name(key: str) -> str:
    return AppId.from_key(key).name
