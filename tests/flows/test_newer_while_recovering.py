"""What is pushed or pressed while a rollout recovers: the app serves again first, and then that is brought."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.recovery import Measure
from operators.core.rollouts import Rollout
from operators.core.transitions import Event, State
from tests.flows.staging import IMAGE, serving
from tests.flows.town import Town

NOT_TAKEN = FaultRule(method="POST", path="/restart$", status=200, envelope="none", times=1)


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """One of its images was built for machines that App Service does not have."""
    scenario["images"]["arm"] = scenario["images"]["v2"] | {"platforms": ["linux/arm64", "linux/arm/v7"]}
    return scenario


async def crashing(town: Town) -> str:
    """The newest image crashes, and the way back is next: to which digest."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    return good


async def press(town: Town) -> None:
    """A person deploys now what the app follows."""
    await town.operator.admin.deploy("shop", b'{"by": "ana"}')


async def told(town: Town, sequence: int) -> list[str]:
    """What the timeline says of each act."""
    return [one.detail for one in await town.steps("shop", sequence) if one.event is Event.GO]


async def last(town: Town) -> tuple[Rollout, Rollout]:
    """The newest rollout and the one before."""
    newest = await town.rollout("shop")
    return await town.rollout("shop", newest.sequence - 1), newest


async def test_a_push_is_brought_after_the_way_back(town: Town) -> None:
    """The app serves its last good image first, the timeline says for what; then the mended image comes."""
    good = await crashing(town)
    mended = await town.push(IMAGE, "v3")
    await town.run_until("shop", State.ROLLED_BACK)
    assert serving(town) == {good}
    assert (await told(town, 3))[-1] == (
        f"{IMAGE} pushed at {mended} came, and is brought after this: "
        f"back to the last good image, contoso.azurecr.io/shop@{good}"
    )
    await town.run()
    back, newest = await last(town)
    assert (back.sequence, newest.state, serving(town)) == (3, State.SUCCEEDED, {mended})


async def test_a_push_skips_the_measures_before_the_way_back(town: Town) -> None:
    """One more start of an image that nobody wants any more helps nobody."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "silent")
    for _ in range(200):
        await town.run(seconds=20, step=20)
        if (await town.rollout("shop")).state is State.RECOVERING:
            break
    assert (await town.rollout("shop")).planned is Measure.RETRY
    await town.push(IMAGE, "v3")
    await town.run(seconds=900)
    back, newest = await last(town)
    assert [one.measure for one in back.tried] == [Measure.ROLLBACK]
    assert (back.state, back.wanted and back.wanted.digest) == (State.ROLLED_BACK, good)
    assert newest.state is State.SUCCEEDED


async def test_the_way_back_has_attempts_of_its_own(town: Town) -> None:
    """Four restarts left no trace; for a push the way back takes their place, and its first try leaves none either."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "silent")
    while (await town.rollout("shop")).planned is not Measure.RETRY:
        await town.run(seconds=20, step=20)
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=503))
    while (await town.rollout("shop")).attempts < 4 or (await town.rollout("shop")).state is not State.RECOVERING:
        await town.run(seconds=1, step=1)
    town.world.faults.add(FaultRule(method="PATCH", path="/config/web$", status=503, times=1))
    await town.push(IMAGE, "v3")
    await town.run_until("shop", State.ROLLED_BACK)
    assert ((await town.rollout("shop")).attempts, serving(town)) == (2, {good})


