"""Event Grid and the operator's own endpoints: handshakes, refusals, and a host that is away when an event comes."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from local.azure.event_grid import EventGrid
from local.azure.scenario import read_scenario
from local.azure.world import SystemClock, World
from tests.end_to_end.hosts import Hosts
from tests.end_to_end.place import Place, eventually, place
from tests.local_azure.worlds import story

_SCHEMAS = ("EventGridSchema", "CloudEventSchemaV1_0")
_BROKEN = {"action": "push", "target": {"repository": "team/web", "tag": "latest"}}
"""A push that does not say its digest."""


@asynccontextmanager
async def _event_grid(
    url: str, schema: str = _SCHEMAS[0], state: str = "Succeeded"
) -> AsyncIterator[tuple[EventGrid, World]]:
    """Run another Event Grid, with one subscription that leads to this address of the running host, and its world."""
    row = {"name": "pulley", "registry": "store", "event_schema": schema, "provisioning_state": state}
    world = World(read_scenario(story(event_subscriptions=[row])), SystemClock())
    grid = EventGrid(world, url, pace=0.01)
    yield grid, world
    await grid.close()


def _url(town: Place, endpoint: str, key: str | None = None) -> str:
    if endpoint == "function":
        return town.running.addresses.events
    return f"{town.admin}/events?code={key or town.running.addresses.key}"


@pytest.mark.parametrize("schema", _SCHEMAS)
@pytest.mark.parametrize("endpoint", ["function", "api"])
async def test_the_handshake_and_then_an_event(town: Place, endpoint: str, schema: str) -> None:
    """Both endpoints agree at once in both schemas, and take what is delivered after that."""
    async with _event_grid(_url(town, endpoint), schema, "Creating") as (grid, world):
        verdict = await grid.validate("store", "pulley", "http://127.0.0.1:1/")
        assert verdict.provisioning_state == "Succeeded"
        (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await grid.settle()
    assert (delivery.state, len(delivery.attempts)) == ("delivered", 1)


async def test_a_poisoned_event_becomes_a_dead_letter(town: Place) -> None:
    """The operator answers 400, once, and is not asked again."""
    async with _event_grid(_url(town, "api")) as (grid, _):
        (delivery,) = grid.emit("store", "team/web:latest", _BROKEN)
        await grid.settle()
    letter = delivery.dead_letter()
    assert [(one.status, one.outcome) for one in delivery.attempts] == [(400, "BadRequest")]
    assert (delivery.state, letter["deliveryAttempts"], letter["data"]) == ("dead_lettered", 1, _BROKEN)


async def test_a_wrong_key_makes_dead_letters(town: Place) -> None:
    """A key that was changed at the host alone: 401 is not tried again."""
    async with _event_grid(_url(town, "api", key="old")) as (grid, _):
        (delivery,) = grid.emit("store", "team/web:latest", _BROKEN)
        await grid.settle()
    assert (delivery.state, delivery.reason) == ("dead_lettered", "UndeliverableDueToHttpUnauthorized")


async def test_a_host_that_is_away_gets_its_event_later(tmp_path: Path) -> None:
    """Killed, pushed to, started again: the event is tried until it arrives, and its rollout succeeds."""
    async with place(tmp_path) as town, Hosts(town) as hosts:
        await hosts.kill()
        digest = await town.push("shop", "v2")

        async def refused() -> Any:
            (delivery,) = await _deliveries(town)
            return delivery if delivery["next_attempt"] else None

        waiting = await eventually(refused, "the host is not there")
        assert (waiting["state"], waiting["attempts"][0]["outcome"]) == ("waiting", "SocketError")
        await hosts.start_another()

        async def arrived() -> Any:
            (delivery,) = await _deliveries(town)
            return delivery if delivery["state"] == "delivered" else None

        delivery = await eventually(arrived, "the event arrives")
        assert delivery["attempts"][-1]["status"] == 202
        done = await town.until("shop", "succeeded")
        assert (done["digest"], await town.served("shop")) == (digest, {digest})
        assert f"shop:stable to pulley: delivered  (event {delivery['event_id']})" in await _shown(tmp_path)


async def _deliveries(town: Place) -> list[dict[str, Any]]:
    answer = await town.stranger.get(f"{town.control}/events")
    found: list[dict[str, Any]] = answer.json()["deliveries"]
    return found


async def _shown(run_dir: Path) -> str:
    """Answer what `python -m local events` prints."""
    command = (sys.executable, "-m", "local", "events", "--run-dir", str(run_dir))
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return out.decode()
