"""The Functions host is killed in the middle of a rollout and started again: the rollout ends as it should."""

import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest_asyncio
from azure.data.tables.aio import TableServiceClient

from local.up import functions_host
from operators.core.claims import CLAIM_LASTS, Claim
from tests.end_to_end.place import Place, eventually, place

_LONGER_THAN_THE_TEST = 60


@pytest_asyncio.fixture
async def doomed(tmp_path: Path) -> AsyncIterator[Place]:
    """A town of its own: its host will not live long."""
    async with place(tmp_path) as found:
        yield found


async def test_it_is_killed_between_two_steps(doomed: Place) -> None:
    """The queue holds the next step: a new host takes it up, and the app was restarted once."""
    digest = await doomed.push("shop", "slow")
    verifying = await doomed.until("shop", "verifying")
    async with _another_host_instead(doomed):
        done = await doomed.until("shop", "succeeded")
        assert (done["sequence"], done["attempts"]) == (verifying["sequence"], 1)
        assert await doomed.served("shop") == {digest}
        assert await doomed.acts("shop") == ["sites.restart"]


async def test_it_is_killed_while_it_acts(doomed: Place) -> None:
    """Its claim stays behind. Once that has run out, the sweep finds the app overdue; at most one restart more.

    A claim lasts six minutes by the storage service's clock, which no test can move: the row is changed instead.
    """
    hanging = {"path": "/sites/shop/restart$", "times": 1, "effect": "delay", "latency": _LONGER_THAN_THE_TEST}
    assert (await doomed.stranger.post(f"{doomed.control}/faults", json=hanging)).is_success
    digest = await doomed.push("shop", "v2")
    acting = await doomed.until("shop", "applying")
    async with _another_host_instead(doomed):
        await _the_claim_runs_out(doomed, "shop")
        await _sweep(doomed)
        done = await doomed.until("shop", "succeeded")
        assert (done["sequence"], done["digest"]) == (acting["sequence"], digest)
        assert await doomed.served("shop") == {digest}
        assert len(await doomed.acts("shop")) <= 2


@asynccontextmanager
async def _another_host_instead(town: Place) -> AsyncIterator[None]:
    """Kill the host, without a chance to say goodbye, and run another one at its place."""
    part = town.running.parts[-1]
    os.kill(part.process.pid, signal.SIGKILL)
    await part.process.wait()
    run_dir = town.run_dir / "again"
    (run_dir / "logs").mkdir(parents=True)
    shutil.copy(town.run_dir / "keys.json", run_dir)
    port = urlsplit(town.running.addresses.host).port
    assert port is not None
    async with functions_host(port, town.running.host_settings, run_dir):
        yield


async def _the_claim_runs_out(town: Place, app: str) -> None:
    """As if six minutes had gone by."""
    key = (await town.ask(f"/apps/{app}"))["id"]
    async with TableServiceClient.from_connection_string(town.running.addresses.storage) as tables:
        engine = tables.get_table_client("engine")
        row = await engine.get_entity(key, "active")
        claim = Claim.model_validate_json(row["claim"])
        row["claim"] = claim.model_copy(update={"until": claim.until - CLAIM_LASTS}).model_dump_json()
        await engine.update_entity(row)


async def _sweep(town: Place) -> None:
    """Run the timer's function now, as its host's admin may, until it finds the app overdue."""
    addresses = town.running.addresses

    async def found() -> Any:
        answer = await town.stranger.post(
            f"{addresses.host}/admin/functions/sweep",
            json={"input": ""},
            headers={"x-functions-key": addresses.master_key},
        )
        assert answer.status_code == 202
        log = (town.run_dir / "again" / "logs" / "host.log").read_text()
        return "is overdue since" in log or None

    await eventually(found, "the sweep finds it overdue")
