"""The strategy `swap` while a measure is planned in the slot: whose resource tags and whose state are heeded."""

from typing import Any

import pytest

from operators.core.recovery import Measure
from operators.core.transitions import State
from tests.flows.staging import CAREFUL, IMAGE, with_slot
from tests.flows.town import Town


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """The app has a slot that its new images go through."""
    return with_slot(scenario, {})


@pytest.fixture
async def stuck(town: Town) -> Town:
    """The new image does not answer in the slot, and one more restart of that is next."""
    await town.push(IMAGE, "silent")
    while (await town.rollout("shop")).state is not State.RECOVERING:
        await town.run(seconds=15, step=15)
    return town


async def test_the_app_is_taken_out_of_our_hands(stuck: Town) -> None:
    """The resource tags that count are the app's: nothing more is done in its slot."""
    stuck.world.change_app("shop", tags=CAREFUL | {"pulley": "off"})
    await stuck.run(seconds=3600, step=15)
    rollout = await stuck.rollout("shop")
    assert (rollout.state, rollout.tried, stuck.acts) == (State.FAILED, (), ["config.update"])
    assert "retry was not tried: shop is not looked after any more" in rollout.detail


async def test_the_slots_own_resource_tags_say_nothing(stuck: Town) -> None:
    """It is no app of its own: what is planned in it is done."""
    stuck.world.change_app("shop/staging", tags={"pulley": "off", "pulley-recover": "report"})
    await stuck.run(seconds=3600, step=15)
    rollout = await stuck.rollout("shop")
    assert [one.measure for one in rollout.tried] == [Measure.RETRY]
    assert stuck.acts == ["config.update", "sites.restart"]


async def test_the_slot_is_stopped(stuck: Town) -> None:
    """What is stopped is what the measure would start."""
    stuck.world.stop("shop/staging")
    await stuck.run(seconds=3600, step=15)
    rollout = await stuck.rollout("shop")
    assert (rollout.state, rollout.tried, stuck.acts) == (State.FAILED, (), ["config.update"])
    assert "retry was not tried: shop:staging was stopped meanwhile." in rollout.detail
