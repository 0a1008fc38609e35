"""How do queue messages reach functions, and what becomes of those that fail?

The real host's listener (azure-sdk-for-net: QueueListener, QueueProcessor): a batch at a time, refilled early; ten
minutes of invisibility, renewed at half; a failed message comes back after visibilityTimeout and after
maxDequeueCount tries goes to `<queue>-poison`.
"""

import asyncio
import base64
import logging
from collections.abc import AsyncIterable, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.host.backoff import PollingBackoff
from local.host.configuration import QueueOptions
from local.host.payloads import QueuePayload
from local.host.stopping import Stopping

INVISIBILITY = timedelta(minutes=10)
_CLIENT_OPTIONS: dict[str, Any] = {  # the SDK's own waits 15 s before it tries again
    "retry_total": 2,
    "initial_backoff": 1,
    "increment_base": 1,
    "connection_timeout": 5,
    "read_timeout": 30,
}
_logger = logging.getLogger("host")

Execute = Callable[[QueuePayload], Awaitable[bool]]


class QueueListener:
    """One queue and the function that it triggers."""

    def __init__(
        self,
        connection_string: str,
        queue_name: str,
        options: QueueOptions,
        execute: Execute,
        invisibility: timedelta = INVISIBILITY,
    ) -> None:
        """Listen for `execute`, which answers whether the message is done with."""
        self._service = QueueServiceClient.from_connection_string(connection_string, **_CLIENT_OPTIONS)
        self._queue = self._service.get_queue_client(queue_name)
        self._poison_queue = self._service.get_queue_client(f"{queue_name}-poison")
        self._options = options
        self._execute = execute
        self._invisibility = round(invisibility.total_seconds())
        self._running: set[asyncio.Task[None]] = set()
        self._exists = False
        self._reachable = True

    async def run(self, stopping: Stopping) -> None:
        """Take messages until the end is asked for, then wait for those at work."""
        async with self._service:
            try:
                await self._poll(stopping)
                await asyncio.gather(*self._running)
            finally:
                for task in self._running:
                    task.cancel()

    async def _poll(self, stopping: Stopping) -> None:
        backoff = PollingBackoff(self._options.max_polling_interval)
        found_since_last = False
        while not stopping.requested:
            if await self._take_batch():
                found_since_last = True
                await self._room(stopping)
                continue
            delay = backoff.next_delay(found_since_last)
            found_since_last = False
            await stopping.sleep(delay.total_seconds())

    async def _take_batch(self) -> bool:
        """Start every message of a new batch; False where the queue is empty or out of reach."""
        try:
            if not self._exists:
                await _create(self._queue)
                self._exists = True
            messages = [message async for message in self._receive()]
        except AzureError as error:
            self._out_of_reach(error)
            return False
        self._reachable = True
        for message in messages:
            task = asyncio.create_task(self._process(message))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return bool(messages)

    def _receive(self) -> AsyncIterable[QueueMessage]:
        batch_size = self._options.batch_size
        return self._queue.receive_messages(
            messages_per_page=batch_size, max_messages=batch_size, visibility_timeout=self._invisibility
        )

    def _out_of_reach(self, error: AzureError) -> None:
        """Say it once, and look again whether the queue exists: somebody may have deleted it."""
        self._exists = False
        if self._reachable:
            _logger.warning("The queue '%s' cannot be read: %s", self._queue.queue_name, error)
        self._reachable = False

    async def _room(self, stopping: Stopping) -> None:
        while len(self._running) > self._options.refill_below and not stopping.requested:
            await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED, timeout=1)

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._decide(message)
        except (ResourceNotFoundError, ResourceExistsError):
            _logger.warning("Message %s was taken by somebody else meanwhile", message.id)
        except AzureError as error:
            # It becomes visible again by itself, and is run again.
            _logger.warning("Message %s could not be settled: %s", message.id, error)

    async def _decide(self, message: QueueMessage) -> None:
        try:
            text = self._decoded(message.content)
        except ValueError:
            _logger.error("Message %s is not encoded as %s", message.id, self._options.message_encoding)
            await self._to_poison(message)
            return
        if (message.dequeue_count or 0) > self._options.max_dequeue_count:
            await self._to_poison(message)  # every earlier try ended this process
            return
        finished = Stopping()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._renew(message, finished))
            done = await self._execute(QueuePayload(text=text, metadata=_metadata(message)))
            finished.request()
        await self._settle(message, done)

    async def _settle(self, message: QueueMessage, done: bool) -> None:
        if done:
            await self._queue.delete_message(message)
            return
        if (message.dequeue_count or 0) >= self._options.max_dequeue_count:
            await self._to_poison(message)
            return
        seconds = round(self._options.visibility_timeout.total_seconds())
        await self._queue.update_message(message, visibility_timeout=seconds)

    async def _to_poison(self, message: QueueMessage) -> None:
        """Copy the message as it is, then delete it: between the two it exists twice, never not at all."""
        _logger.warning(
            "Message %s, received %s times, is moved to '%s'",
            message.id,
            message.dequeue_count,
            self._poison_queue.queue_name,
        )
        await _create(self._poison_queue)
        await self._poison_queue.send_message(message.content)
        await self._queue.delete_message(message)

    async def _renew(self, message: QueueMessage, finished: Stopping) -> None:
        """Keep the message invisible while its function runs; each renewal changes its receipt."""
        try:
            while await finished.sleep(self._invisibility / 2):
                renewed = await self._queue.update_message(message, visibility_timeout=self._invisibility)
                message.pop_receipt = renewed.pop_receipt
        except AzureError as error:
            _logger.warning("Message %s could not be kept invisible, it may run twice: %s", message.id, error)

    def _decoded(self, content: str) -> str:
        """Raises ValueError for what is not in host.json's messageEncoding."""
        if self._options.message_encoding == "none":
            return content
        return base64.b64decode(content, validate=True).decode()


async def _create(queue: QueueClient) -> None:
    try:
        await queue.create_queue()
    except ResourceExistsError:
        return


def _metadata(message: QueueMessage) -> dict[str, str | int]:
    """Answer the trigger metadata by the names that azure-functions' func.QueueMessage reads."""
    return {
        "Id": message.id,
        "DequeueCount": message.dequeue_count or 0,
        "InsertionTime": _time(message.inserted_on),
        "ExpirationTime": _time(message.expires_on),
        "NextVisibleTime": _time(message.next_visible_on),
        "PopReceipt": message.pop_receipt or "",
    }


def _time(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
