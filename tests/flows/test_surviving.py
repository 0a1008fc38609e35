"""What can go wrong around a rollout, and that it ends in the same state all the same."""

import json

import pytest

from local.azure.scenario import FaultRule
from operators.cloud.queues import LOOKS, LookMessage
from operators.core.gate import Mode
from operators.core.resuming import INTERRUPTIONS
from operators.core.transitions import State
from operators.errors import Temporary
from tests.flows.town import Died, Town

IMAGE = "contoso.azurecr.io/shop:stable"


async def test_a_restart_whose_answer_was_lost_is_not_repeated(town: Town) -> None:
    """The platform restarted the app but its answer never came: what is real is read, and the watch goes on."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", times=1, effect="lose_answer"))
    await town.push(IMAGE, "v2")
    await town.run()
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.attempts) == (State.SUCCEEDED, 1)
    assert town.acts == ["sites.restart"]


async def test_a_restart_that_did_not_happen_is_repeated_once(town: Town) -> None:
    """503 and no trace of a restart: it is done once more, and the history says so."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", times=1, status=503))
    await town.push(IMAGE, "v2")
    await town.run()
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.attempts) == (State.SUCCEEDED, 2)
    assert "no_answer" in [step.reason for step in await town.steps("shop", 2)]


async def test_a_busy_app_is_waited_for(town: Town) -> None:
    """409 "another operation is in progress": no failure, again later."""
    town.world.faults.add(
        FaultRule(
            method="POST", path="/restart$", times=2, status=409, envelope="web", code="Conflict", extended_code="59203"
        )
    )
    await town.push(IMAGE, "v2")
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED


@pytest.mark.parametrize(("times", "waits"), [(1, 1), (9, 3)], ids=["for a moment", "for long"])
async def test_what_others_have_under_way_cannot_be_read(town: Town, times: int, waits: int) -> None:
    """It is read again three times before it acts without knowing of deployments, and says so."""
    town.world.faults.add(FaultRule(path="/deploymentStatus$", times=times, status=503))
    await town.push(IMAGE, "v2")
    await town.run()
    steps = await town.steps("shop", 2)
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    assert [step.reason for step in steps].count("deployments_unreadable") == waits
    assert any("deploymentStatus of shop: 503" in step.detail for step in steps if step.state is State.APPLYING) is (
        waits > 1
    )


async def test_dying_between_intent_and_result(town: Town) -> None:
    """The process dies right after the restart: the next one reads what is real and does not restart again."""
    await town.push(IMAGE, "v2")
    town.dies_after("/restart")
    with pytest.raises(Died):
        await town.run()
    town = town.restarted()
    await town.claims_expire("shop")
    await town.sweep()
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.attempts) == (State.SUCCEEDED, 1)
    assert town.acts == ["sites.restart"]
    assert "resumed" in [step.reason for step in await town.steps("shop", 2)]


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-strategy": "pin"}])
async def test_what_was_written_before_dying_is_our_own(town: Town) -> None:
    """The process dies right after it wrote the configuration: the next push does not take that for a revert."""
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "v3")
    town.dies_after("/config/web", method="PATCH")
    with pytest.raises(Died):
        await town.run()
    town = town.restarted()
    await town.claims_expire("shop")
    await town.sweep()
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    await town.push(IMAGE, "v2")
    await town.run()
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert (active.container.reverts, town.acts) == (0, ["config.update"] * 3)


async def test_a_lost_message_costs_a_minute(town: Town) -> None:
    """A mark whose message is gone is found by the sweep."""
    await town.push(IMAGE, "v2")
    await (await town.storage.queue(LOOKS)).clear_messages()
    await town.run()
    assert town.acts == []
    await town.sweep()
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED


