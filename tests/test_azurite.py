"""Does the emulator start, serve and end as the tests and `local up` rely on?"""

from pathlib import Path

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueClient

from local import azurite as emulator


async def test_it_serves_queues_and_tables(azurite: str) -> None:
    """The yielded connection string reaches a queue and a table through Microsoft's own clients."""
    async with QueueClient.from_connection_string(azurite, "hello") as queue:
        await queue.create_queue()
        await queue.send_message("one")
        received = await queue.receive_message()
        assert received is not None
        assert received.content == "one"
    async with TableServiceClient.from_connection_string(azurite) as tables:
        table = await tables.create_table("hello")
        await table.create_entity({"PartitionKey": "p", "RowKey": "r", "n": 1})
        assert (await table.get_entity("p", "r"))["n"] == 1


async def test_a_location_keeps_the_data_between_two_runs(tmp_path: Path) -> None:
    """What one run stored in a folder, the next run on the same folder finds."""
    async with (
        emulator.azurite(tmp_path) as running,
        QueueClient.from_connection_string(running.connection_string, "kept") as queue,
    ):
        await queue.create_queue()
        await queue.send_message("still here")
    async with (
        emulator.azurite(tmp_path) as running,
        QueueClient.from_connection_string(running.connection_string, "kept") as queue,
    ):
        received = await queue.receive_message()
        assert received is not None
        assert received.content == "still here"


async def test_a_port_in_use_is_a_clear_error(azurite: str) -> None:
    """A second emulator on the first one's ports raises AzuriteError instead of serving somebody else's data."""
    endpoints = dict(part.split("=", 1) for part in azurite.rstrip(";").split(";"))
    blob, queue, table = (
        int(endpoints[f"{service}Endpoint"].split(":")[2].split("/")[0]) for service in ("Blob", "Queue", "Table")
    )
    with pytest.raises(emulator.AzuriteError, match="ended while starting"):
        async with emulator.azurite(ports=(blob, queue, table)):
            pass


def test_the_default_ports_are_the_well_known_ones() -> None:
    """`UseDevelopmentStorage=true` means these endpoints in every Azure SDK."""
    assert emulator.at_ports().queue_url == "http://127.0.0.1:10001/devstoreaccount1"
