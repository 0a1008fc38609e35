"""The contract of Queue Storage as the operator and the host rely on it, on Azurite and in memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.storage.queue.aio import QueueClient

from tests.storage import Account


@pytest_asyncio.fixture
async def queue(account: Account) -> AsyncIterator[QueueClient]:
    """An empty queue."""
    client = QueueClient.from_connection_string(
        account.connection_string, "looks", transport=account.queue_transport(), retry_total=0
    )
    async with client:
        await client.create_queue()
        yield client


async def test_a_message_comes_as_it_was_sent(queue: QueueClient) -> None:
    """Markup and quotes in it too; the first taking counts one."""
    await queue.send_message("<a>&\"'")
    message = await queue.receive_message()
    assert message is not None
    assert (message.content, message.dequeue_count) == ("<a>&\"'", 1)


async def test_a_taken_message_is_hidden_for_its_time(queue: QueueClient) -> None:
    """Nobody else gets it meanwhile; then it comes again, counted, with another receipt."""
    await queue.send_message("x")
    first = await queue.receive_message(visibility_timeout=2)
    assert first is not None
    assert await queue.receive_message() is None
    await asyncio.sleep(2.2)
    second = await queue.receive_message()
    assert second is not None
    assert (second.id, second.dequeue_count) == (first.id, 2)
    with pytest.raises(HttpResponseError):
        await queue.delete_message(first)
    await queue.delete_message(second)
    assert (await queue.get_queue_properties()).approximate_message_count == 0


async def test_a_delayed_message_waits(queue: QueueClient) -> None:
    """It is there and hidden until its time."""
    await queue.send_message("x", visibility_timeout=2)
    assert await queue.receive_message() is None
    assert (await queue.get_queue_properties()).approximate_message_count == 1
    await asyncio.sleep(2.2)
    assert await queue.receive_message() is not None


async def test_hiding_anew_changes_the_receipt(queue: QueueClient) -> None:
    """The old receipt is worth nothing; the text stays; with no time it is there at once."""
    await queue.send_message("x")
    message = await queue.receive_message(visibility_timeout=600)
    assert message is not None
    renewed = await queue.update_message(message, visibility_timeout=0)
    assert renewed.pop_receipt != message.pop_receipt
    again = await queue.receive_message()
    assert again is not None
    assert again.content == "x"


async def test_batches_are_taken_in_order(queue: QueueClient) -> None:
    """Oldest first, as many as asked for."""
    for number in range(5):
        await queue.send_message(str(number))
    taken = [one.content async for one in queue.receive_messages(messages_per_page=3, max_messages=3)]
    assert taken == ["0", "1", "2"]


async def test_what_is_gone_is_gone(queue: QueueClient) -> None:
    """A deleted message cannot be deleted or hidden again, and a cleared queue is empty."""
    await queue.send_message("x")
    message = await queue.receive_message()
    assert message is not None
    await queue.delete_message(message)
    for late in (queue.delete_message(message), queue.update_message(message)):
        with pytest.raises(ResourceNotFoundError):
            await late
    await queue.send_message("y")
    await queue.clear_messages()
    assert await queue.receive_message() is None


async def test_a_queue_is_made_once(queue: QueueClient) -> None:
    """Making it again says so; without it everything is 404."""
    with pytest.raises(ResourceExistsError):
        await queue.create_queue()
    await queue.delete_queue()
    with pytest.raises(ResourceNotFoundError):
        await queue.send_message("x")
