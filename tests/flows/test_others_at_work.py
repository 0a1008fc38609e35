"""Somebody else at work on the app: waited for and said, never disturbed, and never waited for without an end."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
DEPLOYING = {"deployment": {"id": "c1d7a5f0-1111-4222-8333-444455556666"}}
CONFLICT = FaultRule(
    method="POST",
    path="/restart$",
    status=409,
    envelope="web",
    code="Conflict",
    message="There is a deployment currently in progress. Please try again when it completes.",
)


async def test_a_409_of_somebodys_deployment_is_waited_for(town: Town) -> None:
    """No failure: a stall that says what it is, since the first refusal, until it ends."""
    town.world.faults.add(CONFLICT)
    await town.push(IMAGE, "v2")
    began = town.clock.now()
    await town.run(seconds=500)
    waiting = await town.rollout("shop")
    assert (waiting.state, waiting.reason) == (State.CHECKING, "busy")
    assert waiting.stall is not None
    assert waiting.stall.reason is StallReason.DEPLOYMENT_IN_PROGRESS
    assert "deployment currently in progress" in waiting.stall.lines[0]
    assert (waiting.stall.since - began).total_seconds() < 10
    town.world.faults.clear()
    await town.run()
    assert (await town.rollout("shop")).state is State.SUCCEEDED


@pytest.mark.parametrize(
    ("work", "reason"),
    [
        pytest.param(DEPLOYING, StallReason.DEPLOYMENT_IN_PROGRESS, id="a deployment"),
        pytest.param({"target_swap_slot": "staging"}, StallReason.SWAP_IN_PROGRESS, id="a swap"),
        pytest.param({"in_progress_operation_id": "9d1f"}, StallReason.OPERATION_IN_PROGRESS, id="an operation"),
    ],
)
async def test_no_measure_is_taken_into_somebody_elses_work(
    town: Town, work: dict[str, Any], reason: StallReason
) -> None:
    """The planned restart waits for its end."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=200, envelope="none", times=1))
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.RECOVERING)
    town.world.change_app("shop", **work)
    town.world.journal.clear()
    await town.run(seconds=120)
    waiting = await town.rollout("shop")
    assert (waiting.state, waiting.reason, town.acts) == (State.RECOVERING, reason, [])
    town.world.change_app("shop", **dict.fromkeys(work))
    await town.run(seconds=600)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
