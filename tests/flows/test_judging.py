"""How a start is judged where Azure lets us read only a part of what is known about it."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.recovery import Measure
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
SETTINGS = FaultRule(method="POST", path="/config/appsettings/list$")
NO_RIGHT = SETTINGS.model_copy(update={"status": 403, "code": "AuthorizationFailed"})


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(SETTINGS.model_copy(update={"status": 429, "times": 1}), id="refused once"),
        pytest.param(NO_RIGHT, id="never allowed"),
    ],
)
async def test_a_start_limit_that_cannot_be_read_accuses_no_image(town: Town, fault: FaultRule) -> None:
    """The app allows half an hour and the image needs most of it: our not knowing that is not the image's fault."""
    town.world.set_app_settings("shop", {"WEBSITES_CONTAINER_START_TIME_LIMIT": "1800"})
    town.clock.advance(60)
    await town.push(IMAGE, "slow")
    await town.run(seconds=1250, step=20)
    town.world.faults.add(fault)
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert rollout.state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]


@pytest.mark.parametrize(
    ("port", "fault", "reason", "measures"),
    [
        pytest.param("3000", None, StallReason.START_LIMIT_REACHED, [Measure.RETRY], id="the port that is asked"),
        pytest.param("80", None, StallReason.PORT_NOT_ANSWERING, [], id="another"),
        pytest.param("80", NO_RIGHT, StallReason.START_LIMIT_REACHED, [Measure.RETRY], id="nobody knows"),
    ],
)
async def test_a_slow_start_where_the_settings_tell_the_port(
    town: Town, port: str, fault: FaultRule | None, reason: StallReason, measures: list[Measure]
) -> None:
    """A container that names the port it is asked at gets one more start; so does one where that cannot be read."""
    town.world.set_app_settings("shop", {"WEBSITES_PORT": port})
    town.clock.advance(60)
    if fault:
        town.world.faults.add(fault)
    await town.push(IMAGE, "slow_on_3000")
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert rollout.stall is not None
    assert (rollout.state, rollout.stall.reason) == (State.FAILED, reason)
    assert [one.measure for one in rollout.tried] == measures


async def test_without_site_status_a_missing_secret_still_explains_a_crash(town: Town) -> None:
    """Only the log tells of it: the unresolved reference is named all the same, and the digest is not rejected."""
    town.world.set_app_settings("shop", {"DATABASE_URL": "@Microsoft.KeyVault(VaultName=gone;SecretName=database)"})
    town.world.faults.add(FaultRule(path="/siteStatus$", status=404, envelope="web", code="NotFound"))
    town.clock.advance(60)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    stall = (await town.rollout("shop")).stall
    assert stall is not None
    assert stall.reason is StallReason.KEY_VAULT_REFERENCE_UNRESOLVED
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.rejected == ()


STATUS = FaultRule(path="/siteStatus$", status=503)


async def test_nothing_is_restarted_before_it_is_known_whether_starts_are_blocked(town: Town) -> None:
    """The status gives no answer twice: the rollout waits for it, and then goes its way."""
    town.world.faults.add(STATUS.model_copy(update={"times": 2}))
    await town.push(IMAGE, "v2")
    await town.run(seconds=10)
    waiting = await town.rollout("shop")
    assert (waiting.state, waiting.reason, town.acts) == (State.CHECKING, "instances_unreadable", [])
    await town.run(seconds=600)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]


async def test_one_more_restart_waits_for_the_status_too(town: Town) -> None:
    """The first was not taken. Before the second it is read whether the platform blocks starts by now."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=200, envelope="none", times=1))
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.RECOVERING)
    town.world.faults.add(STATUS.model_copy(update={"times": 2}))
    await town.run(seconds=10)
    waiting = await town.rollout("shop")
    assert (waiting.state, waiting.reason) == (State.RECOVERING, "instances_unreadable")
    assert town.acts == []
    await town.run(seconds=900)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]


@pytest.fixture
def idle(scenario: dict[str, Any]) -> dict[str, Any]:
    """Nobody visits the app, and nothing keeps it running."""
    scenario["sites"][0] |= {"always_on": False, "idle": True, "health_check_path": None}
    return scenario


@pytest.mark.usefixtures("idle")
@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-recover": "report"}])
async def test_an_idle_app_is_asked_until_it_answers(town: Town) -> None:
    """The request that would have started it gets lost: the image is not blamed for that."""
    town.world.faults.add(FaultRule(method="GET", path="^/$", effect="refuse", times=1))
    await town.push(IMAGE, "v2")
    await town.run(seconds=1800)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
