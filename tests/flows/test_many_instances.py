"""An app on as many instances as a plan has: what is stored of them has room in a row."""

import pytest

from operators.core.recovery import Measure
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
