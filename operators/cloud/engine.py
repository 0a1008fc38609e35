"""Table `engine`: everything of one app in one partition, and the fence that lets one writer through.

Rows of partition app: `active`, `l:<look>`, `r:<inverted sequence>` (newest first), `s:<sequence>:<line>`.
Each commit is one batch conditioned on the ETag of `active`; whoever comes late is refused whole with 412.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableEntity, UpdateMode
from azure.data.tables.aio import TableClient

from operators.cloud import paging
from operators.cloud.keys import encode_key
from operators.cloud.row_texts import as_texts, text_of
from operators.cloud.storage import Storage, answered, fault, faults, service_time
from operators.core.active import Active
from operators.core.claims import CLAIM_LASTS, Claim, may_claim
from operators.core.looks import Look
from operators.core.rollouts import Moved, Rollout, Step

_TABLE = "engine"
_LOOKS_AT_ONCE = 50
_BATCH = 100


@dataclass(frozen=True)
class Claimed:
    """A claimed app: what a step works with, and the ETag that its commit needs."""

    active: Active
    looks: tuple[Look, ...]
    claim: Claim
    etag: str


@dataclass(frozen=True)
class NotNow:
    """Why this message must not work on the app."""

    why: str


class LostClaim(Exception):
    """Somebody else has written the app's row since: this step is too late and nothing of it was stored."""


@dataclass(frozen=True)
class _Row:
    active: Active
    claim: Claim | None
    etag: str | None
    looks: tuple[Look, ...]
    at: datetime


