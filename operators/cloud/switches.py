"""Table `switches`: the few rows that hold for everybody."""

from datetime import datetime, timedelta

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode

from operators.cloud.storage import Storage, faults
from operators.core.gate import Freeze, Lift

_TABLE = "switches"
_ONE = "one"


class SwitchesTable:
    """Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def freeze(self) -> Freeze | None:
        """The freeze in force."""
        return await self._read("freeze", Freeze)

    async def set_freeze(self, freeze: Freeze) -> None:
        """Throw the switch."""
        await self._put("freeze", freeze)

    async def lift_freeze(self, lift: Lift) -> None:
        """Lift the switch, and keep who did."""
        await self._put("lift", lift)
        table = await self._storage.table(_TABLE)
        async with faults("the freeze switch"):
            await table.delete_entity(_ONE, "freeze")

    async def last_lift(self) -> Lift | None:
        """Who lifted the switch last; None where nobody ever did."""
        return await self._read("lift", Lift)

    async def turn(self, name: str, every: timedelta, now: datetime, owner: str) -> bool:
        """Whether it is the caller's turn to do what is done at most once in `every`, for everybody.

        `owner` had it last and comes again: it did not get to its end.
        """
        table = await self._storage.table(_TABLE)
        key = f"turn:{name}"
        row = {"PartitionKey": _ONE, "RowKey": key, "at": now, "owner": owner}
        async with faults(f"turn {name}"):
            try:
                last = await table.get_entity(_ONE, key)
            except ResourceNotFoundError:
                last = None
            try:
                if last is None:
                    await table.create_entity(row)
                    return True
                if now - last["at"] < every and last.get("owner") != owner:
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

    async def _read[Said: (Freeze, Lift)](self, key: str, kind: type[Said]) -> Said | None:
        table = await self._storage.table(_TABLE)
        async with faults("the freeze switch"):
            try:
                row = await table.get_entity(_ONE, key)
            except ResourceNotFoundError:
                return None
        return kind.model_validate_json(row["data"])

    async def _put(self, key: str, said: Freeze | Lift) -> None:
        table = await self._storage.table(_TABLE)
        row = {"PartitionKey": _ONE, "RowKey": key, "data": said.model_dump_json()}
        async with faults("the freeze switch"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def last(self, name: str) -> str | None:
        """Who was last in a round that everybody goes on with."""
        table = await self._storage.table(_TABLE)
        async with faults(f"round {name}"):
            try:
                return str((await table.get_entity(_ONE, f"round:{name}"))["last"])
            except ResourceNotFoundError:
                return None

    async def set_last(self, name: str, last: str) -> None:
        """Go on after this one next time."""
        table = await self._storage.table(_TABLE)
        async with faults(f"round {name}"):
            row = {"PartitionKey": _ONE, "RowKey": f"round:{name}", "last": last}
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)
