"""The machine's clock is set right by what Azure's answers prove, and by no more."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.arm import Arm
from operators.cloud.azure_clock import AzureClock
from operators.cloud.sites import Sites
from operators.core.apps import AppId
from operators.errors import PulleyError

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
SHOP = AppId(subscription="11111111-1111-4111-8111-111111111111", resource_group="apps", site="shop")


def seconds(number: float) -> timedelta:
    """So many seconds."""
    return timedelta(seconds=number)


@pytest.mark.parametrize(
    ("dates", "took", "off"),
    [
        pytest.param([0], 0, 0, id="right"),
        pytest.param([-0.9], 0, 0, id="whole seconds are cut off"),
        pytest.param([0], 30, 0, id="a slow answer proves nothing"),
        pytest.param([-12], 0, -11, id="fast, by a second less than it may be"),
        pytest.param([12], 0, 12, id="slow"),
        pytest.param([-12], 5, -6, id="fast, by no more than a slow answer leaves sure"),
        pytest.param([12, 11.5], 0, 12, id="the next answer agrees"),
        pytest.param([-12, -12.5], 0, -11.5, id="the next answer is nearer"),
        pytest.param([-3600, 0], 0, 0, id="one wrong answer is set right by the next"),
    ],
)
def test_it_moves_no_further_than_answers_prove(dates: list[float], took: float, off: float) -> None:
    """`dates` are of answers by Azure's clock, all of which came now and were asked for `took` seconds ago."""
    clock = AzureClock(lambda: NOON)
    for date in dates:
        clock.told(NOON + seconds(date), sent=NOON - seconds(took))
    assert clock.now() == NOON + seconds(off)


def test_a_clock_that_is_far_off_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    """A person can see it, and the log does not fill with it."""
    clock = AzureClock(lambda: NOON)
    with caplog.at_level(logging.WARNING):
        for date in (-1, -60, -60, -61):
            clock.told(NOON + seconds(date), sent=NOON)
    assert caplog.messages == ["this machine's clock is +59 s off Azure's, which is gone by"]


@pytest.fixture
def world() -> World:
    """One app; Azure's clock shows a time between two seconds."""
    scenario = read_scenario({"sites": [{"name": "shop", "linux_fx_version": "DOCKER|nginx"}]})
    return World(scenario, ManualClock(NOON + seconds(0.7)))


@pytest.mark.parametrize(
    ("fault", "off"),
    [
        pytest.param(None, 20, id="an answer"),
        pytest.param(FaultRule(times=1, status=503), 20, id="an error"),
        pytest.param(FaultRule(times=1, effect="lose_answer"), 0, id="no answer"),
        pytest.param(FaultRule(times=1, status=503, headers={"Date": "today"}), 0, id="an answer without a date"),
    ],
)
@pytest.mark.parametrize("through_sdk", [True, False], ids=["the SDK", "our own pipeline"])
async def test_every_answer_tells_the_time(
    world: World, fault: FaultRule | None, off: float, *, through_sdk: bool
) -> None:
    """Both ways to ARM hear it, from errors too; where nothing is heard the clock stays the machine's."""
    if fault:
        world.faults.add(fault)
    clock = AzureClock(lambda: NOON - seconds(20))
    sites = Sites(WorldCredential(world), WorldTransport(world), clock=clock)
    arm = Arm(WorldCredential(world), transport=WorldTransport(world), clock=clock)
    try:
        await (sites.site(SHOP) if through_sdk else arm.get(SHOP.resource_id, "2024-11-01"))
    except PulleyError:
        assert fault is not None
    assert clock.now() == NOON - seconds(20) + seconds(off)
    await sites.close()
    await arm.close()
