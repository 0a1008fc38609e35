"""Table `switches`: the few rows that hold for everybody."""

from datetime import datetime, timedelta

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode

from operators.cloud.storage import Storage, faults
from operators.core.gate import Freeze

_TABLE = "switches"
_ONE = "one"


class SwitchesTable:
    """Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def freeze(self) -> Freeze | None:
        """The freeze in force."""
        table = await self._storage.table(_TABLE)
        async with faults("the freeze switch"):
            try:
                row = await table.get_entity(_ONE, "freeze")
            except ResourceNotFoundError:
                return None
        return Freeze.model_validate_json(row["data"])

    async def set_freeze(self, freeze: Freeze | None) -> None:
        """Throw the switch, or lift it."""
        table = await self._storage.table(_TABLE)
        async with faults("the freeze switch"):
            if freeze is None:
                await table.delete_entity(_ONE, "freeze")
                return
            row = {"PartitionKey": _ONE, "RowKey": "freeze", "data": freeze.model_dump_json()}
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def turn(self, name: str, every: timedelta, now: datetime) -> bool:
        """Whether it is the caller's turn to do what is done at most once in `every`, for everybody."""
        table = await self._storage.table(_TABLE)
        key = f"turn:{name}"
        row = {"PartitionKey": _ONE, "RowKey": key, "at": now}
        async with faults(f"turn {name}"):
            try:
                last = await table.get_entity(_ONE, key)
            except ResourceNotFoundError:
                last = None
            try:
                if last is None:
                    await table.create_entity(row)
                    return True
                if now - last["at"] < every:
                    return False
                await table.update_entity(
                    row,
                    mode=UpdateMode.REPLACE,
                    etag=str(last.metadata["etag"]),
                    match_condition=MatchConditions.IfNotModified,
                )
            except (ResourceExistsError, ResourceModifiedError):
                return False
        return True
