"""Swaps of slots through the real pipeline, against the simulated Azure."""

from datetime import timedelta

import pytest

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.arm import Arm
from operators.cloud.slot_swaps import SlotSwaps
from operators.core.apps import AppId
from operators.core.swaps import Progress
from operators.errors import Busy, Misled, NotFound, Temporary
from tests.local_azure.worlds import site, world_of


class House:
    """A site with a slot, and the swaps on it."""

    def __init__(self) -> None:
        self.world: World
        self.clock: ManualClock
        self.world, self.clock = world_of(sites=[site(slots=[site(name="staging")])])
        self.swaps = SlotSwaps(Arm(WorldCredential(self.world), transport=WorldTransport(self.world)))
        self.slot = AppId.from_resource_id(self.world.site("web/staging").id)


async def test_a_swap_goes_on_and_ends() -> None:
    """Azure names an address; it goes on, then it is done, and nothing was said of a failure."""
    house = House()
    address = await house.swaps.begin(house.slot)
    assert address is not None
    assert await house.swaps.progress(address) == Progress(under_way=True)
    house.clock.advance(60)
    assert await house.swaps.progress(address) == Progress(under_way=False)


async def test_a_swap_that_fails_tells_why() -> None:
    """The slot does not answer, and after its time the operation has the platform's own words."""
    house = House()
    house.world.stop("web/staging")
    address = await house.swaps.begin(house.slot)
    assert address is not None
    house.clock.advance(timedelta(minutes=26).total_seconds())
    progress = await house.swaps.progress(address)
    assert "did not respond to http ping" in (progress.failure or "")


async def test_a_second_swap_is_busy() -> None:
    """While one goes on nothing else is begun."""
    house = House()
    await house.swaps.begin(house.slot)
    with pytest.raises(Busy):
        await house.swaps.begin(house.slot)


async def test_an_operation_that_is_not_there_is_no_failed_swap() -> None:
    """Neither is one that could not be asked: both are errors, and the caller's fact stays unknown."""
    house = House()
    address = await house.swaps.begin(house.slot)
    assert address is not None
    with pytest.raises(NotFound):
        await house.swaps.progress(address.replace("operationresults/", "operationresults/0"))
    house.world.faults.add(FaultRule(path="/operationresults/", times=1, status=503))
    with pytest.raises(Temporary):
        await house.swaps.progress(address)


async def test_a_token_goes_nowhere_else() -> None:
    """An address at another host is refused before anything is sent."""
    house = House()
    with pytest.raises(Misled, match=r"example\.com"):
        await house.swaps.progress("https://example.com/operationresults/1")
