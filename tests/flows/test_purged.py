"""A way back to images that somebody has deleted from the registry meanwhile."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.transitions import Event, State
from tests.flows.town import Town

SHOP = "contoso.azurecr.io/shop"
IMAGE = f"{SHOP}:stable"


@pytest.fixture
async def broken(town: Town) -> tuple[str, str]:
    """Two images served, the third crashes, and the way back is next: the first two."""
    older = await town.push(IMAGE, "v2")
    await town.run()
    newest = await town.push(IMAGE, "v3")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    town.world.journal.clear()
    return older, newest


async def written(town: Town) -> list[str]:
    """What the timeline says of the way back."""
    steps = await town.steps("shop", (await town.rollout("shop")).sequence)
    return [step.detail for step in steps if step.event is Event.GO and step.reason == "rollback"]


async def test_the_newest_is_gone(town: Town, broken: tuple[str, str]) -> None:
    """The one before it is there, and served too."""
    older, newest = broken
    town.world.registry("contoso").delete("shop", newest, town.clock.now())
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert (rollout.state, town.acts) == (State.ROLLED_BACK, ["config.update"])
    assert town.world.site("shop").linux_fx_version == f"DOCKER|{SHOP}@{older}"
    assert await written(town) == [f"back to the last good image that the registry still has, {SHOP}@{older}"]


async def test_all_are_gone(town: Town, broken: tuple[str, str]) -> None:
    """Nothing is written that nobody can pull, and no such image is offered to be named by hand."""
    for digest in broken:
        town.world.registry("contoso").delete("shop", digest, town.clock.now())
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.tried, town.acts) == (State.FAILED, (), [])
    assert "rollback was not tried: the registry has no image any more that was proved to serve here." in rollout.detail
    assert not any(digest in rollout.detail for digest in broken)


@pytest.mark.parametrize("status", [503, 403])
async def test_a_registry_that_gives_no_answer(town: Town, broken: tuple[str, str], status: int) -> None:
    """What cannot be read is not gone: it is gone back to the newest."""
    town.world.faults.add(FaultRule(method="GET", path=f"/manifests/{broken[1]}", status=status, times=1))
    await town.run(seconds=900)
    assert status in [call.status for call in town.world.calls]
    assert (await town.rollout("shop")).state is State.ROLLED_BACK
    assert await written(town) == [f"back to the last good image, {SHOP}@{broken[1]}"]
