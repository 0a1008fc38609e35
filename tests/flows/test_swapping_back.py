"""The way back of the strategy `swap`: by the slot where that is idle and has the last good image, else by a write."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.transitions import Event, State
from tests.flows.staging import IMAGE, serving, swapped_in_and_crashing, with_slot
from tests.flows.town import Town

ID = "c1d7a5f0-1111-4222-8333-444455556666"
BY_WRITE = ["config.update", "slots.swap", "config.update"]


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """The app has a slot that its new images go through."""
    return with_slot(scenario, {})


async def broken(town: Town) -> str:
    """Its newest image crashes after the swap, the way back is next, and the slot has the last good image: which."""
    good = await swapped_in_and_crashing(town)
    await town.run_until("shop", State.RECOVERING)
    return good


async def way_back(town: Town) -> str:
    """What the timeline says of the way back that was taken."""
    rollout = await town.rollout("shop")
    went = [one for one in await town.steps("shop", rollout.sequence) if one.event is Event.GO]
    return went[-1].detail


@pytest.mark.parametrize(
    ("work", "said"),
    [
        pytest.param({"deployment": {"id": ID}}, f"a deployment of code is in progress: {ID}", id="a deployment"),
        pytest.param({"in_progress_operation_id": "9d1f"}, "another operation is in progress", id="an operation"),
        pytest.param({"target_swap_slot": "production"}, "a swap with production was begun", id="a swap with preview"),
    ],
)
async def test_others_at_work_in_the_slot(town: Town, work: dict[str, Any], said: str) -> None:
    """Production is down, and a swap would break theirs or be refused: the image is written, and it is said why."""
    good = await broken(town)
    town.world.change_app("shop/staging", **work)
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, serving(town), town.acts) == (State.ROLLED_BACK, {good}, BY_WRITE)
    assert f"@{good}, written and not swapped in: in shop:staging {said}" in await way_back(town)


async def test_a_slot_that_is_stopped(town: Town) -> None:
    """Its swap would be given up after half an hour in which production is down."""
    good = await broken(town)
    town.world.stop("shop/staging")
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, serving(town), town.acts) == (State.ROLLED_BACK, {good}, BY_WRITE)
    assert (await way_back(town)).endswith("written and not swapped in: shop:staging is stopped")


@pytest.mark.parametrize("read", ["", "/config/web", "/deploymentStatus"])
async def test_a_slot_that_cannot_be_read(town: Town, read: str) -> None:
    """What is not known of the slot is not taken for idle."""
    good = await broken(town)
    town.world.faults.add(FaultRule(method="GET", path=f"/slots/staging{read}$", status=503))
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, serving(town), town.acts) == (State.ROLLED_BACK, {good}, BY_WRITE)
    assert "shop:staging cannot be read: " in await way_back(town)


async def test_a_slot_that_has_another_image_by_now(town: Town) -> None:
    """Nobody at work there, and nothing to go back to."""
    good = await broken(town)
    town.world.configure("shop/staging", {"linuxFxVersion": f"DOCKER|{IMAGE}"})
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, serving(town), town.acts) == (State.ROLLED_BACK, {good}, BY_WRITE)
    assert (await way_back(town)).endswith(f"written and not swapped in: shop:staging has DOCKER|{IMAGE}")


async def test_a_swap_that_is_refused_for_work_that_nothing_shows(town: Town) -> None:
    """A 409 and no other sign: the next try is the write, not the same swap for two hours."""
    good = await broken(town)
    words = "There is a deployment currently in progress. Please try again when it completes."
    town.world.faults.add(FaultRule(method="POST", path="/slotsswap$", status=409, code="Conflict", message=words))
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.ROLLED_BACK, {good})
    assert "written and not swapped in: the way back was refused before" in await way_back(town)


async def test_a_swap_that_was_only_throttled_is_asked_for_again(town: Town) -> None:
    """Azure had no room for it for a moment: nobody is in the way, so the way back is still the swap."""
    good = await broken(town)
    town.world.faults.add(FaultRule(method="POST", path="/slotsswap$", status=429, code="TooManyRequests", times=1))
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.ROLLED_BACK, {good})
    assert (await way_back(town)).endswith(f"@{good}, which the slot still has")


async def test_a_push_does_not_take_the_good_image_from_the_slot(town: Town) -> None:
    """It crashes there while the app serves what was swapped back; of the app only what is known is said."""
    good = await broken(town)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=1800)
    newest = await town.rollout("shop")
    back = await town.rollout("shop", newest.sequence - 1)
    assert (back.state, back.swaps_back, newest.state, serving(town)) == (State.ROLLED_BACK, True, State.FAILED, {good})
    assert "The app itself was not touched. " in f"{newest.detail} "