async def test_an_end_that_died_before_it_was_listed_is_listed_by_the_next_step(town: Town) -> None:
    """A push that found another rollout on its way ended beside it: everyone's list shows it all the same."""
    await town.operator.admin.freeze(b'{"by": "ana", "why": "the sale"}')
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "v2")
    town.dies_before_storing("/recent(")
    with pytest.raises(Died):
        await town.run()
    town = town.restarted()
    await town.operator.admin.unfreeze(b'{"by": "ana"}')
    await town.run()
    listed, _ = await town.operator.house.records.recent.page(10, None)
    assert {one.sequence: one.state for one in listed} == {
        1: State.SKIPPED,
        2: State.SUCCEEDED,
        3: State.SKIPPED,
    }


async def test_dying_before_it_was_listed_who_follows_what(fresh: Town) -> None:
    """The app was adopted, and the list that pushes and the drift check go by says it after the next step."""
    await fresh.operator.inventory.refresh()
    fresh.dies_before_storing("/follows(")
    with pytest.raises(Died):
        await fresh.run()
    town = fresh.restarted()
    await town.sweep()
    await town.push(IMAGE, "v2", deliver=False)
    assert (await town.operator.drift.check()).marked == (town.key("shop"),)


async def test_a_poisoned_rollout_is_interrupted_and_resumed(town: Town) -> None:
    """A message that failed five times leaves an interrupted rollout with the error; the sweep brings it to its end."""
    await town.push(IMAGE, "v2")
    await town.run(seconds=5)
    watched = await town.rollout("shop", 2)
    assert watched.state is State.VERIFYING
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    await town.operator.house.records.due.put(town.key("shop"), town.clock.now(), error="KeyError: 'properties'")
    await (await town.storage.queue(LOOKS)).clear_messages()
    await town.operator.sweep.poisoned(LookMessage(app=town.key("shop"), step=active.next_step), owner="poison")
    interrupted = await town.rollout("shop", 2)
    assert (interrupted.state, interrupted.detail) == (State.INTERRUPTED, "KeyError: 'properties'")
    await town.sweep(after=200)
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]


async def test_a_rollout_that_is_poisoned_again_and_again_fails(town: Town) -> None:
    """Ten times resumed in vain is a defect that no further time mends: it ends, is told, and nothing is left to do."""
    await town.push(IMAGE, "v2")
    await town.run(seconds=5)
    engine = town.operator.house.records.engine
    for times in range(INTERRUPTIONS):
        active, _ = await engine.read(town.key("shop"))
        assert active.rollout is not None
        assert active.rollout.interruptions == times
        await town.operator.house.records.due.put(town.key("shop"), town.clock.now(), error="KeyError: 'properties'")
        await (await town.storage.queue(LOOKS)).clear_messages()
        await town.operator.sweep.poisoned(LookMessage(app=town.key("shop"), step=active.next_step), owner=f"{times}")
    ended = await town.rollout("shop", 2)
    assert (ended.state, ended.reason) == (State.FAILED, "interrupted")
    assert ended.detail.endswith("KeyError: 'properties'")
    assert (await town.operator.admin.app("shop")).running is None
    await town.sweep(after=600)
    await town.operator.sweep.run()
    active, looks = await engine.read(town.key("shop"))
    assert (active.sequence, active.rollout, looks) == (2, None, ())
    assert [due.app async for due in town.operator.house.records.due.all()] == []


async def test_an_unexpected_error_is_remembered_for_the_poison_queue(town: Town) -> None:
    """A defect of ours fails the message, frees the claim, and its words wait beside the due time."""
    await town.push(IMAGE, "v2")
    town.dies_after("/restart", error=RuntimeError("a defect"))
    with pytest.raises(RuntimeError):
        await town.run()
    due = await town.operator.house.records.due.get(town.key("shop"))
    assert due is not None
    assert due.error == "RuntimeError: a defect"


async def test_a_lost_event_is_found_by_the_drift_check(town: Town) -> None:
    """The registry's tag moved and no event came: the check marks the app, once."""
    await town.push(IMAGE, "v2", deliver=False)
    checked = await town.operator.drift.check()
    assert checked.marked == (town.key("shop"),)
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    assert (await town.operator.drift.check()).marked == ()


