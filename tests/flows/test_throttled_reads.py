"""Reads that Azure throttles: the rollout says so and until when, and nothing is asked before that."""

from datetime import timedelta

import pytest

from local.azure.scenario import FaultRule
from operators.core.clocks import in_utc
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.crowd import Crowd


def refused(path: str, seconds: int, times: int | None = None) -> FaultRule:
    """Azure asks for fewer of these reads, and to come again later."""
    return FaultRule(
        method="GET",
        path=path,
        times=times,
        status=429,
        code="TooManyRequests",
        headers={"Retry-After": str(seconds)},
    )


@pytest.mark.parametrize("size", [1])
@pytest.mark.parametrize(
    ("path", "state"),
    [
        pytest.param("/sites/app-0$", State.PENDING, id="the app"),
        pytest.param("/config/web$", State.PENDING, id="its configuration"),
        pytest.param("/_tags/stable$", State.PENDING, id="the tag"),
        pytest.param("/registries$", State.CHECKING, id="the registry"),
        pytest.param("/roleAssignments$", State.CHECKING, id="its roles"),
        pytest.param("/roleDefinitions/", State.CHECKING, id="what a role gives"),
        pytest.param("/denyAssignments$", State.CHECKING, id="deny assignments"),
    ],
)
async def test_a_throttled_read_is_said_as_throttled(crowd: Crowd, path: str, state: State) -> None:
    """The rollout says that and until when, nothing is asked again before that, and then it goes its way."""
    crowd.world.faults.add(refused(path, 40, times=1))
    await crowd.push("v2")
    await crowd.run(5)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (state, "throttled")
    assert "429 TooManyRequests" in waiting.detail or "are refused until" in waiting.detail
    assert waiting.next_at is not None
    assert waiting.detail.endswith(f"again at {in_utc(waiting.next_at)}")
    assert (waiting.next_at - waiting.updated_at).total_seconds() == 40
    crowd.world.journal.clear()
    await crowd.run(30)
    assert crowd.world.calls == []
    await crowd.run(600)
    rollout = await crowd.rollout()
    assert (rollout.state, rollout.next_at) == (State.SUCCEEDED, None)


@pytest.mark.parametrize("size", [1])
async def test_a_wait_for_access_shows_that_its_looks_are_throttled(crowd: Crowd) -> None:
    """It goes on waiting for the role; why nobody sees that it was given is a stall, until it is seen."""
    crowd.world.remove_role("puller", "AcrPull", "contoso")
    await crowd.push("v2")
    await crowd.run(5)
    crowd.world.assign_role("puller", "AcrPull", "contoso")
    crowd.world.faults.add(refused("/roleAssignments$", 100, times=2))
    await crowd.run(60)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (State.WAITING_ACCESS, "role_missing")
    assert waiting.stall is not None
    assert waiting.stall.reason is StallReason.THROTTLED
    assert "429 TooManyRequests" in waiting.stall.lines[0]
    assert waiting.next_at is not None
    assert waiting.next_at > crowd.clock.now()
    await crowd.run(1200)
    rollout = await crowd.rollout()
    assert (rollout.state, rollout.stall) == (State.SUCCEEDED, None)


@pytest.mark.parametrize("size", [1])
@pytest.mark.parametrize("path", ["/roleAssignments$", "/sites/app-0$"])
async def test_a_wait_for_access_that_cannot_be_read_has_the_end_of_every_wait(crowd: Crowd, path: str) -> None:
    """Denied, and then unreadable: it is looked at less and less often, and given up after a day."""
    crowd.world.remove_role("puller", "AcrPull", "contoso")
    await crowd.push("v2")
    await crowd.run(5)
    crowd.world.faults.add(FaultRule(path=path, status=503))
    crowd.world.journal.clear()
    await crowd.run(3600)
    assert (await crowd.rollout()).state is State.WAITING_ACCESS
    looks = [call for call in crowd.world.calls if call.status == 503]
    assert len(looks) < 20
    crowd.clock.advance(timedelta(days=1).total_seconds())
    await crowd.run(60)
    rollout = await crowd.rollout()
    assert rollout.state is State.FAILED
    assert "waited for 1 day, 0:00:00 in vain" in rollout.detail


@pytest.mark.parametrize("size", [1])
async def test_a_hold_that_is_lifted_into_throttling_is_over(crowd: Crowd) -> None:
    """It does not go on saying that it is held: it is throttled, and then goes its way."""
    await crowd.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await crowd.push("v2")
    await crowd.run(5)
    assert (await crowd.rollout()).state is State.HELD
    crowd.clock.advance(3600)
    crowd.world.faults.add(refused("/roleAssignments$", 40, times=1))
    await crowd.operator.admin.unfreeze(b'{"by": "ana"}')
    await crowd.run(5)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (State.CHECKING, "throttled")
    await crowd.run(600)
    assert (await crowd.rollout()).state is State.SUCCEEDED


@pytest.mark.parametrize("size", [1])
@pytest.mark.parametrize("path", ["/siteStatus$", "/instances$"])
async def test_a_throttled_look_comes_again_when_azure_said(crowd: Crowd, path: str) -> None:
    """After the act too: the rollout says why it does not know, and nothing is asked before the time is over."""
    await crowd.push("v2")
    await crowd.run(5)
    assert (await crowd.rollout()).state is State.VERIFYING
    crowd.world.faults.add(refused(path, 70, times=1))
    await crowd.run(40)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (State.VERIFYING, StallReason.THROTTLED)
    assert "429 TooManyRequests" in waiting.detail
    assert waiting.next_at is not None
    assert 30 < (waiting.next_at - crowd.clock.now()).total_seconds() <= 70
    crowd.world.journal.clear()
    await crowd.run(30)
    assert crowd.world.calls == []
    await crowd.run(600)
    assert (await crowd.rollout()).state is State.SUCCEEDED


@pytest.mark.parametrize("size", [1])
async def test_whether_it_was_done_is_asked_again_when_azure_said(crowd: Crowd) -> None:
    """The restart got no answer, and neither does the look at what came of it."""
    crowd.world.faults.add(FaultRule(method="POST", path="/restart$", effect="lose_answer", times=1))
    crowd.world.faults.add(refused("/siteStatus$", 70, times=1).model_copy(update={"skip": 1}))
    await crowd.push("v2")
    await crowd.run(40)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (State.APPLYING, StallReason.THROTTLED)
    crowd.world.journal.clear()
    await crowd.run(30)
    assert crowd.world.calls == []
    await crowd.run(600)
    assert (await crowd.rollout()).state is State.SUCCEEDED
    assert len(crowd.restarts) == 0
