"""An emptied storage account for a test, and a network that loses answers."""

from collections.abc import Awaitable, Callable
from typing import Any

from azure.core.exceptions import ServiceResponseError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueServiceClient


async def empty(connection_string: str) -> None:
    """Remove every table and queue."""
    async with TableServiceClient.from_connection_string(connection_string) as tables:
        async for table in tables.list_tables():
            await tables.delete_table(table.name)
    async with QueueServiceClient.from_connection_string(connection_string) as queues:
        async for queue in queues.list_queues():
            await queues.delete_queue(queue)


class LosingTransport(AioHttpTransport):  # type: ignore[misc] # azure-core hands it out by an untyped __getattr__
    """The real network, but the answers to the chosen requests get lost after they had their effect."""

    def __init__(self) -> None:
        super().__init__()
        self.lose: Callable[[Any], bool] = lambda request: False
        self.lost = 0
        self.before: Callable[[Any], Awaitable[None]] | None = None
        """Called before each request is sent: what somebody else does in between."""

    async def send(self, request: Any, **options: Any) -> Any:
        """Send it; lose the answer where it was chosen."""
        if self.before is not None:
            await self.before(request)
        response = await super().send(request, **options)
        if self.lose(request):
            self.lost += 1
            raise ServiceResponseError("the answer was lost")
        return response
