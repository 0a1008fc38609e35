"""Table `grants`: the role assignments that Pulley gave, app by app; the same grant is one row."""

from collections.abc import AsyncIterator

from azure.data.tables import UpdateMode

from operators.cloud.keys import encode_key
from operators.cloud.storage import Storage, faults
from operators.core.access.granting import Grant

_TABLE = "grants"


class GrantsTable:
    """Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, grant: Grant) -> None:
        """Record it, as intended or with its result."""
        table = await self._storage.table(_TABLE)
        row = {"PartitionKey": encode_key(grant.app), "RowKey": grant.role.name, "data": grant.model_dump_json()}
        async with faults(f"grant for {grant.app}"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def of(self, app: str) -> AsyncIterator[Grant]:
        """Those for one app."""
        table = await self._storage.table(_TABLE)
        async with faults(f"grants for {app}"):
            async for row in table.query_entities("PartitionKey eq @app", parameters={"app": encode_key(app)}):
                yield Grant.model_validate_json(row["data"])
