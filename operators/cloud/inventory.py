"""Tables `inventory` (subscription / app) and `follows` (registry and repository / app)."""

from collections.abc import AsyncIterator

from azure.core.exceptions import ResourceNotFoundError
from azure.data.tables import UpdateMode

from operators.cloud.keys import encode_key
from operators.cloud.row_texts import as_texts, text_of
from operators.cloud.storage import Storage, faults
from operators.core.apps import AppId
from operators.core.inventory import Entry, Follower

_INVENTORY = "inventory"
_FOLLOWS = "follows"


class InventoryTable:
    """What exists. Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, entry: Entry) -> None:
        """Store an app as it was seen."""
        table = await self._storage.table(_INVENTORY)
        row = {
            "PartitionKey": entry.site.id.subscription,
            "RowKey": encode_key(entry.site.id.key),
            **as_texts(entry),
        }
        async with faults(f"inventory of {entry.site.id.key}"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def get(self, app: AppId) -> Entry | None:
        """An app as it was last seen; None where it never was."""
        table = await self._storage.table(_INVENTORY)
        async with faults(f"inventory of {app.key}"):
            try:
                row = await table.get_entity(app.subscription, encode_key(app.key))
            except ResourceNotFoundError:
                return None
        return Entry.model_validate_json(text_of(row))

    async def remove(self, app: AppId) -> None:
        """Forget an app that was seen to be gone."""
        table = await self._storage.table(_INVENTORY)
        async with faults(f"inventory of {app.key}"):
            await table.delete_entity(app.subscription, encode_key(app.key))

    async def entries(self, start: str = "") -> AsyncIterator[Entry]:
        """Every app, ordered by its key (which begins with the subscription), from `start` on."""
        table = await self._storage.table(_INVENTORY)
        async with faults("the inventory"):
            async for row in table.query_entities("RowKey ge @start", parameters={"start": encode_key(start)}):
                yield Entry.model_validate_json(text_of(row))


class FollowsTable:
    """Who follows which repository. Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def of(self, registry: str, repository: str) -> tuple[Follower, ...]:
        """Who follows this repository: the one read of a push."""
        table = await self._storage.table(_FOLLOWS)
        async with faults(f"followers of {registry}/{repository}"):
            rows = table.query_entities("PartitionKey eq @key", parameters={"key": _partition(registry, repository)})
            return tuple([Follower.model_validate_json(row["data"]) async for row in rows])

    async def all(self) -> AsyncIterator[Follower]:
        """Everybody, by repository."""
        table = await self._storage.table(_FOLLOWS)
        async with faults("all followers"):
            async for row in table.list_entities():
                yield Follower.model_validate_json(row["data"])

    async def put(self, follower: Follower) -> None:
        """Add or change one."""
        table = await self._storage.table(_FOLLOWS)
        row = {
            "PartitionKey": _partition(follower.registry, follower.repository),
            "RowKey": encode_key(follower.app),
            "data": follower.model_dump_json(),
        }
        async with faults(f"follower {follower.app}"):
            await table.upsert_entity(row, mode=UpdateMode.REPLACE)

    async def remove(self, follower: Follower) -> None:
        """Take one out."""
        table = await self._storage.table(_FOLLOWS)
        async with faults(f"follower {follower.app}"):
            await table.delete_entity(_partition(follower.registry, follower.repository), encode_key(follower.app))


def _partition(registry: str, repository: str) -> str:
    return encode_key(f"{registry.lower()}/{repository}")
