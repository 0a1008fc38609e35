"""Table `refusals`: what came in and could not be used, by day, newest first."""

from datetime import date
from uuid import uuid4

from operators.cloud import paging
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

    async def of_day(self, day: date, top: int, skip: str | None = None) -> tuple[tuple[Refusal, ...], str | None]:
        """A page of one day's (UTC), and where the next one begins."""
        table = await self._storage.table(_REFUSALS)
        query, given = "PartitionKey eq @day and RowKey ge @start", {"day": f"{day:%F}", "start": skip or "0"}
        async with faults("refusals"):
            found, after = await paging.page(table.query_entities(query, parameters=given), top)
        return tuple(map(Refusal.model_validate_json, found)), after
