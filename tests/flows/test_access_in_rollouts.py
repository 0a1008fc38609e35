"""Access in rollouts: what is waited for, what is not, and what a verdict costs."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import World
from operators.assembly import assemble
from operators.cloud.queues import LOOKS, LookMessage
from operators.core.access import Reason, Verdict
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """The usual town, with an image for other processors."""
    scenario["images"]["arm"] = {"platforms": ["linux/arm64", "linux/arm/v7"]}
    return scenario


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


async def test_a_right_that_is_missing_does_not_stop_it(town: Town) -> None:
    """403 stays: the verdict is unknown and names the right, the rollout goes on and is watched as always."""
    action = "Microsoft.Authorization/roleAssignments/read"
    message = f"The client 'x' does not have authorization to perform action '{action}' over scope '/subscriptions/s'."
    town.world.faults.add(FaultRule(path="/roleAssignments$", status=403, code="AuthorizationFailed", message=message))
    await town.push(IMAGE, "v2")
    await town.run()
    rollout = await town.rollout("shop", 2)
    assert rollout.state is State.SUCCEEDED
    assert rollout.access is not None
    assert rollout.access.verdict is Verdict.UNKNOWN
    assert action in rollout.access.sentence


async def test_an_image_that_cannot_run_is_not_tried(town: Town) -> None:
    """An index without linux/amd64 is denied before anything is done; a push that has it goes on."""
    await town.push(IMAGE, "arm")
    await town.run(seconds=30)
    waiting = await town.rollout("shop", 2)
    assert (waiting.state, waiting.reason) == (State.WAITING_ACCESS, Reason.PLATFORM_MISSING)
    assert town.acts == []
    await town.push(IMAGE, "v2")
    await town.run()
    assert (await town.rollout("shop")).state is State.SUCCEEDED


class Rounds(WorldTransport):
    """Counts how many calls to ARM a call had to wait for, one after the other: a round trip each."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.of: dict[str, int] = {}
        self._finished = 0

    def begin(self) -> None:
        """Count anew."""
        self.of, self._finished = {}, 0

    async def send(self, request: Any, **options: Any) -> Any:
        """Send it, after so many turns of the loop that what goes together goes together."""
        mine = self._finished + 1
        for _ in range(100):
            await asyncio.sleep(0)
        response = await super().send(request, **options)
        if "management.azure.com" in request.url:
            self._finished = max(self._finished, mine)
            self.of[request.url.partition("?")[0].rpartition("/")[2]] = mine
        return response


async def test_a_warm_rollout_has_two_round_trips_to_its_restart(town: Town) -> None:
    """Everything is read at once, by the image and the identity of last time; then it is restarted."""
    rounds = Rounds(town.world)
    credential = WorldCredential(town.world)
    town.operator = assemble(town.settings, town.storage, credential, town.clock.now, rounds)
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "v3")
    rounds.begin()
    message = await (await town.storage.queue(LOOKS)).receive_message()
    assert message is not None
    await town.operator.reconcile.run(LookMessage.read(message.content), owner=message.id)
    assert rounds.of.pop("restart") == 2
    assert set(rounds.of.values()) == {1}
    assert {"shop", "web", "siteStatus"} <= set(rounds.of)
