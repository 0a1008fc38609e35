"""The strategy `swap`: a new image proves itself in a slot, and only then changes places with what serves."""

from datetime import timedelta
from typing import Any

import pytest

from operators.core.apps import AppId
from operators.core.looks import Cause, Look
from operators.core.proof import Proof
from operators.core.stalls import StallReason
from operators.core.strategies import Strategy
from operators.core.transitions import Event, State
from operators.errors import Conflict
from tests.flows.staging import (
    CAREFUL,
    IMAGE,
    begin_to_swap,
    serving,
    swapped_in_and_crashing,
    with_slot,
)
from tests.flows.town import Town


@pytest.fixture
def slot() -> dict[str, Any]:
    """The slot; stories parametrize what is different."""
    return {}


@pytest.fixture
def scenario(scenario: dict[str, Any], slot: dict[str, Any]) -> dict[str, Any]:
    """The app has a slot that its new images go through, with an identity of its own."""
    return with_slot(scenario, slot)


async def configured(town: Town, name: str = "shop") -> str | None:
    """What a configuration names."""
    site, _, slot = name.partition("/")
    app = AppId.from_key(town.key(site)).slot_id(slot or None)
    return (await town.operator.house.azure.sites.config(app)).linux_fx_version


async def test_a_swap_has_no_downtime(town: Town) -> None:
    """The slot gets the image, serves it, and changes places with the app, which serves at every moment."""
    old = serving(town)
    new = await town.push(IMAGE, "v2")
    for _ in range(60):
        await town.run(seconds=2, step=2)
        assert serving(town) in (old, {new})
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.strategy, rollout.proof) == (State.SUCCEEDED, Strategy.SWAP, Proof.PINNED)
    assert town.acts == ["config.update", "slots.swap"]
    assert serving(town) == {new}
    assert serving(town, "shop/staging") == old
    assert await configured(town) == f"DOCKER|contoso.azurecr.io/shop@{new}"


async def test_the_next_one_goes_the_same_way(town: Town) -> None:
    """After a swap the app follows its tag as before, and the drift check finds nothing that others have changed."""
    await town.push(IMAGE, "v2")
    await town.run()
    await town.operator.inventory.refresh()
    newest = await town.push(IMAGE, "v3")
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.sequence, rollout.state, serving(town)) == (3, State.SUCCEEDED, {newest})


async def test_what_fails_in_the_slot_never_reaches_the_app(town: Town) -> None:
    """The digest is rejected, nothing was swapped, and the history says that the app was not touched."""
    before = serving(town)
    bad = await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason) == (State.FAILED, StallReason.CONTAINER_EXITED)
    assert "not touched" in rollout.detail
    assert (town.acts, serving(town)) == (["config.update"], before)
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert [one.digest for one in active.container.rejected] == [bad]
    assert active.container.running is not None


async def test_a_slot_that_names_the_image_already_is_restarted(town: Town) -> None:
    """Writing the same value changes nothing at Azure, so the slot is started anew, for only that proves anything."""
    new = await town.push(IMAGE, "v2", deliver=False)
    town.world.configure("shop/staging", {"linuxFxVersion": f"DOCKER|contoso.azurecr.io/shop@{new}"})
    town.clock.advance(60)
    await town.push(IMAGE, "v2")
    await town.run()
    assert town.acts == ["sites.restart", "slots.swap"]
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


@pytest.mark.parametrize("slot", [{"role": False}])
async def test_both_identities_have_to_be_allowed(town: Town) -> None:
    """A slot pulls as itself: without its own AcrPull the rollout waits, and names the slot."""
    await town.push(IMAGE, "v2")
    await town.run(seconds=30)
    rollout = await town.rollout("shop")
    assert (rollout.state, town.acts) == (State.WAITING_ACCESS, [])
    assert rollout.access is not None
    assert "shop:staging" in rollout.access.sentence
    examined = await town.operator.doctor.app(town.key("shop"))
    [stage] = [check for check in examined.checks if check.code == "stage"]
    assert (stage.status, "az role assignment create" in stage.fix[0]) == ("problem", True)


