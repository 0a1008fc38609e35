"""The Functions host is killed in the middle of a rollout and started again: the rollout ends as it should."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.end_to_end.hosts import Hosts
from tests.end_to_end.place import Place, eventually, place

_LONGER_THAN_THE_TEST = 60


@pytest_asyncio.fixture
async def doomed(tmp_path: Path) -> AsyncIterator[Place]:
    """A town of its own: its host will not live long."""
    async with place(tmp_path) as found:
        yield found


async def test_it_is_killed_between_two_steps(doomed: Place) -> None:
    """The queue holds the next step, or the sweep sends it again: a new host takes it up, with no second restart."""
    digest = await doomed.push("shop", "slow")
    verifying = await doomed.until("shop", "verifying")
    async with Hosts(doomed) as hosts:
        await hosts.kill()
        await hosts.start_another()
        done = await _ended_with_sweeps(doomed)
        assert (done["sequence"], done["attempts"]) == (verifying["sequence"], 1)
        assert await doomed.served("shop") == {digest}
        assert await doomed.acts("shop") == ["sites.restart"]


async def test_it_is_killed_while_it_acts(doomed: Place) -> None:
    """Its claim stays behind. Once that has run out, the sweep's message takes the app up; at most one restart more."""
    hanging = {"path": "/sites/shop/restart$", "times": 1, "effect": "delay", "latency": _LONGER_THAN_THE_TEST}
    assert (await doomed.stranger.post(f"{doomed.control}/faults", json=hanging)).is_success
    digest = await doomed.push("shop", "v2")
    acting = await doomed.until("shop", "applying")
    async with Hosts(doomed) as hosts:
        await hosts.kill()
        await hosts.start_another()
        done = await _ended_with_sweeps(doomed)
        assert (done["sequence"], done["digest"]) == (acting["sequence"], digest)
        assert await doomed.served("shop") == {digest}
        assert len(await doomed.acts("shop")) <= 2


async def _ended_with_sweeps(town: Place) -> Any:
    """Wait for success; the sweep runs not once a minute but all the time, as the host's admin may have it."""
    addresses = town.running.addresses
    key = {"x-functions-key": addresses.master_key}

    async def succeeded() -> Any:
        url = f"{addresses.host}/admin/functions/sweep"
        assert (await town.stranger.post(url, json={"input": ""}, headers=key)).status_code == 202
        rollout = await town.newest("shop")
        return rollout if rollout["state"] == "succeeded" else None

    return await eventually(succeeded, "shop is succeeded")
