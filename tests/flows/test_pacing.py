"""One push that many apps follow spreads out instead of failing, and the wait is in the history."""

from collections.abc import Awaitable, Callable

import pytest

from local.azure.scenario import FaultRule
from operators.cloud.queues import LOOKS
from operators.core.pacing import ACTS_A_SECOND, turn
from operators.core.transitions import State
from tests.flows.crowd import Crowd


async def test_many_apps_take_turns(crowd: Crowd) -> None:
    """All are restarted once and succeed, at the stated rate; nothing is refused, and the wait is in the history."""
    await crowd.push("v2")
    await crowd.run(1200)
    assert len(crowd.restarts) == crowd.size
    assert await crowd.states() == {State.SUCCEEDED}
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
    assert [call for call in crowd.world.calls if call.status == 429] == []
    assert crowd.restarts[-1] - crowd.restarts[0] < 1.5 * crowd.size / ACTS_A_SECOND
    last = (await crowd.steps(crowd.size - 1))[0]
    assert last.detail.endswith("after others")


@pytest.mark.parametrize("size", [9])
async def test_the_wait_for_a_turn_is_visible_meanwhile(crowd: Crowd) -> None:
    """The answer about an app says what it is to be looked at for and when; once it was looked at, that is gone."""
    await crowd.push("v2")
    last, asked = f"app-{crowd.size - 1}", len(crowd.world.calls)
    marked = (await crowd.operator.admin.app(last)).marked
    assert marked is not None
    assert (marked.cause, marked.by, marked.at) == ("push", None, crowd.clock.now())
    assert marked.detail.startswith("contoso.azurecr.io/shop:stable pushed at sha256:")
    assert marked.turn == crowd.clock.now() + turn(crowd.size - 1)
    assert len(crowd.world.calls) == asked
    await crowd.run(1200)
    assert (await crowd.operator.admin.app(last)).marked is None


@pytest.mark.parametrize(("budgets", "size"), [({"writes": {"size": 30, "refill": 1}}, 30)])
async def test_a_small_budget_is_not_overdrawn(crowd: Crowd) -> None:
    """With one write a second ARM refuses no act: what it tells is left stops us before, and all are restarted."""
    await crowd.push("v2")
    await crowd.run(3600)
    assert len(crowd.restarts) == crowd.size
    assert await crowd.states() == {State.SUCCEEDED}
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
    assert crowd.refused == []
    assert any("writes left in subscription" in step.detail for step in await crowd.waits())


@pytest.mark.parametrize("size", [40])
async def test_a_refusal_is_obeyed_by_everybody_and_visible(crowd: Crowd) -> None:
    """After a 429 with Retry-After no act of the subscription is sent before, and the rollouts say why they wait."""
    crowd.world.faults.add(
        FaultRule(
            method="POST",
            path="/restart$",
            skip=15,
            times=1,
            status=429,
            code="SubscriptionRequestsThrottled",
            headers={"Retry-After": "17"},
        )
    )
    await crowd.push("v2")
    await crowd.run(1200)
    assert len(crowd.restarts) == crowd.size
    assert await crowd.states() == {State.SUCCEEDED}
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
    (refused,) = crowd.refused
    next_one = min(at for at in crowd.restarts if at > refused.at.timestamp())
    assert next_one - refused.at.timestamp() >= 17
    waited = await crowd.waits()
    # whoever was restarted before waits for the platform's log, which is read by a POST
    assert {step.state for step in waited} == {State.CHECKING, State.VERIFYING}
    (told,) = [step for step in waited if "429 SubscriptionRequestsThrottled" in step.detail]
    assert "nothing was done, again in 17 s, at " in told.detail
    assert any("are refused until" in step.detail for step in waited)


async def found_by_the_drift_check(crowd: Crowd) -> None:
    """No event came: the drift check sees that all are behind."""
    crowd.world.push("contoso", "shop", "stable", "v2")
    await crowd.operator.drift.check()


async def sent_again_by_the_sweep(crowd: Crowd) -> None:
    """Every message was lost: the sweep finds all of them overdue."""
    await crowd.push("v2")
    await (await crowd.storage.queue(LOOKS)).clear_messages()
    crowd.clock.advance(120)
    await crowd.operator.sweep.run()


async def let_go_at_the_end_of_a_freeze(crowd: Crowd) -> None:
    """All are held, and the freeze is lifted."""
    await crowd.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await crowd.push("v2")
    await crowd.run(60)
    assert await crowd.states() == {State.HELD}
    await crowd.operator.admin.unfreeze(b'{"by": "ana"}')


@pytest.mark.parametrize("size", [20])
@pytest.mark.parametrize(
    "begin",
    [found_by_the_drift_check, sent_again_by_the_sweep, let_go_at_the_end_of_a_freeze],
    ids=lambda f: f.__name__,
)
async def test_whoever_has_many_apps_looked_at_lets_them_take_turns(
    crowd: Crowd, begin: Callable[[Crowd], Awaitable[None]]
) -> None:
    """Not only a push: all are restarted at the stated rate, and none had to be put off at the last moment."""
    await begin(crowd)
    await crowd.run(1200)
    assert await crowd.states() == {State.SUCCEEDED}
    assert (len(crowd.restarts), await crowd.waits()) == (crowd.size, [])
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
