"""Storage accounts for tests, a way to empty one, and a network that loses answers."""

import types
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Self

from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport, AsyncHttpTransport
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient

from local.storage import MemoryStorage
from operators.cloud.storage import Storage

Transport = AsyncHttpTransport[Any, Any]


@dataclass(frozen=True)
class Account:
    """A storage account and the way to its services."""

    connection_string: str
    table_transport: Callable[[], Transport]
    queue_transport: Callable[[], Transport]


def by_network(connection_string: str) -> Account:
    """An account that is reached over sockets."""
    return Account(connection_string, AioHttpTransport, AioHttpTransport)


def in_memory(memory: MemoryStorage) -> Storage:
    """The operator's tables and queues in memory."""
    return Storage(
        connection_string=memory.connection_string,
        table_transport=memory.table_transport(),
        queue_transport=memory.queue_transport(),
    )


async def empty(connection_string: str) -> None:
    """Remove every table and queue."""
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        async for table in tables.list_tables():
            await tables.delete_table(table.name)
    async with QueueServiceClient.from_connection_string(connection_string) as queues:
        async for queue in queues.list_queues():
            await queues.delete_queue(queue)


class LosingTransport(AsyncHttpTransport[Any, Any]):
    """A way to storage on which the answers to the chosen requests get lost after they had their effect."""

    def __init__(self, way: Transport | None = None) -> None:
        self._way = way or AioHttpTransport()
        self.lose: Callable[[Any], bool] = lambda request: False
        self.lost = 0
        self.before: Callable[[Any], Awaitable[None]] | None = None
        """Called before each request is sent: what somebody else does in between."""

    async def send(self, request: Any, **options: Any) -> Any:
        """Send it; lose the answer where it was chosen."""
        if self.before is not None:
            await self.before(request)
        response = await self._way.send(request, **options)
        if self.lose(request):
            self.lost += 1
            raise ServiceResponseError("the answer was lost")
        return response

    async def open(self) -> None:
        """Open the way."""
        await self._way.open()

    async def close(self) -> None:
        """Close the way."""
        await self._way.close()

    async def __aenter__(self) -> Self:
        await self._way.__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: types.TracebackType | None = None,
    ) -> None:
        await self._way.__aexit__(exc_type, exc_value, traceback)