class EngineTable:
    """Reads and writes the engine's rows. Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage, claim_lasts: timedelta = CLAIM_LASTS) -> None:
        self._storage = storage
        self._claim_lasts = claim_lasts

    async def mark(self, look: Look) -> None:
        """Leave a look for the app's next step. The same look again changes nothing."""
        row = {"PartitionKey": encode_key(look.app), "RowKey": f"l:{look.id}", **as_texts(look)}
        table = await self._table()
        async with faults(f"mark {look.app}"):
            try:
                await table.create_entity(row)
            except ResourceExistsError:
                return

    async def claim(self, app: str, step: int | None, owner: str) -> Claimed | NotNow:
        """Take the app for one step, by the storage service's clock."""
        row = await self._read(app)
        why = may_claim(row.active, row.claim, step, owner, row.at)
        if why:
            return NotNow(why)
        claim = Claim(owner=owner, until=row.at + self._claim_lasts)
        try:
            etag = await self._write_active(row.active, claim, row.etag)
        except LostClaim:
            return NotNow("another message took it first")
        return Claimed(active=row.active, looks=row.looks, claim=claim, etag=etag)

    async def commit(
        self,
        claimed: Claimed,
        active: Active,
        moved: Sequence[Moved],
        *,
        consumed: Sequence[Look] = (),
        keep: bool = False,
    ) -> Claimed:
        """Store what a step decided or did, in one batch; `keep` holds the claim for the rest of the step.

        Raises LostClaim where somebody else wrote first.
        """
        partition = encode_key(active.app)
        writer = uuid4().hex
        lines = [(each.rollout.sequence, step) for each in moved for step in each.steps]
        active = active.model_copy(update={"lines": claimed.active.lines + len(lines)})
        operations: list[Any] = [_replace(_active_row(active, claimed.claim if keep else None, writer), claimed.etag)]
        operations += [
            ("upsert", _rollout_row(partition, each.rollout), {"mode": UpdateMode.REPLACE}) for each in moved
        ]
        operations += [
            ("create", _step_row(partition, sequence, line, step))
            for line, (sequence, step) in enumerate(lines, start=claimed.active.lines + 1)
        ]
        operations += [("delete", {"PartitionKey": partition, "RowKey": f"l:{look.id}"}) for look in consumed]
        etag = await self._submit(partition, operations, writer)
        return Claimed(active=active, looks=claimed.looks, claim=claimed.claim, etag=etag)

    async def release(self, app: str, owner: str) -> None:
        """Give up this owner's claim, if it still holds one: whoever comes next need not wait for it to expire."""
        row = await self._read(app)
        if row.claim is None or row.claim.owner != owner or row.etag is None:
            return
        with suppress(LostClaim):
            await self._write_active(row.active, None, row.etag)

    async def read(self, app: str) -> tuple[Active, tuple[Look, ...]]:
        """The app's row and its open looks, without taking it; an empty row where there is none."""
        row = await self._read(app)
        return row.active, row.looks

    async def rollout(self, app: str, sequence: int) -> Rollout | None:
        """One rollout of the app."""
        table = await self._table()
        async with faults(f"rollout {sequence} of {app}"):
            try:
                row = await table.get_entity(encode_key(app), _rollout_key(sequence))
            except ResourceNotFoundError:
                return None
        return Rollout.model_validate_json(text_of(row))

    async def steps(self, app: str, sequence: int) -> tuple[Step, ...]:
        """The timeline of one rollout, oldest first."""
        start = f"s:{sequence:08d}:"
        rows = [row async for row in self._query(app, start, f"s:{sequence:08d};")]
        return tuple(Step.model_validate_json(text_of(row)) for row in rows)

    async def rollouts(self, app: str, top: int, skip: str | None) -> tuple[tuple[Rollout, ...], str | None]:
        """A page of the app's rollouts, newest first, and where the next one begins."""
        found, after = await paging.page(self._query(app, skip or "r:", "r;"), top)
        return tuple(map(Rollout.model_validate_json, found)), after

    async def _table(self) -> TableClient:
        return await self._storage.table(_TABLE)

    async def _query(self, app: str, start: str, end: str, hook: Any = None) -> AsyncIterator[TableEntity]:
        table = await self._table()
        async with faults(f"engine rows of {app}"):
            rows = table.query_entities(
                "PartitionKey eq @app and RowKey ge @start and RowKey lt @end",
                parameters={"app": encode_key(app), "start": start, "end": end},
                **({"raw_response_hook": hook} if hook else {}),
            )
            async for row in rows:
                yield row

    async def _read(self, app: str) -> _Row:
        """`active` and the looks with one query: `active` < `l:` < `m`."""
        answers: list[Any] = []  # looked into only after the read worked: a proxy's refusal may come without a date
        active, claim, etag = Active(app=app), None, None
        looks: list[Look] = []
        async for row in self._query(app, "active", "m", answers.append):
            if row["RowKey"] == "active":
                active = Active.model_validate_json(text_of(row))
                claim = Claim.model_validate_json(row["claim"]) if row.get("claim") else None
                etag = str(row.metadata["etag"])
            elif len(looks) < _LOOKS_AT_ONCE:
                looks.append(Look.model_validate_json(text_of(row)))
        looks.sort(key=lambda look: look.at)
        return _Row(active=active, claim=claim, etag=etag, looks=tuple(looks), at=service_time(answers[0]))

    async def _write_active(self, active: Active, claim: Claim | None, etag: str | None) -> str:
        writer = uuid4().hex
        row = _active_row(active, claim, writer)
        operation: Any = ("create", row) if etag is None else _replace(row, etag)
        return await self._submit(row["PartitionKey"], [operation], writer)

    async def _submit(self, partition: str, operations: list[Any], writer: str) -> str:
        """Send the batch and answer the new ETag of `active`.

        A write that got no answer may have happened: it is sent once more, and a refusal is believed only after the
        row was read back and is not the one that we wrote.
        """
        table = await self._table()
        if len(operations) > _BATCH:
            raise ValueError(f"{len(operations)} rows do not fit one batch of {_BATCH}")
        try:
            return await _send(table, operations)
        except AzureError as error:
            if answered(error) and not _refused(error):
                raise fault(f"store {partition}", error) from error
            first = error
        if (etag := await self._ours(table, partition, writer)) is not None:
            return etag
        if answered(first):
            raise LostClaim(partition) from first
        try:
            return await _send(table, operations)
        except AzureError as error:
            if (etag := await self._ours(table, partition, writer)) is not None:
                return etag
            if _refused(error):
                raise LostClaim(partition) from error
            raise fault(f"store {partition}", error) from error

    async def _ours(self, table: TableClient, partition: str, writer: str) -> str | None:
        """The ETag of `active` if it is what this writer wrote."""
        async with faults(f"read back {partition}"):
            try:
                row = await table.get_entity(partition, "active")
            except ResourceNotFoundError:
                return None
        return str(row.metadata["etag"]) if row.get("writer") == writer else None


async def _send(table: TableClient, operations: list[Any]) -> str:
    answers = await table.submit_transaction(operations)
    return str(answers[0]["etag"])


def _replace(row: dict[str, Any], etag: str) -> Any:
    return ("update", row, {"mode": UpdateMode.REPLACE, "etag": etag, "match_condition": MatchConditions.IfNotModified})


def _refused(error: AzureError) -> bool:
    """The row was not as we knew it: changed (412), there already (409), or a look that somebody consumed (404)."""
    return isinstance(error, HttpResponseError) and error.status_code in (404, 409, 412)


def _active_row(active: Active, claim: Claim | None, writer: str) -> dict[str, Any]:
    return {
        "PartitionKey": encode_key(active.app),
        "RowKey": "active",
        **as_texts(active),
        "claim": claim.model_dump_json() if claim else "",
        "writer": writer,
        "state": str(active.rollout.state) if active.rollout else "idle",
    }


def _rollout_key(sequence: int) -> str:
    return f"r:{99_999_999 - sequence:08d}"


def _rollout_row(partition: str, rollout: Rollout) -> dict[str, Any]:
    return {
        "PartitionKey": partition,
        "RowKey": _rollout_key(rollout.sequence),
        **as_texts(rollout),
        "state": str(rollout.state),
    }


def _step_row(partition: str, sequence: int, line: int, step: Step) -> dict[str, Any]:
    return {"PartitionKey": partition, "RowKey": f"s:{sequence:08d}:{line:08d}", **as_texts(step)}
