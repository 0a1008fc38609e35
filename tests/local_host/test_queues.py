"""Do queue messages reach their function, and does none get lost that fails?"""

import asyncio
import base64
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from local.host.configuration import QueueOptions
from local.host.payloads import QueuePayload
from local.host.queues import QueueListener
from local.host.stopping import Stopping
from tests.local_host.serving import Served


def encoded(text: str) -> str:
    """Answer a text as host.json's base64 expects it."""
    return base64.b64encode(text.encode()).decode()


@asynccontextmanager
async def queue(azurite: str, name: str) -> AsyncIterator[QueueClient]:
    """Open a queue that may not exist yet."""
    async with QueueClient.from_connection_string(azurite, name) as client:
        yield client


async def bodies(client: QueueClient) -> list[str]:
    """Answer the visible messages, or none where the queue does not exist."""
    try:
        return [message.content for message in await client.peek_messages(max_messages=32)]
    except ResourceNotFoundError:
        return []


async def until(condition: Callable[[], Awaitable[Any] | Any]) -> None:
    """Wait until a condition holds; fails after 10 s."""
    async with asyncio.timeout(10):
        while True:
            holds = condition()
            if await holds if isinstance(holds, Awaitable) else holds:
                return
            await asyncio.sleep(0.02)


# Through the whole host: what the function sees


async def test_a_message_reaches_its_function_with_its_metadata(host: Served, azurite: str) -> None:
    """Body, id, dequeue count, times and receipt are those of the message, which is then gone."""
    async with queue(azurite, "typed") as client:
        sent = await client.send_message(encoded("hello Ω"))
        note = (await host.noted_at_least(1, "typed_message", body="hello Ω"))[0]
        assert (note["id"], note["dequeue_count"]) == (sent.id, 1)
        assert all(note[field] for field in ("inserted", "expires", "next_visible", "pop_receipt"))
        await host.logged("Reason='New queue message detected on 'typed'.'")
        assert sent.id not in [message.id for message in await client.peek_messages(max_messages=32)]


async def test_a_function_without_types_and_async_takes_messages(host: Served, azurite: str) -> None:
    """The same holds for the simplest form of a function."""
    async with queue(azurite, "untyped") as client:
        await client.send_message(encoded("plain"))
        await host.noted_at_least(1, "untyped_message", body="plain")


async def test_a_failed_message_comes_back_after_the_retry_delay(host: Served, azurite: str) -> None:
    """host.json's visibilityTimeout of one second passes, then the function has it again with a higher count."""
    async with queue(azurite, "typed") as client:
        await client.send_message(encoded("fail once"))
        first, second = await host.noted_at_least(2, "typed_message", body="fail once")
        assert (first["dequeue_count"], second["dequeue_count"]) == (1, 2)
        assert second["at"] - first["at"] > 0.9


async def test_a_message_that_fails_too_often_is_poison(host: Served, azurite: str) -> None:
    """After host.json's maxDequeueCount of two it is in the poison queue, with the same body."""
    async with queue(azurite, "typed") as client, queue(azurite, "typed-poison") as poison:
        await client.send_message(encoded("fail"))
        await host.noted_at_least(2, "typed_message", body="fail")
        await until(lambda: bodies(poison))
        assert await bodies(poison) == [encoded("fail")]
        assert len(await host.noted_at_least(2, "typed_message", body="fail")) == 2


# The listener alone, with a function of the test's own


class Work:
    """Notes which messages run and how many at once; each waits until it may end."""

    def __init__(self, fails: Iterable[str] = ()) -> None:
        self.fails = set(fails)
        self.started: list[str] = []
        self.at_once = 0
        self.most_at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def execute(self, message: QueuePayload) -> bool:
        """Run one message."""
        self.started.append(message.text)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self.gate.wait()
        self.at_once -= 1
        return message.text not in self.fails


