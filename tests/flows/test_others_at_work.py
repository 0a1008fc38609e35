"""Somebody else at work on the app: waited for and said, never disturbed, and never waited for without an end."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.notices import news_of
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.refusals import CONFLICT
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
ID = "c1d7a5f0-1111-4222-8333-444455556666"
DEPLOYING = {"deployment": {"id": ID}}


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


async def goes_by(town: Town, hours: float) -> None:
    """Let hours go by: the drift check once in each, and what is due is worked on."""
    for _ in range(round(hours)):
        town.clock.advance(3600)
        await town.operator.drift.check()
        await town.run(seconds=20)


async def hints(town: Town, sequence: int) -> list[str]:
    """The timeline's reasons."""
    return [step.reason for step in await town.steps("shop", sequence)]


async def test_what_hangs_is_waited_for_two_hours_and_brought_when_it_is_over(town: Town) -> None:
    """One line while it is the same, an end of its own that is news, no new try for a week, and then the image."""
    town.world.change_app("shop", **DEPLOYING)
    await town.push(IMAGE, "v2")
    await town.run(seconds=600)
    waiting = await town.rollout("shop", 2)
    assert (waiting.state, waiting.hindered_since) == (State.CHECKING, waiting.stall and waiting.stall.since)
    assert await hints(town, 2) == ["begun", "chosen", "deployment_in_progress"]
    await goes_by(town, 3)
    ended = await town.rollout("shop", 2)
    assert (ended.state, ended.reason) == (State.HINDERED, "deployment_in_progress")
    assert ended.detail == "waited for 2:00:00 in vain: a deployment of code is in progress: " + ID
    assert news_of(ended) is not None
    await goes_by(town, 7 * 24)
    assert await town.rollout("shop") == ended
    assert town.acts == []
    town.world.change_app("shop", deployment=None)
    await town.operator.drift.check()
    await town.run()
    done = await town.rollout("shop", 3)
    assert (done.state, done.digest) == (State.SUCCEEDED, ended.digest)


async def test_a_409_without_end_is_given_up(town: Town) -> None:
    """Nothing but the refusals tells of the other one: it ends the same way, and is tried again, rarely and quietly."""
    town.world.faults.add(CONFLICT)
    await town.push(IMAGE, "v2")
    for _ in range(30):
        await town.run(seconds=300, step=300)
    ended = await town.rollout("shop", 2)
    assert (ended.state, ended.reason) == (State.HINDERED, "deployment_in_progress")
    await goes_by(town, 24)
    tried = await town.rollout("shop")
    assert (tried.state, tried.sequence, news_of(tried)) == (State.HINDERED, 5, None)
    town.world.faults.clear()
    await goes_by(town, 24)
    done = await town.rollout("shop")
    assert (done.state, done.digest) == (State.SUCCEEDED, ended.digest)


async def test_a_measure_waits_two_hours_too(town: Town) -> None:
    """The rollout has failed then, and says what kept the next measure."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=200, envelope="none", times=1))
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.RECOVERING)
    town.world.change_app("shop", **DEPLOYING)
    town.world.journal.clear()
    await goes_by(town, 4)
    ended = await town.rollout("shop", 2)
    assert (ended.state, ended.reason, town.acts) == (State.FAILED, "restart_not_taken", [])
    assert "retry was not tried: waited for 2:00:00 in vain" in ended.detail


@pytest.mark.parametrize("refuses", [False, True], ids=["work that shows", "refusals only"])
async def test_a_way_back_that_was_waited_for_in_vain_says_what_stays_open(town: Town, refuses: bool) -> None:
    """The tag still names what crashed: said with the command that names the last good image."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    if refuses:
        town.world.faults.add(CONFLICT.model_copy(update={"method": "PATCH", "path": "/config/web$"}))
    else:
        town.world.change_app("shop", in_progress_operation_id="9d1f")
    for _ in range(40):
        await town.run(seconds=300, step=300)
    ended = await town.rollout("shop", 3)
    assert (ended.state, ended.tried, ended.why) == (State.FAILED, (), "container_exited")
    assert "waited for 2:00:00 in vain" in ended.detail
    assert f"the platform itself may still pull {ended.digest}" in ended.detail
    assert ended.detail.endswith(f"--container-image-name contoso.azurecr.io/shop@{good}")


async def test_a_person_goes_on_into_what_hangs_and_never_into_what_goes_on(town: Town) -> None:
    """Asked at once, done when the deployment has taken longer than it may: by a write, with the name of who asked."""
    town.world.change_app("shop", **DEPLOYING)
    digest = await town.push(IMAGE, "v2")
    await town.run(seconds=20)
    await town.operator.admin.deploy("shop", b'{"by": "ana", "anyway": true}')
    await town.run(seconds=20)
    assert (await town.rollout("shop", 2)).state is State.SUPERSEDED
    waiting = await town.rollout("shop", 3)
    assert (waiting.state, waiting.caused_by) == (
        State.CHECKING,
        "ana: deploy what it follows, though others are at work",
    )
    town.clock.advance(19 * 60)
    await town.run(seconds=20)
    assert town.acts == []
    town.clock.advance(60)
    await town.run()
    done = await town.rollout("shop", 3)
    assert (done.state, done.digest, town.acts) == (State.SUCCEEDED, digest, ["config.update"])
    (go,) = [step for step in await town.steps("shop", 3) if step.state is State.APPLYING]
    assert go.detail == f"ana has it go on, though a deployment of code is in progress: {ID}"
    assert go.evidence[0] == f"deploymentStatus of {ID}: BuildInProgress"


async def test_a_person_who_knows_that_it_hangs_need_not_wait(town: Town) -> None:
    """The drift check has seen it for long: what is asked for is done at once."""
    town.world.change_app("shop", **DEPLOYING)
    await goes_by(town, 2)
    await town.push(IMAGE, "v2")
    await town.run(seconds=20)
    assert town.acts == []
    await town.operator.admin.deploy("shop", b'{"by": "ana", "anyway": true}')
    await town.run()
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    assert town.acts == ["config.update"]


async def test_nothing_is_done_into_somebody_elses_work(town: Town) -> None:
    """A deployment, a swap, an operation: waited for, shown as a stall with its reason, then gone on with."""
    works: tuple[tuple[dict[str, Any], StallReason], ...] = (
        ({"deployment": {"id": "c1d7a5f0-1111-4222-8333-444455556666"}}, StallReason.DEPLOYMENT_IN_PROGRESS),
        ({"target_swap_slot": "staging"}, StallReason.SWAP_IN_PROGRESS),
        ({"in_progress_operation_id": "9d1f"}, StallReason.OPERATION_IN_PROGRESS),
    )
    for busy, reason in works:
        town.world.journal.clear()
        town.world.change_app("shop", **busy)
        await town.push(IMAGE, "v2" if reason is StallReason.SWAP_IN_PROGRESS else "v3")
        await town.run(seconds=60)
        waiting = await town.rollout("shop")
        assert (waiting.state, waiting.reason) == (State.CHECKING, reason)
        assert waiting.stall is not None
        assert waiting.next_at is not None
        assert town.acts == []
        town.world.change_app("shop", **dict.fromkeys(busy))
        await town.run(seconds=600)
        done = await town.rollout("shop")
        assert (done.state, done.stall) == (State.SUCCEEDED, None)
