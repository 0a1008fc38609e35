"""Machines whose clocks are not Azure's: every story ends as it would on one whose clock is right."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Died, Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest.fixture(params=[12, 60, -12, -60], ids="{:+} s".format)
def ahead(request: pytest.FixtureRequest) -> timedelta:
    """How far the machine's clock is ahead of Azure's."""
    return timedelta(seconds=request.param)


@pytest_asyncio.fixture
async def elsewhere(town: Town, ahead: timedelta) -> AsyncIterator[Town]:
    """The town with the operator on that machine, which has not heard of Azure's time yet."""
    moved = town.restarted(ahead=ahead)
    yield moved
    await moved.storage.close()


async def test_an_image_that_serves_succeeds_at_once(elsewhere: Town) -> None:
    """The start after the restart is seen as one, and neither retried nor rolled out in another way."""
    digest = await elsewhere.push(IMAGE, "v2")
    await elsewhere.run()
    rollout = await elsewhere.rollout("shop")
    assert (rollout.state, rollout.digest, rollout.tried) == (State.SUCCEEDED, digest, ())
    assert elsewhere.acts == ["sites.restart"]


async def test_every_look_may_be_another_machines(town: Town, ahead: timedelta) -> None:
    """Two machines that are twice as far apart take turns, each new at every message."""
    await town.push(IMAGE, "v2")
    for number in range(20):
        on = town.restarted(ahead=ahead if number % 2 else -ahead)
        await on.run(seconds=5)
        await on.storage.close()
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.tried) == (State.SUCCEEDED, ())
    assert town.acts == ["sites.restart"]


async def test_a_restart_is_known_again_by_another_machine(elsewhere: Town, ahead: timedelta) -> None:
    """The process dies right after the restart, and a machine that is off the other way does not restart again."""
    await elsewhere.push(IMAGE, "v2")
    elsewhere.dies_after("/restart")
    with pytest.raises(Died):
        await elsewhere.run()
    other = elsewhere.restarted(ahead=-ahead)
    await other.claims_expire("shop")
    await other.sweep(after=180)
    assert (await other.rollout("shop")).state is State.SUCCEEDED
    assert other.acts == ["sites.restart"]
    await other.storage.close()


async def test_an_image_that_crashes_is_accused(elsewhere: Town) -> None:
    """Its errors are known to be of this start, whose block is waited for by Azure's clock."""
    await elsewhere.push(IMAGE, "crashes")
    for _ in range(12):
        await elsewhere.sweep()
    failed = await elsewhere.rollout("shop")
    assert failed.stall is not None
    assert (failed.state, failed.stall.reason) == (State.FAILED, StallReason.CONTAINER_EXITED)
