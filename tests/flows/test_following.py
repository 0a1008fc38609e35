"""What an app follows, when people change it, swap slots or write images by hand."""

from typing import Any

import pytest

from operators.core.active import Container
from operators.core.proof import Proof
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.flows.staging import IMAGE, serving, swap_by_hand, with_slot
from tests.flows.town import Town

NEXT = "contoso.azurecr.io/shop:next"
TO_NEXT = {"pulley": "on", "pulley-policy": "exact:next"}


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """The app has a slot that nobody looks after, with another tag; `next` is what `stable` is."""
    with_slot(scenario, {"image": NEXT, "tags": {}})
    scenario["sites"][0]["tags"] = {"pulley": "on"}
    scenario["registries"][0]["tags"]["shop:next"] = "v1"
    return scenario


async def remembered(town: Town) -> Container:
    """What the engine remembers of the app."""
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    return active.container


async def checked(town: Town, *, seconds: float = 900) -> Rollout:
    """The app's newest rollout after two drift checks, and all that they bring."""
    for _ in range(2):
        town.clock.advance(60)
        await town.operator.drift.check()
        await town.run(seconds=seconds)
    return await town.rollout("shop")


async def test_a_policy_that_is_set_later_is_seen(town: Town) -> None:
    """What the app runs is what the new tag names: nothing is done, and the next push to it is followed."""
    town.world.change_app("shop", tags=TO_NEXT)
    changed = await checked(town)
    assert (changed.reason, town.acts) == ("reference_changed", [])
    new = await town.push(NEXT, "v2")
    await town.run()
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_a_push_before_the_policy_was_seen_is_not_lost(town: Town) -> None:
    """Nobody followed the tag when it was pushed: the drift check brings it."""
    town.world.change_app("shop", tags=TO_NEXT)
    new = await town.push(NEXT, "v2")
    assert ((await checked(town)).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_what_failed_here_still_does_under_another_tag(town: Town) -> None:
    """The new tag names the image that crashed under the old one: it is not brought, and the good one stays known."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    await town.push(NEXT, "crashes", deliver=False)
    town.world.change_app("shop", tags=TO_NEXT)
    assert ((await checked(town)).reason, serving(town)) == ("rejected", {good})
    assert good in [one.digest for one in (await remembered(town)).last_good]


async def test_a_policy_that_goes_away_again(town: Town) -> None:
    """The app follows what its configuration names, and a push to the other tag is nobody's."""
    town.world.change_app("shop", tags=TO_NEXT)
    await checked(town)
    town.world.change_app("shop", tags={"pulley": "on"})
    await checked(town)
    assert str((await remembered(town)).reference) == IMAGE
    await town.push(NEXT, "v2")
    await town.run()
    assert town.acts == []


async def test_a_policy_for_an_app_that_is_pinned(fresh: Town) -> None:
    """Seen without a policy, it is no first sight any more: what is pushed after the policy was set is brought."""
    pinned = fresh.world.push("contoso", "shop", "old", "v1").digest
    fresh.world.configure("shop", {"linuxFxVersion": f"DOCKER|contoso.azurecr.io/shop@{pinned}"})
    await fresh.settle()
    assert (await fresh.rollout("shop")).reason == "not_followed"
    fresh.world.change_app("shop", tags={"pulley": "on", "pulley-policy": "exact:stable"})
    new = await fresh.push(IMAGE, "v2")
    await fresh.run()
    assert ((await fresh.rollout("shop")).reason, (await remembered(fresh)).decided) == ("reference_changed", pinned)
    assert ((await checked(fresh)).state, serving(fresh)) == (State.SUCCEEDED, {new})


async def test_a_policy_at_first_sight_changes_nothing(fresh: Town) -> None:
    """Whatever its tag names: what the app runs is the baseline, until somebody pushes."""
    fresh.world.push("contoso", "shop", "next", "v2")
    fresh.world.change_app("shop", tags=TO_NEXT)
    await fresh.settle()
    assert ((await checked(fresh)).reason, fresh.acts) == ("adopted", [])


@pytest.mark.parametrize("again", [False, True])
async def test_a_tag_that_is_written_after_a_swap_is_followed(town: Town, *, again: bool) -> None:
    """A swap replaces no reference, but a person's tag does, however long after, and be it the one that came so."""
    if again:
        town.world.configure("shop/staging", {"linuxFxVersion": "DOCKER|contoso.azurecr.io/shop:theirs"})
    swap_by_hand(town)
    await checked(town)
    assert str((await remembered(town)).reference) == IMAGE
    town.clock.advance(30 * 86400)
    town.world.push("contoso", "shop", "theirs", "v3")
    if again:
        town.world.configure("shop", {"linuxFxVersion": f"DOCKER|{IMAGE}"})
        await checked(town)
    town.world.configure("shop", {"linuxFxVersion": "DOCKER|contoso.azurecr.io/shop:theirs"})
    followed = await checked(town)
    assert (followed.reason, town.acts) == ("reference_changed", [])
    assert str((await remembered(town)).reference) == "contoso.azurecr.io/shop:theirs"


async def test_a_tag_that_is_written_after_our_own_swap_is_followed(town: Town) -> None:
    """Also where nothing was looked at in between, and it is not undone."""
    town.world.change_app("shop", tags={"pulley": "on", "pulley-strategy": "swap:staging"})
    await town.push(IMAGE, "v2")
    await town.run(seconds=900)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    town.world.journal.clear()
    town.clock.advance(30 * 86400)
    town.world.push("contoso", "shop", "theirs", "v3")
    town.world.configure("shop", {"linuxFxVersion": "DOCKER|contoso.azurecr.io/shop:theirs"})
    assert ((await checked(town)).reason, town.acts) == ("reference_changed", [])


@pytest.mark.parametrize("strategy", ["restart", "pin"])
@pytest.mark.parametrize("by_swap", [False, True])
async def test_what_others_brought_is_said_and_not_undone(town: Town, strategy: str, *, by_swap: bool) -> None:
    """A digest by hand, or a swap: the app is not said to run what it ran, and the next push is followed."""
    town.world.change_app("shop", tags={"pulley": "on", "pulley-strategy": strategy})
    await town.push(IMAGE, "v2")
    await town.run()
    town.world.journal.clear()
    theirs = town.world.push("contoso", "shop", "next", "v3").digest
    town.clock.advance(60)
    if by_swap:
        swap_by_hand(town)
    else:
        town.world.configure("shop", {"linuxFxVersion": f"DOCKER|contoso.azurecr.io/shop@{theirs}"})
    assert ((await checked(town)).reason, town.acts) == ("overtaken", [])
    shown = (await town.operator.admin.app("shop")).running
    assert (shown and shown.digest, shown and shown.proof) == ((None, None) if by_swap else (theirs, Proof.PINNED))
    new = await town.push(IMAGE, "v1")
    await town.run()
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_a_swap_of_the_same_tag_proves_nothing(town: Town) -> None:
    """The slot may have pulled it earlier: what runs is not known, and a push of the same image is brought."""
    town.world.configure("shop/staging", {"linuxFxVersion": f"DOCKER|{IMAGE}"})
    town.clock.advance(60)
    new = await town.push(IMAGE, "v2")
    await town.run()
    swap_by_hand(town)
    assert (await checked(town)).reason == "overtaken"
    assert (await remembered(town)).running is None
    await town.push(IMAGE, "v2")
    await town.run()
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_a_slot_outlives_the_container_of_its_site(town: Town) -> None:
    """Production runs a built-in stack now, and the slot its container: it is not gone, and follows its pushes."""
    town.world.change_app("shop/staging", tags={"pulley": "on"})
    await checked(town)
    town.world.configure("shop", {"linuxFxVersion": "PYTHON|3.13"})
    town.clock.advance(60)
    refreshed = await town.operator.inventory.refresh()
    assert refreshed.gone == (town.key("shop"),)
    await town.push(NEXT, "v2")
    await town.run()
    assert (await town.rollout("shop:staging")).state is State.SUCCEEDED


async def test_work_that_hangs_on_another_slot_keeps_nothing_away(town: Town) -> None:
    """A slot that the app's images do not go through: what the app is owed is brought all the same."""
    town.world.stop("shop")
    new = await town.push(IMAGE, "v2")
    await town.run()
    town.world.change_app("shop/staging", in_progress_operation_id="9d1f")
    await checked(town)
    town.clock.advance(1800)
    opened = (await town.operator.drift.check()).opened
    assert [finding.app for finding in opened] == [f"{town.key('shop')}:staging"]
    town.world.start("shop")
    assert ((await checked(town)).state, serving(town)) == (State.SUCCEEDED, {new})
