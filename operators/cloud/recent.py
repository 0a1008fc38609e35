"""Table `recent`: everyone's rollouts, newest first."""

from datetime import datetime

from azure.data.tables import UpdateMode

from operators.cloud.keys import encode_key
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
        """Write the rollout's line; the same line each time."""
        table = await self._storage.table(_RECENT)
        row = {"PartitionKey": _ONE, "RowKey": _row_key(rollout), "data": rollout.model_dump_json()}
        async with faults(f"recent {rollout.app}"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def page(self, top: int, skip: str | None) -> tuple[tuple[Rollout, ...], str | None]:
        """A page, and where the next one begins."""
        table = await self._storage.table(_RECENT)
        query = "PartitionKey eq @one and RowKey ge @start"
        rows: list[tuple[str, str]] = []
        async with faults("recent rollouts"):
            async for row in table.query_entities(query, parameters={"one": _ONE, "start": skip or "0"}):
                rows.append((row["RowKey"], row["data"]))
                if len(rows) > top:
                    break
        after = rows[top][0] if len(rows) > top else None
        return tuple(Rollout.model_validate_json(data) for _, data in rows[:top]), after


def _row_key(rollout: Rollout) -> str:
    return encode_key(f"{inverted(rollout.created_at)}:{rollout.app}:{rollout.sequence:08d}")


def inverted(at: datetime) -> str:
    """A key that sorts newest first."""
    return f"{_LAST_INSTANT_MS - round(at.timestamp() * 1000):015d}"
