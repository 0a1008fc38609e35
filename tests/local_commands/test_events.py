"""Does `python -m local events` show what became of the registries' events?"""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from local.addresses import Addresses, state_file, write_secret
from local.azure.control import Control
from local.azure.event_grid import EventGrid
from local.azure.scenario import read_scenario
from local.azure.world import ManualClock, World
from local.web_server import WebServer
from tests.local_azure.receiver import Receiver
from tests.local_azure.worlds import NOON, story


async def _events(run_dir: Path, *arguments: str) -> tuple[int, str, str]:
    """Run `python -m local events …` to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local", "events", "--run-dir", str(run_dir), *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


@pytest.fixture
def world() -> World:
    """A registry with one event subscription, at noon."""
    return World(read_scenario(story(event_subscriptions=[{"name": "pulley", "registry": "store"}])), ManualClock(NOON))


@pytest_asyncio.fixture
async def grid(world: World, tmp_path: Path) -> AsyncIterator[EventGrid]:
    """Its Event Grid, whose control API is served where `tmp_path` says; the subscriber is busy, then refuses."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        _save(tmp_path, listener.getsockname()[1])
        async with Receiver(503, 401, 200) as receiver:
            made = EventGrid(world, receiver.url)
            server = WebServer(Control(world, made).routes(), log_level="warning")
            serving = asyncio.create_task(server.serve([listener]))
            yield made
            server.should_exit = True
            await serving
            await made.close()


async def test_a_dead_letter_is_shown(world: World, grid: EventGrid, tmp_path: Path) -> None:
    """One line for the event and one for each attempt; as JSON, the dead letter that Event Grid would write."""
    assert await _events(tmp_path) == (0, "nothing was pushed yet\n", "")
    (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
    await grid.settle()
    code, out, _ = await _events(tmp_path)
    assert (code, out.splitlines()) == (
        0,
        [
            "12:00:00  team/web:latest to pulley: dead lettered, UndeliverableDueToHttpUnauthorized"
            f"  (event {delivery.event.id})",
            "  12:00:00  503 Busy",
            "  12:00:30  401 Unauthorized",
        ],
    )
    code, out, _ = await _events(tmp_path, "--dead-letters")
    assert (code, json.loads(out)) == (0, [delivery.dead_letter()])


async def test_a_dead_letter_is_sent_again(world: World, grid: EventGrid, tmp_path: Path) -> None:
    """--redeliver sends the event off again; one that is unknown is told and fails."""
    (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
    await grid.settle()
    assert await _events(tmp_path, "--redeliver", delivery.event.id) == (0, "", "")
    await grid.settle()
    assert [one.state for one in grid.deliveries] == ["dead_lettered", "delivered"]
    assert await _events(tmp_path, "--redeliver", "x") == (1, "", "pulley: there is no event x\n")


async def test_nothing_is_up(tmp_path: Path) -> None:
    """Standard error says how to start it."""
    code, out, err = await _events(tmp_path)
    assert (code, out) == (1, "")
    assert "start it with: make up" in err


def _save(run_dir: Path, port: int) -> None:
    """Save the addresses as `up` does; only that of the control API matters."""
    others = dict.fromkeys(set(Addresses.model_fields) - {"subscriptions", "control"}, "")
    addresses = Addresses(**others, subscriptions=(), control=f"http://127.0.0.1:{port}/control")
    write_secret(state_file(run_dir), addresses.model_dump_json())
