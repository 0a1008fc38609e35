"""A rollout that is held: what comes meanwhile is answered in the end, and nothing is asked for without end."""

from datetime import timedelta

from local.azure.scenario import FaultRule
from operators.core.gate import Mode
from operators.core.looks import Cause, Look
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
NEVER_PUSHED = f"sha256:{'f' * 64}"


async def held(town: Town) -> Town:
    """The town observed only, with a rollout that is decided and not done."""
    observer = town.restarted(mode=Mode.OBSERVE)
    await observer.push(IMAGE, "v2")
    await observer.run(seconds=30)
    assert (await observer.rollout("shop")).state is State.HELD
    return observer


async def test_a_forged_push_is_disbelieved_in_the_end(town: Town) -> None:
    """The registry is asked again after 10, 30, 90, 300 s as for any push, and then it is right."""
    observer = await held(town)
    app, now = observer.key("shop"), observer.clock.now()
    pushed_at = now + timedelta(days=1)
    await observer.operator.house.records.engine.mark(
        Look(app=app, cause=Cause.PUSH, at=now, detail="forged", digest=NEVER_PUSHED, pushed_at=pushed_at)
    )
    observer.world.journal.clear()
    await observer.operator.house.records.queues.look(app)
    await observer.run(seconds=100)
    active, looks = await observer.operator.house.records.engine.read(app)
    assert looks == ()
    assert active.rollout is not None
    assert active.rollout.state is State.HELD
    assert (await observer.rollout("shop")).reason == "already_on_its_way"


async def test_an_app_that_is_gone_is_given_up(town: Town) -> None:
    """404 again and again: the rollout ends and says why, instead of being asked about for ever."""
    observer = await held(town)
    observer.world.faults.add(FaultRule(path="/sites/shop$", status=404, code="ResourceNotFound"))
    await observer.operator.house.records.queues.look(observer.key("shop"))
    await observer.run(seconds=100)
    active, _ = await observer.operator.house.records.engine.read(observer.key("shop"))
    ended = await observer.rollout("shop")
    assert active.rollout is None
    assert (ended.state, ended.reason) == (State.SUPERSEDED, "app_unreadable")


async def test_one_refusal_does_not_end_a_rollout_held_for_long(town: Town) -> None:
    """Refusals are counted in a row: a role that is missing for a moment gives nothing up."""
    observer = await held(town)
    await observer.run(seconds=100)
    observer.world.faults.add(FaultRule(path="/sites/shop$", times=2, status=403, code="AuthorizationFailed"))
    await observer.run(seconds=50)
    assert (await observer.rollout("shop", 2)).state is State.HELD
