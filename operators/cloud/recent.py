"""Table `recent`: everyone's rollouts, newest first."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient

from operators.cloud import paging
from operators.cloud.keys import encode_key
from operators.cloud.row_texts import as_texts
from operators.cloud.storage import Storage, faults
from operators.core.rollouts import Rollout

_RECENT = "recent"
_ONE = "one"
_LAST_INSTANT_MS = 253_402_300_799_000  # 9999-12-31: subtracted from, so that newest sorts first


class RecentTable:
    """Everyone's rollouts, newest first. Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, rollout: Rollout) -> None:
        """Write the rollout's line; the same line each time. An end stays, whatever else arrives late."""
        table = await self._storage.table(_RECENT)
        row = {
            "PartitionKey": _ONE,
            "RowKey": _row_key(rollout),
            **as_texts(rollout),
            "ended": rollout.ended,
        }
        async with faults(f"recent {rollout.app}"):
            if rollout.ended:
                await table.upsert_entity(row, mode=UpdateMode.REPLACE)
            else:
                await _put_unless_ended(table, row)

    async def page(self, top: int, skip: str | None) -> tuple[tuple[Rollout, ...], str | None]:
        """A page, and where the next one begins."""
        table = await self._storage.table(_RECENT)
        query = "PartitionKey eq @one and RowKey ge @start"
        async with faults("recent rollouts"):
            rows = table.query_entities(query, parameters={"one": _ONE, "start": skip or "0"})
            found, after = await paging.page(rows, top)
        return tuple(map(Rollout.model_validate_json, found)), after


async def _put_unless_ended(table: TableClient, row: dict[str, Any]) -> None:
    """Conditioned on what stands there now: a write may take effect long after its answer was given up."""
    try:
        there = await table.get_entity(row["PartitionKey"], row["RowKey"])
    except ResourceNotFoundError:
        with suppress(ResourceExistsError):
            await table.create_entity(row)
        return
    if there.get("ended"):
        return
    with suppress(ResourceModifiedError):
        await table.update_entity(
            row,
            mode=UpdateMode.REPLACE,
            etag=str(there.metadata["etag"]),
            match_condition=MatchConditions.IfNotModified,
        )


def _row_key(rollout: Rollout) -> str:
    return encode_key(f"{inverted(rollout.created_at)}:{rollout.app}:{rollout.sequence:08d}")


def inverted(at: datetime) -> str:
    """A key that sorts newest first."""
    return f"{_LAST_INSTANT_MS - round(at.timestamp() * 1000):015d}"
