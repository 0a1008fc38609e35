"""Access in rollouts: what is waited for, what is not, and what a verdict costs."""

from datetime import timedelta

import pytest_asyncio

from operators.core.access import Reason
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest_asyncio.fixture
async def slow(town: Town) -> Town:
    """The same town, whose operator knows that roles take their ten minutes."""
    return town.restarted(role_spread_seconds=600)


async def test_a_new_role_is_waited_for_until_it_has_spread(slow: Town) -> None:
    """Denied, then granted: the rollout tells until when it waits, does nothing before that, and goes on by itself."""
    slow.world.remove_role("shop", "AcrPull", "contoso")
    await slow.push(IMAGE, "v2")
    await slow.run(seconds=60)
    given_at = slow.clock.now()
    slow.world.assign_role("shop", "AcrPull", "contoso", spreads_in=540)
    await slow.run(seconds=590)
    waiting = await slow.rollout("shop", 2)
    assert (waiting.state, waiting.reason) == (State.WAITING_ACCESS, Reason.ROLE_PROPAGATING)
    assert waiting.access is not None
    assert waiting.access.until == given_at + timedelta(minutes=10)
    assert slow.acts == []
    await slow.run()
    assert (await slow.rollout("shop", 2)).state is State.SUCCEEDED
    reasons = [step.reason for step in await slow.steps("shop", 2) if step.state is State.WAITING_ACCESS]
    assert reasons == [Reason.ROLE_MISSING, Reason.ROLE_PROPAGATING]
