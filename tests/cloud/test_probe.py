"""The app's own address, against the simulated Azure."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.probe import Probe
from operators.core.watch import ProbeResult

HOST = "hello.azurewebsites.net"


@pytest.fixture
def world() -> World:
    """One app that runs."""
    scenario = read_scenario(
        {
            "images": {"hello": {"paths": {"/healthz": 204, "/broken": 500}}},
            "registries": [{"name": "shop1", "tags": {"hello:v1": "hello"}}],
            "sites": [{"name": "hello", "image": "shop1.azurecr.io/hello:v1"}],
        }
    )
    return World(scenario, ManualClock(datetime(2026, 5, 1, tzinfo=UTC)))


@pytest.fixture
async def probe(world: World) -> AsyncIterator[Probe]:
    """The probe in that world."""
    made = Probe(WorldTransport(world))
    yield made
    await made.close()


@pytest.mark.parametrize(("path", "status_code"), [("/healthz", 204), ("healthz", 204), ("/broken", 500), ("/", 200)])
async def test_answers(probe: Probe, path: str, status_code: int) -> None:
    """Every answer is one, with or without the slash that people leave out."""
    assert await probe.get(HOST, path) == ProbeResult(status_code=status_code)


async def test_nothing_follows_a_redirect(world: World, probe: Probe) -> None:
    """Where a redirect leads is not the app's health."""
    world.faults.add(FaultRule(host=HOST, status=302, headers={"location": f"https://{HOST}/login"}))
    result = await probe.get(HOST, "/healthz")
    assert result.status_code == 302
    assert result.barred
    assert len(world.calls) == 1


@pytest.mark.parametrize("effect", ["refuse", "lose_answer", "time_out"])
async def test_no_answer_is_an_answer(world: World, probe: Probe, effect: str) -> None:
    """A connection that fails is a result, not an exception, and it is asked once."""
    world.faults.add(FaultRule.model_validate({"host": HOST, "effect": effect}))
    result = await probe.get(HOST, "/healthz")
    assert result.status_code is None
    assert result.error is not None
    assert not result.healthy
    assert len(world.calls) == 1


async def test_it_sends_no_credentials(world: World, probe: Probe) -> None:
    """The app gets no token of ours; it learns who asks."""
    await probe.get(HOST, "/healthz")
    (call,) = world.calls
    assert (call.method, call.host, call.operation) == ("GET", HOST, "app.request")
    assert call.user_agent.startswith("pulley")
