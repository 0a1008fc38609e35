"""An app on as many instances as a plan has: what is stored of them has room in a row."""

from collections.abc import AsyncIterator

import pytest

from operators.core.active import Container
from operators.core.recovery import Measure
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.flows.crowd import Crowd


@pytest.mark.parametrize("instances", [pytest.param(30, id="a premium plan"), pytest.param(100, id="an isolated plan")])
async def test_an_image_that_stays_silent_on_all_instances(instances: int) -> None:
    """Every measure is taken and stored, the last one is the way back, and the next push is brought."""
    shop = await Crowd.build(1, {}, instances=instances, tags={"pulley": "on", "pulley-recover": "full"})
    engine, key = shop.operator.house.records.engine, shop.key(0)
    for image in ("v2", "silent", "v3"):
        await shop.push(image)
        await shop.run(3600)
    (mended, silent, *_), _ = await engine.rollouts(key, 10, None)
    assert (silent.state, mended.state) == (State.ROLLED_BACK, State.SUCCEEDED)
    assert [one.measure for one in silent.tried] == [Measure.RETRY, Measure.ROLLBACK]
    assert {one.serving and one.serving.digest for one in shop.world.instances("app-0")} == {mended.digest}
    await shop.storage.close()


@pytest.fixture
async def three() -> AsyncIterator[Crowd]:
    """An app on three instances that serves v2, which is proved."""
    shop = await Crowd.build(1, {}, instances=3, tags={"pulley": "on", "pulley-recover": "full"})
    await shop.push("v2")
    await shop.run(600)
    yield shop
    await shop.storage.close()


async def end_of(shop: Crowd) -> tuple[Rollout, Container]:
    """The newest rollout once nothing is left to do, and what is remembered of the app."""
    await shop.run(4 * 3600, tick=20)
    engine, key = shop.operator.house.records.engine, shop.key(0)
    active, _ = await engine.read(key)
    ended = await engine.rollout(key, active.sequence)
    assert ended is not None
    assert active.container is not None
    return ended, active.container


async def test_a_sick_instance_that_is_replaced(three: Crowd) -> None:
    """It is waited for; nothing is done, and nobody is accused."""
    three.world.change_app("app-0", sick_instances={2})
    await three.push("v3")
    await three.run(300)
    three.world.change_app("app-0", sick_instances=set())
    ended, container = await end_of(three)
    assert (ended.state, ended.tried, container.rejected) == (State.SUCCEEDED, (), ())


async def test_a_sick_instance_that_stays(three: Crowd) -> None:
    """Blocked before the push already. What takes the image from none is tried; it ends by naming the machine."""
    three.world.change_app("app-0", sick_instances={2})
    three.world.restart("app-0")
    three.clock.advance(60)
    await three.push("v3")
    ended, container = await end_of(three)
    assert (ended.state, ended.reason) == (State.FAILED, "instances_disagree")
    assert [one.measure for one in ended.tried] == [Measure.RETRY, Measure.REDEPLOY]
    assert "2 of 3 instances serve the image, so it is not taken back from them" in ended.detail
    assert ended.stall is not None
    *well, sick = three.world.instances("app-0")
    assert any(sick.instance_id[:8] in line for line in ended.stall.lines)
    assert "Exit code 137" in ended.stall.meaning
    assert container.rejected == ()
    assert {one.serving and one.serving.digest for one in well} == {ended.digest}
