"""Table `switches`: the few rows that hold for everybody."""

from datetime import datetime, timedelta

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import TableEntity, UpdateMode

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
        row = await self._get("freeze")
        return Freeze.model_validate_json(row["data"]) if row else None

    async def set_freeze(self, freeze: Freeze) -> None:
        """Throw the switch."""
        await self._put("freeze", data=freeze.model_dump_json())

    async def lift_freeze(self, lift: Lift) -> None:
        """Lift the switch, and keep who did."""
        await self._put("lift", data=lift.model_dump_json())
        table = await self._storage.table(_TABLE)
        async with faults("switch freeze"):
            await table.delete_entity(_ONE, "freeze")

    async def last_lift(self) -> Lift | None:
        """Who lifted the switch last; None where nobody ever did."""
        row = await self._get("lift")
        return Lift.model_validate_json(row["data"]) if row else None

    async def turn(self, name: str, every: timedelta, now: datetime, owner: str) -> bool:
        """Whether it is the caller's turn to do what is done at most once in `every`, for everybody.

        `owner` had it last and comes again: it did not get to its end.
        """
        key = f"turn:{name}"
        last, table = await self._get(key), await self._storage.table(_TABLE)
        row = {"PartitionKey": _ONE, "RowKey": key, "at": now, "owner": owner}
        async with faults(f"switch {key}"):
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

    async def last(self, name: str) -> str | None:
        """Who was last in a round that everybody goes on with."""
        row = await self._get(f"round:{name}")
        return str(row["last"]) if row else None

    async def set_last(self, name: str, last: str) -> None:
        """Go on after this one next time."""
        await self._put(f"round:{name}", last=last)

    async def _get(self, key: str) -> TableEntity | None:
        table = await self._storage.table(_TABLE)
        async with faults(f"switch {key}"):
            try:
                return await table.get_entity(_ONE, key)
            except ResourceNotFoundError:
                return None

    async def _put(self, key: str, **columns: str) -> None:
        table = await self._storage.table(_TABLE)
        async with faults(f"switch {key}"):
            await table.upsert_entity({"PartitionKey": _ONE, "RowKey": key, **columns}, mode=UpdateMode.REPLACE)