async def test_what_is_being_rolled_out_is_no_drift(town: Town) -> None:
    """The drift check knows of a decision as soon as it was acted upon, not only once the rollout has ended."""
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    assert (await town.operator.drift.check()).marked == ()


async def test_an_unreadable_tag_is_neither_drift_nor_none(town: Town) -> None:
    """The drift check says what it could not read, and marks nothing."""
    town.world.faults.add(FaultRule(host="contoso.azurecr.io", path="_tags", status=503, envelope="registry"))
    checked = await town.operator.drift.check()
    assert checked.marked == ()
    assert [unknown.partition(": ")[0] for unknown in checked.unknown] == [IMAGE]


async def test_observing_changes_nothing_at_azure(town: Town) -> None:
    """PULLEY_MODE=observe decides and records, and sends no write; acting later takes the rollout up."""
    observer = town.restarted(mode=Mode.OBSERVE)
    await observer.push(IMAGE, "v2")
    await observer.run(seconds=60)
    assert (await observer.rollout("shop", 2)).state is State.HELD
    assert observer.acts == []
    await town.run(seconds=60)
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED


async def test_a_freeze_holds_and_its_end_lets_go(town: Town) -> None:
    """Frozen, with who and why in the history; lifted, the same rollout goes on at once."""
    await town.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await town.push(IMAGE, "v2")
    await town.run(seconds=30)
    held = await town.rollout("shop", 2)
    assert (held.state, held.reason) == (State.HELD, "frozen")
    assert "ana" in held.detail
    assert "black friday" in held.detail
    await town.operator.admin.unfreeze(b'{"by": "ana"}')
    await town.run(seconds=60)
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED


async def test_an_unknown_repository_asks_for_one_refresh(town: Town) -> None:
    """Whoever asks within five minutes, the inventory is read once for everybody."""
    assert await town.operator.inventory.refresh_if_due("one") is not None
    assert await town.operator.inventory.refresh_if_due("another") is None


async def test_a_refresh_that_died_is_done_by_its_next_message(town: Town) -> None:
    """The five minutes are taken before the work: whoever took them may have them again, and nobody else."""
    town.dies_after("/providers/Microsoft.Web/sites")
    with pytest.raises(Died):
        await town.operator.inventory.refresh_if_due("one")
    assert await town.operator.inventory.refresh_if_due("another") is None
    assert await town.operator.inventory.refresh_if_due("one") is not None


async def test_a_scope_that_is_not_there_is_said(town: Town) -> None:
    """A resource group with a typo is no empty one: the drift check's answer names it and says why."""
    scope = f"{town.settings.scopes[0]}/resourceGroups/typo"
    mistyped = town.restarted(scopes=(scope,))
    answer = await mistyped.operator.admin.check_drift()
    await mistyped.storage.close()
    assert [line.partition(": ")[0] for line in answer.unread] == [scope]
    assert "404" in answer.unread[0]
    assert answer.gone == ()


async def test_a_scope_that_was_not_listed_whole_loses_nothing(town: Town) -> None:
    """A failed page removes no app from the inventory."""
    town.world.faults.add(FaultRule(path="/sites$", status=503))
    refreshed = await town.operator.inventory.refresh()
    assert [line.partition(": ")[0] for line in refreshed.unread] == list(town.settings.scopes)
    assert refreshed.gone == ()
    assert (await town.operator.admin.app("shop")).name == "shop"


async def test_storage_that_does_not_answer_fails_the_message(town: Town) -> None:
    """Where the operator's own storage is away, the message fails as temporary and nothing was done to the app."""
    town.network.lose = lambda request: True
    with pytest.raises(Temporary):
        await town.operator.reconcile.run(LookMessage(app=town.key("shop")), owner="m")
    assert town.acts == []


async def test_messages_are_json_with_an_app(town: Town) -> None:
    """The queue's messages are what docs and the sweep take them for."""
    await town.push(IMAGE, "v2")
    message = await (await town.storage.queue(LOOKS)).receive_message()
    assert message is not None
    assert json.loads(message.content) == {"app": town.key("shop"), "step": None}