@pytest.mark.parametrize("slot", [{"role": False}])
async def test_each_identity_is_given_what_it_lacks(town: Town) -> None:
    """PULLEY_GRANT_PULL with both roles missing: one grant each, and the history says whose was missing when."""
    town = town.restarted(grant_pull=True)
    town.world.remove_role("shop", "AcrPull", "contoso")
    town.clock.advance(600)
    new = await town.push(IMAGE, "v2")
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.state, serving(town)) == (State.SUCCEEDED, {new})
    steps = await town.steps("shop", rollout.sequence)
    denied = [step.detail.partition(" ")[0] for step in steps if step.event is Event.DENIED]
    assert (denied, [step.reason for step in steps].count("granted")) == (["shop:staging", "shop"], 2)


@pytest.mark.parametrize("slot", [{"role": False}])
async def test_a_person_gives_the_slot_what_it_lacks(town: Town) -> None:
    """POST …/access/grant of the app: its own identity lacks nothing, so its slot gets the role, and it goes on."""
    await town.push(IMAGE, "v2")
    await town.run(seconds=30)
    assert (await town.operator.admin.grant("shop", b'{"by": "ana"}')).role == "AcrPull"
    await town.run(seconds=1800)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    with pytest.raises(Conflict, match="no role would change the verdict"):
        await town.operator.admin.grant("shop", b"")


async def test_what_fails_after_the_swap_is_swapped_back(town: Town) -> None:
    """The slot still has the last good image: the way back is a swap, without a pull or a start."""
    good = await swapped_in_and_crashing(town)
    await town.run(seconds=1800)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.back_to and rollout.back_to.digest) == (State.ROLLED_BACK, good)
    assert town.acts == ["config.update", "slots.swap", "slots.swap"]
    assert serving(town) == {good}


async def test_a_newer_push_takes_the_place_of_one_in_the_slot(town: Town) -> None:
    """What is in the slot was not swapped yet, so it makes room: the app never runs the older image."""
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    newest = await town.push(IMAGE, "v3")
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUPERSEDED
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {newest})
    assert town.acts == ["config.update", "config.update", "slots.swap"]


async def test_a_freeze_holds_the_swap(town: Town) -> None:
    """Between the slot and the swap the gate is asked again."""
    new = await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    await town.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await town.run(seconds=120)
    assert ((await town.rollout("shop")).state, town.acts) == (State.HELD, ["config.update"])
    await town.operator.admin.unfreeze(b'{"by": "ana"}')
    await town.run()
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_a_swap_that_the_platform_gives_up(town: Town) -> None:
    """The slot stopped answering before its swap: the app goes on serving, and the platform's own words are told."""
    before = serving(town)
    await town.push(IMAGE, "v2")
    await begin_to_swap(town)
    town.world.stop("shop/staging")
    await town.run(seconds=timedelta(minutes=35).total_seconds(), step=20)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason) == (State.FAILED, StallReason.SWAP_FAILED)
    assert rollout.stall is not None
    assert "did not respond to http ping" in rollout.stall.lines[0]
    assert serving(town) == before


async def test_a_long_swap_of_ours_is_nobody_elses_work(town: Town) -> None:
    """While it goes on, Azure shows an operation on the app and on the slot: no finding is made of it."""
    await town.push(IMAGE, "v2")
    await begin_to_swap(town)
    town.world.stop("shop/staging")
    for _ in range(3):
        await town.run(seconds=360, step=20)
        assert town.world.site("shop").told.in_progress_operation_id is not None
        assert (await town.operator.drift.check()).opened == ()


async def test_a_slot_that_is_not_there(town: Town) -> None:
    """The rollout fails and says which slot is missing; nothing is done to the app."""
    town.world.change_app("shop", tags=CAREFUL | {"pulley-strategy": "swap:green"})
    await town.push(IMAGE, "v2")
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason, town.acts) == (State.FAILED, "slot_unusable", [])
    assert "shop:green" in rollout.detail


async def test_the_slot_is_no_app_of_its_own(town: Town) -> None:
    """A push to the repository that both follow brings one rollout, and a person is told why the slot has none."""
    apps = [entry.site.id.name async for entry in town.operator.house.records.inventory.entries()]
    assert apps == ["shop"]
    slot = f"{town.key('shop')}:staging"
    look = Look(app=slot, cause=Cause.FIRST_SIGHT, at=town.clock.now(), detail="an inventory of before")
    await town.operator.inventory.marking.mark(look)
    await town.run()
    active, _ = await town.operator.house.records.engine.read(slot)
    rollout = await town.operator.house.records.engine.rollout(slot, active.sequence)
    assert rollout is not None
    assert (rollout.state, rollout.reason, town.acts) == (State.SKIPPED, "stage", [])