@asynccontextmanager
async def listening(
    azurite: str,
    work: Work,
    waiting: Iterable[str] = (),
    invisibility: timedelta = timedelta(minutes=10),
    **options: Any,
) -> AsyncIterator[tuple[QueueClient, QueueClient]]:
    """Listen on a queue of its own, in which messages may wait; yields it and its poison queue; then ends it."""
    name = f"q{uuid.uuid4().hex}"
    parsed = QueueOptions.model_validate({"maxPollingInterval": "00:00:00.100", "messageEncoding": "none", **options})
    listener = QueueListener(azurite, name, parsed, work.execute, invisibility)
    stopping = Stopping()
    async with queue(azurite, name) as client, queue(azurite, f"{name}-poison") as poison:
        if waiting:
            await client.create_queue()
        for text in waiting:
            await client.send_message(text)
        running = asyncio.create_task(listener.run(stopping))
        await until(lambda: exists(client))
        try:
            yield client, poison
        finally:
            stopping.request()
            work.gate.set()
            async with asyncio.timeout(10):
                await running


async def exists(client: QueueClient) -> bool:
    """Whether a queue exists."""
    try:
        await client.get_queue_properties()
    except ResourceNotFoundError:
        return False
    return True


async def is_empty(client: QueueClient) -> bool:
    """Whether nothing is left in a queue, hidden messages included."""
    return (await client.get_queue_properties()).approximate_message_count == 0


async def test_no_more_than_a_batch_and_its_refill_run_at_once(azurite: str) -> None:
    """With batches of 2 refilled at 1, two run first; more come once one is done, so never more than three at once."""
    work = Work()
    work.gate.clear()
    async with listening(azurite, work, "01234", batchSize=2, newBatchThreshold=1):
        await until(lambda: work.started)
        await asyncio.sleep(0.5)
        assert work.started == ["0", "1"]
        work.gate.set()
        await until(lambda: len(work.started) == 5)
    assert sorted(work.started) == ["0", "1", "2", "3", "4"]
    assert work.most_at_once <= 3


async def test_a_message_stays_invisible_while_its_function_runs(azurite: str) -> None:
    """Two renewals of a short invisibility later it has run once, and its last receipt deletes it."""
    work = Work()
    work.gate.clear()
    async with listening(azurite, work, invisibility=timedelta(seconds=3)) as (client, _):
        await client.send_message("long")
        await asyncio.sleep(3.5)
        work.gate.set()
        await until(lambda: work.at_once == 0)
        await until(lambda: is_empty(client))
    assert work.started == ["long"]


async def test_a_message_in_the_wrong_encoding_is_poison_at_once(azurite: str) -> None:
    """Trying again would not help it; the function never sees it and the others go on."""
    work = Work()
    messages = ("{not base64}", encoded("good"))
    async with listening(azurite, work, messages, messageEncoding="base64") as (_, poison):
        await until(lambda: bodies(poison))
        await until(lambda: work.started)
        assert await bodies(poison) == ["{not base64}"]
    assert work.started == ["good"]


async def test_a_message_that_ended_its_process_each_time_is_poison(azurite: str) -> None:
    """A message received more often than it may be, though never settled, is not run once more."""
    work = Work()
    work.gate.clear()
    async with listening(azurite, work, maxDequeueCount=1, batchSize=1, newBatchThreshold=0) as (client, poison):
        await client.send_message("occupies")
        await until(lambda: work.started)
        await client.send_message("crashes", visibility_timeout=0)
        taken = await client.receive_message(visibility_timeout=1)
        assert taken is not None
        await asyncio.sleep(1.1)
        work.gate.set()
        await until(lambda: bodies(poison))
        assert await bodies(poison) == ["crashes"]
    assert work.started == ["occupies"]


async def test_a_deleted_queue_is_made_again(azurite: str) -> None:
    """The listener goes on with a new queue of the same name."""
    work = Work()
    async with listening(azurite, work) as (client, _):
        await client.delete_queue()
        await until(lambda: exists(client))
        await client.send_message("after")
        await until(lambda: work.started)
    assert work.started == ["after"]


async def test_the_end_waits_for_messages_at_work(azurite: str) -> None:
    """A message that runs when the end is asked for is finished and deleted; those behind it stay in the queue."""
    work = Work()
    work.gate.clear()
    async with listening(azurite, work, ("runs", "waits"), batchSize=1, newBatchThreshold=0) as (client, _):
        await until(lambda: work.started)
        name = client.queue_name
    async with queue(azurite, name) as client:
        assert await bodies(client) == ["waits"]
        assert (await client.get_queue_properties()).approximate_message_count == 1
    assert work.started == ["runs"]
