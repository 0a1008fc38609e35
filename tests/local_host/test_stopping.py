"""Do the loops end as soon as they are asked to?"""

import asyncio

from local.host.stopping import Stopping


async def test_a_wait_ends_when_the_end_is_asked_for() -> None:
    """A long wait is cut short and says so."""
    stopping = Stopping()
    waiting = asyncio.create_task(stopping.sleep(60))
    await asyncio.sleep(0)
    stopping.request()
    async with asyncio.timeout(10):
        assert await waiting is False


async def test_a_wait_of_no_time_knows_the_end() -> None:
    """A timer that is overdue must not fire once more after the end was asked for."""
    stopping = Stopping()
    assert await stopping.sleep(-1) is True
    stopping.request()
    assert await stopping.sleep(-1) is False
