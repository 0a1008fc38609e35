"""The strategy `swap` when the process dies in the middle of it, and when somebody else moves the slot or the app."""

from collections.abc import Callable
from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.staging import (
    CAREFUL,
    IMAGE,
    begin_to_swap,
    begins_to_crash,
    serving,
    swap_by_hand,
    with_slot,
    write_into_slot,
)
from tests.flows.town import Died, Town


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """The app has a slot that its new images go through, and another one."""
    scenario = with_slot(scenario, {})
    slots = scenario["sites"][0]["slots"]
    slots.append(slots[0] | {"name": "green", "tags": {}})
    scenario["role_assignments"].append({"principal": "shop/green", "role": "AcrPull", "scope": "contoso"})
    return scenario


async def goes_on(town: Town) -> None:
    """The claim of the process that died runs out, and the sweep finds what is overdue."""
    await town.claims_expire("shop")
    town.clock.advance(700)
    await town.operator.sweep.run()
    await town.run(seconds=1800)


@pytest.mark.parametrize("part", ["slotsswap", "staging/config/web"])
async def test_a_crash_behind_an_act_repeats_nothing(town: Town, part: str) -> None:
    """The process died after the write or the swap: what is real is read, and no second one is sent."""
    new = await town.push(IMAGE, "v2")
    town.dies_after(part, method="POST" if part == "slotsswap" else "PATCH")
    with pytest.raises(Died):
        await town.run()
    await goes_on(town)
    rollout = await town.rollout("shop")
    assert (rollout.state, serving(town)) == (State.SUCCEEDED, {new})
    assert town.acts == ["config.update", "slots.swap"]


@pytest.mark.parametrize("swapping", [False, True])
async def test_a_crash_before_a_result_is_stored(town: Town, swapping: bool) -> None:
    """The slot served, or the swap was done, and that was seen but never written down: it is seen once more."""
    new = await town.push(IMAGE, "v2")
    await (begin_to_swap(town) if swapping else town.run_until("shop", State.VERIFYING))
    town.clock.advance(60)
    town.dies_before_storing("/due(")
    with pytest.raises(Died):
        await town.run()
    town = town.restarted()
    await goes_on(town)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})
    assert town.acts == ["config.update", "slots.swap"]


async def test_a_crash_behind_the_swap_back(town: Town) -> None:
    """The last good image is in the app's configuration again: a second swap would bring the bad one back."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    town.world.journal.clear()
    bad = await town.push(IMAGE, "v3")
    while (await town.rollout("shop")).sequence == 2 or not (await town.rollout("shop")).swapped:
        await town.run(seconds=1, step=1)
    begins_to_crash(town, bad)
    town.world.restart("shop")
    town.dies_after("slotsswap", method="POST")
    with pytest.raises(Died):
        await town.run(seconds=900)
    await goes_on(town)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.ROLLED_BACK, {good})
    assert town.acts == ["config.update", "slots.swap", "slots.swap"]


async def test_a_swap_that_never_reached_azure(town: Town) -> None:
    """No answer, and nothing to be seen for long enough: it is asked for once more, from where it was decided."""
    new = await town.push(IMAGE, "v2")
    town.world.faults.add(FaultRule(method="POST", path="/slotsswap", times=1, effect="refuse"))
    await town.run(seconds=1800)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.attempts, serving(town)) == (State.SUCCEEDED, 2, {new})


@pytest.mark.parametrize(
    ("strategy", "acts"),
    [
        ("restart", ["config.update", "sites.restart"]),
        ("pin", ["config.update", "config.update"]),
        ("swap:green", ["config.update", "config.update", "slots.swap"]),
    ],
)
async def test_another_strategy_meanwhile(town: Town, strategy: str, acts: list[str]) -> None:
    """What is in the slot was not swapped yet, so the app's new way counts, and the history says why."""
    new = await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    town.world.change_app("shop", tags=CAREFUL | {"pulley-strategy": strategy})
    await town.run()
    left = await town.rollout("shop", 2)
    assert (left.state, left.detail) == (State.SUPERSEDED, f"its way is {strategy} now, not swap:staging")
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})
    assert town.acts == acts


async def test_a_tag_that_moves_back_meanwhile(town: Town) -> None:
    """It names what the app runs: what is in the slot is left there, and nothing is swapped."""
    old = await town.push(IMAGE, "v2")
    await town.run()
    town.world.journal.clear()
    await town.push(IMAGE, "v3")
    await town.run_until("shop", State.VERIFYING)
    await town.push(IMAGE, "v2")
    await town.run()
    assert ((await town.rollout("shop", 3)).state, serving(town)) == (State.SUPERSEDED, {old})
    assert town.acts == ["config.update"]


async def staged(town: Town) -> str:
    """A digest that its slot serves, and that a freeze keeps there."""
    new = await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    await town.operator.admin.freeze(b'{"by": "ana", "why": "I try something"}')
    await town.run_until("shop", State.HELD)
    return new


async def let_go(town: Town) -> None:
    """The end of that freeze, a minute later."""
    town.clock.advance(60)
    await town.operator.admin.unfreeze(b'{"by": "ana"}')
    await town.run()


async def test_the_slot_is_written_before_the_swap(town: Town) -> None:
    """What the slot has is read again before the swap: where it is another image by then, it is brought there anew."""
    new = await staged(town)
    write_into_slot(town)
    await let_go(town)
    assert town.acts == ["config.update", "config.update", "slots.swap"]
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_a_person_swaps_what_was_staged(town: Town) -> None:
    """It is there already: nothing is swapped once more."""
    new = await staged(town)
    swap_by_hand(town)
    await let_go(town)
    assert town.acts == ["config.update"]
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason, serving(town)) == (State.SUPERSEDED, "already_running", {new})


@pytest.mark.parametrize(("interferes", "after"), [(write_into_slot, 0), (swap_by_hand, 5), (swap_by_hand, 10)])
async def test_what_others_do_during_the_swap(town: Town, interferes: Callable[[Town], None], after: float) -> None:
    """Another image came through, or the swap was undone at once: it is said so, and not that the app is untouched."""
    await town.push(IMAGE, "v2")
    await begin_to_swap(town)
    town.clock.advance(after)
    interferes(town)
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason) == (State.FAILED, StallReason.OVERTAKEN)
    assert town.acts == ["config.update", "slots.swap"]
    assert "not touched" not in rollout.detail
    assert rollout.stall is not None
    assert "contoso.azurecr.io/shop:" in rollout.stall.lines[0]
    newest = await town.push(IMAGE, "v2")
    await town.run()
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {newest})


async def test_a_swap_that_is_refused(town: Town) -> None:
    """The right that the operator lacks is named, and the app serves what it served."""
    before = serving(town)
    await town.push(IMAGE, "v2")
    right = "Microsoft.Web/sites/slots/slotsswap/action"
    message = f"The client 'p' does not have authorization to perform action '{right}' over scope '/subscriptions/s'."
    town.world.faults.add(
        FaultRule(method="POST", path="/slotsswap", status=403, code="AuthorizationFailed", message=message)
    )
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason, serving(town)) == (State.FAILED, "refused", before)
    assert right in rollout.detail
