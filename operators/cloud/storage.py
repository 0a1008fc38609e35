"""The storage account: clients for its tables and queues, made on first use, and its faults in our words."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.data.tables.aio import TableClient, TableServiceClient
from azure.storage.queue import BinaryBase64DecodePolicy, BinaryBase64EncodePolicy
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from operators.core.clouds import PUBLIC, Cloud
from operators.errors import Forbidden, Permanent, PulleyError, Temporary

Transport = AsyncHttpTransport[Any, Any]
_TIMEOUTS: Final[dict[str, Any]] = {"retry_total": 0, "connection_timeout": 5, "read_timeout": 10}


class Storage:
    """Tables and queues of one storage account, by connection string or by the operator's identity."""

    def __init__(
        self,
        *,
        connection_string: str | None = None,
        account: str | None = None,
        cloud: Cloud = PUBLIC,
        credential: AsyncTokenCredential | None = None,
        table_transport: Transport | None = None,
        queue_transport: Transport | None = None,
    ) -> None:
        self._tables = _table_service(
            connection_string, f"https://{account}.table.{cloud.storage_suffix}", credential, table_transport
        )
        self._queues = _queue_service(
            connection_string, f"https://{account}.queue.{cloud.storage_suffix}", credential, queue_transport
        )
        self._table_clients: dict[str, TableClient] = {}
        self._queue_clients: dict[str, QueueClient] = {}

    async def table(self, name: str) -> TableClient:
        """The table, made if it is missing. A process asks that once, and makes its client once: that is not cheap."""
        if name not in self._table_clients:
            client = self._tables.get_table_client(name)
            await _make(f"table {name}", client.create_table)
            self._table_clients[name] = client
        return self._table_clients[name]

    async def queue(self, name: str) -> QueueClient:
        """The queue, made if it is missing; messages are base64, as host.json's `messageEncoding` says."""
        if name not in self._queue_clients:
            client = self._queues.get_queue_client(
                name, message_encode_policy=BinaryBase64EncodePolicy(), message_decode_policy=BinaryBase64DecodePolicy()
            )
            await _make(f"queue {name}", client.create_queue)
            self._queue_clients[name] = client
        return self._queue_clients[name]

    async def close(self) -> None:
        """Close the connections."""
        await self._tables.close()
        await self._queues.close()


async def _make(what: str, create: Callable[[], Awaitable[object]]) -> None:
    async with faults(f"create {what}"):
        with suppress(ResourceExistsError):
            await create()


@asynccontextmanager
async def faults(what: str) -> AsyncIterator[None]:
    """Turn what the storage SDKs raise into our errors. 404, 409 and 412 are answers: catch them inside."""
    try:
        yield
    except AzureError as error:
        raise fault(what, error) from error


def fault(what: str, error: AzureError) -> PulleyError:
    """The storage SDK's exception as one of ours."""
    status = error.status_code if isinstance(error, HttpResponseError) else None
    reason = f"{status or 'no answer'}: {str(error.message).splitlines()[0][:200]}"
    if status is None or status in (408, 429) or status >= 500:
        return Temporary(what, reason)
    if status == 403:
        return Forbidden(what, reason, "grant the operator's identity Storage Table and Queue Data Contributor")
    return Permanent(what, reason)


def answered(error: AzureError) -> bool:
    """Whether the service said no, so that nothing was written; without an answer the write may have happened."""
    return isinstance(error, HttpResponseError) and error.status_code is not None and error.status_code < 500


def service_time(response: Any) -> datetime:
    """The storage service's own clock, from the Date header: the one clock that all instances share."""
    return parsedate_to_datetime(response.http_response.headers["Date"])


def _table_service(
    connection_string: str | None,
    address: str,
    credential: AsyncTokenCredential | None,
    transport: Transport | None,
) -> TableServiceClient:
    options: dict[str, Any] = dict(_TIMEOUTS) | ({"transport": transport} if transport else {})
    if connection_string:
        return TableServiceClient.from_connection_string(connection_string, **options)
    return TableServiceClient(address, credential=credential, **options)


def _queue_service(
    connection_string: str | None,
    address: str,
    credential: AsyncTokenCredential | None,
    transport: Transport | None,
) -> QueueServiceClient:
    options: dict[str, Any] = dict(_TIMEOUTS) | ({"transport": transport} if transport else {})
    if connection_string:
        return QueueServiceClient.from_connection_string(connection_string, **options)
    return QueueServiceClient(address, credential=credential, **options)
