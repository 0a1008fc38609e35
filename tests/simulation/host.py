"""The queue host of one instance, after the real one: invisibility, dequeue count, retry delay and poison queue."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from operators.cloud.queues import LOOKS, REFRESH, LookMessage
from operators.errors import PulleyError
from tests.simulation.instance import Instance
from tests.simulation.stage import Stage

_INVISIBLE = 600
_AGAIN_AFTER = 10
_TRIES = 5
_BATCH = 16
_POLLING = 2.0
"""Seconds; the last four are host.json's."""

Handle = Callable[[QueueMessage], Awaitable[object]]


class QueueHost:
    """Listens to the operator's queues."""

    def __init__(self, instance: Instance, stage: Stage) -> None:
        self._instance = instance
        self._stage = stage

    def start(self) -> None:
        """Begin to listen."""
        operator = self._instance.operator
        handles: dict[str, Handle] = {
            LOOKS: lambda message: operator.reconcile.run(LookMessage.read(message.content), owner=message.id),
            f"{LOOKS}-poison": lambda message: operator.sweep.poisoned(
                LookMessage.read(message.content), owner=message.id
            ),
            REFRESH: lambda message: operator.inventory.refresh_if_due(message.id),
        }
        for name, handle in handles.items():
            self._instance.start(f"{name} listener", partial(self._listen, name, handle))

    async def _listen(self, name: str, handle: Handle) -> None:
        while True:
            try:
                queue = await self._instance.storage.queue(name)
                await self._until_message(name)
                batch = [message async for message in _received(queue)]
            except (AzureError, PulleyError):
                await asyncio.sleep(_POLLING)
                continue
            for message in batch:
                self._instance.start(f"{name} host", partial(self._work, name, message, handle))

    async def _until_message(self, name: str) -> None:
        """Polling an empty queue changes nothing: wait for as long as polls would find it empty."""
        while (seconds := self._hidden_for(name)) is None or seconds > 0:
            bell = self._stage.bells[name]
            bell.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await bell.wait()
            await asyncio.sleep(self._stage.chance.uniform(0.1, _POLLING))  # the time since the last poll

    def _hidden_for(self, name: str) -> float | None:
        """How many seconds until a message is visible; None where there is none."""
        visible = [message.next_visible_on for message in self._stage.storage.queues.messages(name)]
        return (min(visible) - self._stage.now()).total_seconds() if visible else None

    async def _work(self, name: str, message: QueueMessage, handle: Handle) -> None:
        count = message.dequeue_count or 0
        done = count <= _TRIES and await self._instance.call(name, lambda: handle(message), owner=message.id)
        try:
            queue = await self._instance.storage.queue(name)
            if done:
                await queue.delete_message(message)
            elif count >= _TRIES:
                self._stage.trace.note(self._instance.name, "a message of %s is poisonous", name)
                poison = await self._instance.storage.queue(f"{name}-poison")
                await poison.send_message(message.content)
                await queue.delete_message(message)
            else:
                await queue.update_message(message, visibility_timeout=_AGAIN_AFTER)
        except (AzureError, PulleyError):
            return  # it becomes visible again by itself, and is run again


def _received(queue: QueueClient):  # type: ignore[no-untyped-def] # the SDK names no type for its pages
    return queue.receive_messages(messages_per_page=_BATCH, max_messages=_BATCH, visibility_timeout=_INVISIBLE)
