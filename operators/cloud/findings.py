"""Table `findings` (app / kind): what is under way on apps and is not ours; open once it has been for too long."""

from collections.abc import AsyncIterator

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import UpdateMode

from operators.cloud.keys import encode_key
from operators.cloud.storage import Storage, faults
from operators.core.findings import Finding

_TABLE = "findings"


class FindingsTable:
    """Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, finding: Finding) -> None:
        """Add or change one."""
        table = await self._storage.table(_TABLE)
        row = {
            "PartitionKey": encode_key(finding.app),
            "RowKey": str(finding.kind),
            "data": finding.model_dump_json(),
        }
        async with faults(f"findings of {finding.app}"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def remove(self, finding: Finding) -> None:
        """Clear one; that it is gone already is fine."""
        table = await self._storage.table(_TABLE)
        async with faults(f"findings of {finding.app}"):
            try:
                await table.delete_entity(encode_key(finding.app), str(finding.kind))
            except ResourceNotFoundError:
                return

    async def of(self, app: str) -> tuple[Finding, ...]:
        """One app's, the open ones and those within their budget."""
        table = await self._storage.table(_TABLE)
        async with faults(f"findings of {app}"):
            rows = table.query_entities("PartitionKey eq @app", parameters={"app": encode_key(app)})
            return tuple([Finding.model_validate_json(row["data"]) async for row in rows])

    async def all(self, start: str = "") -> AsyncIterator[tuple[str, Finding]]:
        """Everybody's, each with its place, in their order and from a place on."""
        table = await self._storage.table(_TABLE)
        partition = start.partition(" ")[0]
        async with faults("all findings"):
            async for row in table.query_entities("PartitionKey ge @start", parameters={"start": partition}):
                place = f"{row['PartitionKey']} {row['RowKey']}"
                if place >= start:
                    yield place, Finding.model_validate_json(row["data"])
