"""Flapping: rollouts in a row that did not get their image to serve, which are counted and which begin anew."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
UNSEEN = FaultRule(method="GET", path="/siteStatus$", status=404, code="NotFound")


async def failures(town: Town) -> int:
    """How many rollouts in a row did not get their image to serve."""
    return (await town.operator.house.records.engine.read(town.key("shop")))[0].failures


async def test_flapping_is_broken(town: Town) -> None:
    """After three failed rollouts in a row nothing more is tried by itself; whoever deploys by hand goes on."""
    for number in range(3):
        await town.push(IMAGE, f"crashes{number}")
        await town.run(seconds=900)
    assert [(await town.rollout("shop", n)).state for n in (2, 3, 4)] == [State.FAILED] * 3
    await town.push(IMAGE, "v3")
    await town.run(seconds=60)
    held = await town.rollout("shop")
    assert (held.state, held.reason) == (State.HELD, "flapping")
    await town.operator.admin.deploy("shop", b'{"by": "ana"}')
    await town.run()
    assert (await town.rollout("shop", 5)).state is State.SUCCEEDED


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-recover": "report"}])
async def test_what_cannot_be_verified_is_no_failure_in_a_row(town: Town) -> None:
    """Crash, unverified, crash: two failures that nobody can call the last two."""
    town.world.faults.add(UNSEEN)
    counted = []
    for image in ("crashes0", "crashes1", "v2", "crashes2"):
        await town.push(IMAGE, image)
        await town.run(seconds=2400, step=20)
        counted.append(((await town.rollout("shop")).state, await failures(town)))
    assert counted == [(State.FAILED, 1), (State.FAILED, 2), (State.UNVERIFIED, 0), (State.FAILED, 1)]


async def test_a_way_back_that_cannot_be_verified_is_a_failure(town: Town) -> None:
    """Rolled back, as far as can be told: it counts like any other, and says what the configuration names."""
    await town.push(IMAGE, "v2")
    await town.run()
    town.world.faults.add(UNSEEN)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=3000, step=20)
    back = await town.rollout("shop")
    assert (back.state, back.reason, await failures(town)) == (State.ROLLED_BACK, "unproven", 1)
    assert f"names {back.back_to} now" in back.detail
    assert f"--container-image-name {IMAGE}" in back.detail


async def test_a_recovery_that_made_room_counts_too(town: Town) -> None:
    """Its image did not serve, whatever came next; the newer one decides whether that goes on."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=200, envelope="none", times=1))
    await town.push(IMAGE, "v2")
    await town.run(seconds=5)
    while (await town.rollout("shop")).state is not State.RECOVERING:
        await town.run(seconds=20, step=20)
    await town.push(IMAGE, "crashes1")
    while (await town.rollout("shop")).sequence == 2:
        await town.run(seconds=5)
    assert (await town.rollout("shop", 2)).state is State.SUPERSEDED
    assert await failures(town) == 1
