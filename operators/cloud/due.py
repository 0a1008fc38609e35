"""Table `due`: apps with a next step, so that the sweep finds those whose message was lost."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
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
    untold: tuple[int, ...]
    """Rollouts whose end or news was about to be stored: whether it was published then is not known."""
    etag: str


class DueTable:
    """Raises operators.errors.Temporary where the service gives no answer."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def put(self, app: str, at: datetime, error: str = "") -> None:
        """Have the app looked after if nothing happens until then. What is untold stays so."""
        table = await self._storage.table(_TABLE)
        row = {"PartitionKey": _ONE, "RowKey": encode_key(app), "at": at, "error": error[:2000]}
        async with faults(f"due {app}"):
            await table.upsert_entity(row, mode=UpdateMode.MERGE)

    async def to_tell(self, app: str, at: datetime, news: Sequence[int], known: Due | None) -> Due:
        """The same, before news of these rollouts is stored; `told` or `remove` says that it was published too.

        Added to what is untold, and conditioned on it: a write may take effect long after its answer was given up.
        """
        table = await self._storage.table(_TABLE)
        while True:
            untold = tuple(dict.fromkeys((*(known.untold if known else ()), *news)))
            row = {"PartitionKey": _ONE, "RowKey": encode_key(app), "at": at, "error": ""}
            row["untold"] = ",".join(map(str, untold))
            async with faults(f"due {app}"):
                try:
                    if known is None:
                        answer = await table.create_entity(row)
                    else:
                        answer = await table.update_entity(
                            row, mode=UpdateMode.MERGE, etag=known.etag, match_condition=MatchConditions.IfNotModified
                        )
                    return Due(app=app, at=at, error="", untold=untold, etag=str(answer["etag"]))
                except (ResourceExistsError, ResourceModifiedError):
                    known = await self.get(app)
                except ResourceNotFoundError:
                    if known is None:
                        raise  # the table itself is gone
                    known = None

    async def told(self, due: Due) -> None:
        """Nothing is untold any more, unless somebody has written since this row was read."""
        table = await self._storage.table(_TABLE)
        row = {"PartitionKey": _ONE, "RowKey": encode_key(due.app), "untold": ""}
        async with faults(f"due {due.app}"):
            try:
                await table.update_entity(
                    row, mode=UpdateMode.MERGE, etag=due.etag, match_condition=MatchConditions.IfNotModified
                )
            except (ResourceModifiedError, ResourceNotFoundError):
                return

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
    return Due(
        app=decode_key(row["RowKey"]),
        at=row["at"],
        error=row.get("error", ""),
        untold=tuple(int(one) for one in row.get("untold", "").split(",") if one),
        etag=str(row.metadata["etag"]),
    )
