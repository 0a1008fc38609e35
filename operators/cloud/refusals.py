"""Table `refusals`: what came in and could not be used, by day, newest first."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import uuid4

from operators.cloud.recent import inverted
from operators.cloud.storage import Storage, faults
from operators.core.model import Instant, Model

_REFUSALS = "refusals"


class Refusal(Model):
    """Something that came in and could not be used."""

    at: Instant
    reason: str
    detail: str


class RefusalsTable:
    """What could not be used, newest first, by day. Raises operators.errors.Temporary without an answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, refusal: Refusal) -> None:
        """Record one."""
        table = await self._storage.table(_REFUSALS)
        row = {
            "PartitionKey": f"{refusal.at:%F}",
            "RowKey": f"{inverted(refusal.at)}:{uuid4().hex[:8]}",
            "data": refusal.model_dump_json(),
        }
        async with faults("record a refusal"):
            await table.create_entity(row)

    async def of_day(self, day: datetime) -> AsyncIterator[Refusal]:
        """Those of one day (UTC)."""
        table = await self._storage.table(_REFUSALS)
        async with faults("refusals"):
            async for row in table.query_entities("PartitionKey eq @day", parameters={"day": f"{day:%F}"}):
                yield Refusal.model_validate_json(row["data"])