async def test_a_push_that_is_held_leaves_the_app_serving(town: Town) -> None:
    """The third failure in a row, then a push: it is held as flapping, and the app has its last good image."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    for number in range(2):
        await town.push(IMAGE, f"crashes{number}")
        await town.run(seconds=900)
    await town.push(IMAGE, "crashes2")
    await town.run_until("shop", State.RECOVERING)
    await town.push(IMAGE, "v3")
    await town.run(seconds=900)
    back, newest = await last(town)
    assert (back.state, newest.state, newest.reason) == (State.ROLLED_BACK, State.HELD, "flapping")
    assert serving(town) == {good}


async def test_a_push_that_cannot_run_there_leaves_the_app_serving(town: Town) -> None:
    """Built for other machines: the app waits for nothing, it serves meanwhile."""
    good = await crashing(town)
    await town.push(IMAGE, "arm")
    await town.run(seconds=1800)
    back, newest = await last(town)
    assert (back.state, newest.state, newest.reason) == (State.ROLLED_BACK, State.FAILED, "platform_missing")
    assert serving(town) == {good}


async def test_a_push_is_brought_also_where_the_way_back_fails(town: Town) -> None:
    """The write of the last good digest is refused: the push that waited is the next try."""
    await crashing(town)
    town.world.faults.add(FaultRule(method="PATCH", path="/config/web$", status=403, code="AuthorizationFailed"))
    mended = await town.push(IMAGE, "v3")
    await town.run(seconds=900)
    back, newest = await last(town)
    assert (back.state, newest.state) == (State.ROLLBACK_FAILED, State.SUCCEEDED)
    assert serving(town) == {mended}


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-strategy": "pin"}])
async def test_a_push_waits_for_what_the_way_back_waits_for(town: Town) -> None:
    """Frozen: neither of the two is done, and both are once the switch is lifted."""
    good = await crashing(town)
    town.world.journal.clear()
    await town.operator.admin.freeze(b'{"by": "Bob", "why": "the sale is on"}')
    mended = await town.push(IMAGE, "v3")
    await town.run(seconds=900)
    assert ((await town.rollout("shop")).state, town.acts) == (State.RECOVERING, [])
    await town.operator.admin.unfreeze(b'{"by": "Bob"}')
    await town.run(seconds=900)
    back, newest = await last(town)
    assert (back.state, back.wanted and back.wanted.digest) == (State.ROLLED_BACK, good)
    assert (newest.state, serving(town)) == (State.SUCCEEDED, {mended})


async def test_a_push_that_the_platform_started_meanwhile_needs_no_way_back(town: Town) -> None:
    """The platform tries again by itself and pulls the mended image by its tag: no success of what failed."""
    await crashing(town)
    await town.operator.admin.freeze(b'{"by": "Bob", "why": "the sale is on"}')
    mended = await town.push(IMAGE, "v3")
    await town.run(seconds=900)
    left, newest = await last(town)
    assert (left.state, newest.state, newest.reason) == (State.FAILED, State.HELD, "frozen")
    assert serving(town) == {mended}


async def test_without_a_way_back_a_push_takes_the_place(town: Town) -> None:
    """The restart was not taken, so the app serves what it served: the newer image is brought at once."""
    town.world.faults.add(NOT_TAKEN)
    await town.push(IMAGE, "v2")
    await town.run(seconds=5)
    while (await town.rollout("shop")).state is not State.RECOVERING:
        await town.run(seconds=20, step=20)
    newer = await town.push(IMAGE, "v3")
    await town.run()
    left, newest = await last(town)
    assert (left.state, left.tried, newest.state) == (State.SUPERSEDED, (), State.SUCCEEDED)
    assert serving(town) == {newer}


async def test_a_second_press_does_not_keep_the_way_back_away(town: Town) -> None:
    """Pressed twice before it failed: back first, then the second wish is done too, which fails and goes back."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes", deliver=False)
    for _ in range(2):
        await press(town)
        await town.run(seconds=2, step=2)
    await town.run(seconds=1800)
    assert [(await town.rollout("shop", number)).state for number in (3, 4)] == [State.ROLLED_BACK] * 2
    assert serving(town) == {good}


async def test_a_press_after_the_failure_takes_the_place(town: Town) -> None:
    """The person has seen it fail and wants it once more: now."""
    await crashing(town)
    town.clock.advance(1)
    await press(town)
    await town.run(seconds=1800)
    assert [(await town.rollout("shop", number)).state for number in (3, 4)] == [State.SUPERSEDED, State.ROLLED_BACK]


async def test_a_restart_does_not_pull_what_was_rejected(town: Town) -> None:
    """The tag is moved back to what failed here before one more restart: the image is written by digest instead."""
    bad = await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    await town.push(IMAGE, "v2")
    await town.run(seconds=900)
    town.world.faults.add(NOT_TAKEN)
    wanted = await town.push(IMAGE, "v3")
    await town.run(seconds=5)
    while (await town.rollout("shop")).state is not State.RECOVERING:
        await town.run(seconds=20, step=20)
    assert (await town.rollout("shop")).planned is Measure.RETRY
    assert await town.push(IMAGE, "crashes") == bad
    await town.run(seconds=900)
    brought, newest = await last(town)
    assert (brought.state, [one.measure for one in brought.tried]) == (State.SUCCEEDED, [Measure.REDEPLOY])
    assert (await told(town, brought.sequence))[-1].startswith(f"no restart, for {IMAGE} names {bad} by now: ")
    assert (newest.state, newest.reason, serving(town)) == (State.SKIPPED, "rejected", {wanted})


async def test_without_another_measure_than_that_restart_it_ends(town: Town) -> None:
    """Nothing was ever proved to serve and the push is not heard of yet: no restart, and it is said why."""
    await town.push(IMAGE, "silent")
    while (await town.rollout("shop")).planned is not Measure.RETRY:
        await town.run(seconds=20, step=20)
    town.world.journal.clear()
    newer = await town.push(IMAGE, "v3", deliver=False)
    await town.run(seconds=900)
    left = await town.rollout("shop")
    assert (left.state, left.reason, town.acts) == (State.FAILED, "start_limit_reached", [])
    assert f"retry was not tried: {IMAGE} names {newer} by now." in left.detail
