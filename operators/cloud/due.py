"""Table `due`: apps with a next step, so that the sweep finds those whose message was lost."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableEntity, UpdateMode

from operators.cloud.keys import decode_key, encode_key
from operators.cloud.storage import Storage, faults

_TABLE = "due"
_ONE = "one"


@dataclass(frozen=True)
class Due:
    """When an app's next step should have begun at the latest."""

    app: str
    at: datetime
    error: str
    """What the last invocation died of, where it could still say so; empty otherwise."""
    etag: str


class DueTable:
    """Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, app: str, at: datetime, error: str = "") -> None:
        """Have the app looked after if nothing happens until then."""
        table = await self._storage.table(_TABLE)
        row = {"PartitionKey": _ONE, "RowKey": encode_key(app), "at": at, "error": error[:2000]}
        async with faults(f"due {app}"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def get(self, app: str) -> Due | None:
        """The app's row."""
        table = await self._storage.table(_TABLE)
        async with faults(f"due {app}"):
            try:
                row = await table.get_entity(_ONE, encode_key(app))
            except ResourceNotFoundError:
                return None
        return _due(row)

    async def all(self) -> AsyncIterator[Due]:
        """Every app with a next step."""
        table = await self._storage.table(_TABLE)
        async with faults("due apps"):
            async for row in table.query_entities("PartitionKey eq @one", parameters={"one": _ONE}):
                yield _due(row)

    async def remove(self, due: Due) -> None:
        """Nothing is due any more, unless somebody has said otherwise since this row was read."""
        table = await self._storage.table(_TABLE)
        async with faults(f"due {due.app}"):
            try:
                await table.delete_entity(
                    _ONE, encode_key(due.app), etag=due.etag, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return


def _due(row: TableEntity) -> Due:
    return Due(app=decode_key(row["RowKey"]), at=row["at"], error=row.get("error", ""), etag=str(row.metadata["etag"]))
