"""Does the emulator start, serve and end as the tests and `local up` rely on?"""

import asyncio
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from azure.data.tables.aio import TableServiceClient
from azure.storage.queue.aio import QueueClient

from local import azurite as emulator

_AIOHTTP_KEEPS_ONE_SECONDS = 15


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


@pytest.mark.parametrize("service", ["Queue", "Table"])
async def test_an_idle_connection_outlasts_its_client(azurite: str, service: str) -> None:
    """It says that it keeps one for longer than aiohttp does: no POST, which nobody sends twice, meets its end."""
    at = urlsplit(_endpoints(azurite)[f"{service}Endpoint"])
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(f"GET {at.path} HTTP/1.1\r\nhost: here\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    kept = re.search(r"^Keep-Alive: timeout=(\d+)", head, re.MULTILINE)
    assert kept
    assert int(kept[1]) > _AIOHTTP_KEEPS_ONE_SECONDS


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
    endpoints = _endpoints(azurite)
    blob, queue, table = (urlsplit(endpoints[f"{service}Endpoint"]).port or 0 for service in ("Blob", "Queue", "Table"))
    with pytest.raises(emulator.AzuriteError, match="ended while starting"):
        async with emulator.azurite(ports=(blob, queue, table)):
            pass


def test_the_default_ports_are_the_well_known_ones() -> None:
    """`UseDevelopmentStorage=true` means these endpoints in every Azure SDK."""
    assert emulator.at_ports().queue_url == "http://127.0.0.1:10001/devstoreaccount1"


def _endpoints(connection_string: str) -> dict[str, str]:
    return dict(part.split("=", 1) for part in connection_string.rstrip(";").split(";"))
