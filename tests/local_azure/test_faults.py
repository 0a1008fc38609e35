"""Scripted faults, as the SDK clients see them."""

from typing import Any

import pytest
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from local.azure.scenario import FaultRule
from tests.local_azure.worlds import arm, web_client, world_of


@pytest.mark.parametrize(
    ("fault", "error", "happened"),
    [
        pytest.param({"effect": "refuse"}, ServiceRequestError, False, id="no connection"),
        pytest.param({"effect": "lose_answer"}, ServiceResponseError, True, id="done, but the answer was lost"),
        pytest.param({"effect": "time_out"}, ServiceResponseTimeoutError, True, id="done, but too late"),
        pytest.param({"status": 503}, HttpResponseError, False, id="an answer instead"),
        pytest.param(
            {"status": 409, "envelope": "web", "code": "Conflict"}, ResourceExistsError, False, id="a conflict"
        ),
    ],
)
async def test_a_fault_meets_a_restart(fault: dict[str, Any], error: type[Exception], happened: bool) -> None:
    """Each fault is the error that azure-core would raise, and the restart happened or not as the fault says."""
    world, _ = world_of()
    world.faults.add(FaultRule.model_validate({"method": "POST", "path": "/restart$", "times": 1} | fault))
    async with web_client(world) as client:
        with pytest.raises(error):
            await client.web_apps.restart("apps", "web", retry_total=0)
        assert (world.instances("web")[0].starts == 2) is happened
        await client.web_apps.restart("apps", "web", retry_total=0)


@pytest.mark.parametrize(
    ("envelope", "place"),
    [("arm", ("error", "code")), ("web", ("Code",)), ("flat", ("code",)), ("registry", ("errors", 0, "code"))],
)
async def test_the_envelope_is_the_one_named(envelope: str, place: tuple[Any, ...]) -> None:
    """The error's code stands where the named service puts it, and headers come along."""
    world, _ = world_of()
    told = {"status": 429, "envelope": envelope, "code": "Busy", "headers": {"retry-after": "7"}}
    world.faults.add(FaultRule.model_validate(told))
    answer = await arm(world, "GET", "/subscriptions")
    found = answer.json()
    for step in place:
        found = found[step]
    assert (found, answer.status_code, answer.headers["Retry-After"]) == ("Busy", 429, "7")


async def test_azure_core_resends_a_restart_that_carries_retry_after() -> None:
    """The trap that retry_total=0 avoids: a 409 with Retry-After is sent again, silently."""
    world, clock = world_of()
    told = {"status": 409, "times": 2, "headers": {"retry-after": "10"}, "path": "/restart$"}
    world.faults.add(FaultRule.model_validate(told))
    began = clock.now()
    async with web_client(world) as client:
        await client.web_apps.restart("apps", "web")
    assert [call.status for call in world.calls] == [409, 409, 200]
    assert (clock.now() - began).total_seconds() == 20


async def test_skip_times_and_latency_are_counted() -> None:
    """A fault begins after the calls it skips, ends after its times, and a delay lets the answer through."""
    world, clock = world_of()
    world.faults.add(FaultRule(path="/sites/web$", skip=1, times=1, effect="delay", latency=9))
    times = []
    async with web_client(world) as client:
        for _ in range(3):
            began = clock.now()
            await client.web_apps.get("apps", "web")
            times.append((clock.now() - began).total_seconds())
    assert times == [0, 9, 0]


async def test_faults_of_the_scenario_last_until_they_are_cleared() -> None:
    """Without `times` a fault meets every call of its host."""
    world, _ = world_of(faults=[{"host": "management.azure.com", "status": 500}])
    async with web_client(world) as client:
        for _ in range(2):
            with pytest.raises(HttpResponseError):
                await client.web_apps.get("apps", "web", retry_total=0)
        world.faults.clear()
        assert (await client.web_apps.get("apps", "web")).name == "web"
