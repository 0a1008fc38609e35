"""A start that fails where the platform's log cannot be read: the deployment site is asked how its starts ended."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
SUMMARY = "/api/startuplogs/summary"


@pytest.fixture
def resource_tags() -> dict[str, str]:
    """The app wants a report, so that the first stall is the last word."""
    return {"pulley": "on", "pulley-recover": "report"}


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """The town with an app that has no health path."""
    (shop,) = scenario["sites"]
    return scenario | {"sites": [shop | {"health_check_path": None}]}


def hides(town: Town, *paths: str) -> None:
    """Nobody may read these."""
    for path in paths:
        town.world.faults.add(FaultRule(path=f"{path}$", status=403, code="AuthorizationFailed", message="no right"))


def asked(town: Town) -> int:
    """How often the deployment site was asked."""
    return sum(SUMMARY in call.path for call in town.world.calls)


async def test_without_status_and_log_a_start_that_failed_is_still_found(town: Town) -> None:
    """It would be unverified: the summary proves that it failed, on both machines, and accuses no image."""
    hides(town, "/siteStatus", "/containerlogs")
    await town.push(IMAGE, "crashes")
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason) == (State.FAILED, StallReason.UNKNOWN)
    assert rollout.stall is not None
    assert "it failed on 2 of 2 machines" in rollout.stall.meaning
    assert sum("start-up summary of" in line for line in rollout.stall.lines) == 2
    assert any("containerlogs of shop could not be read" in line for line in rollout.stall.lines)
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.rejected == ()


async def test_without_status_and_log_a_start_that_worked_is_unverified(town: Town) -> None:
    """The summary is evidence, and no proof of which image it was."""
    hides(town, "/siteStatus", "/containerlogs")
    await town.push(IMAGE, "v2")
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert rollout.state is State.UNVERIFIED
    *_, line = await town.steps("shop", rollout.sequence)
    assert sum("start-up summary of" in shown for shown in line.evidence) == 2
    assert asked(town) == 1


async def test_the_summary_is_added_to_what_site_status_says(town: Town) -> None:
    """siteStatus knows of a time limit only; how often it failed is told too."""
    hides(town, "/containerlogs")
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    stall = (await town.rollout("shop")).stall
    assert stall is not None
    assert stall.reason is StallReason.START_LIMIT_REACHED
    assert "By the start-up summary it failed on 2 of 2 machines" in stall.meaning
    assert sum("start-up summary of" in line for line in stall.lines) == 2


async def test_a_deployment_site_that_is_closed_hides_nothing_else(town: Town) -> None:
    """403 is unknown: the rollout ends as without it, and the stall says what could not be read."""
    hides(town, "/containerlogs", SUMMARY)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert rollout.state is State.FAILED
    assert rollout.stall is not None
    assert any("start-up summary could not be read: 403" in line for line in rollout.stall.lines)


@pytest.mark.parametrize("behaves_as", ["v2", "crashes"])
async def test_it_is_not_asked_where_the_log_speaks(town: Town, behaves_as: str) -> None:
    """No call on a healthy rollout, nor where the platform's log says why it failed."""
    await town.push(IMAGE, behaves_as)
    await town.run(seconds=900)
    assert (await town.rollout("shop")).state is (State.SUCCEEDED if behaves_as == "v2" else State.FAILED)
    assert asked(town) == 0
