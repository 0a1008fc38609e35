"""What an app did not get for no fault of the image, and how it gets it after all."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.transitions import State
from operators.web.app_answers import OwedAnswer
from tests.flows.receiver import Receiver
from tests.flows.staging import IMAGE, serving
from tests.flows.town import Town

HOUR = 3600
PINNED = {"pulley": "on", "pulley-strategy": "pin"}


def refuse(town: Town) -> None:
    """The operator may restart nothing."""
    said = "The client 'x' does not have authorization to perform action 'Microsoft.Web/sites/restart/action'."
    rule = FaultRule(method="POST", path="/restart$", status=403, code="AuthorizationFailed", message=said)
    town.world.faults.add(rule)


async def drift_checks(town: Town, hours: float) -> None:
    """So many hours with a drift check every half hour."""
    for _ in range(round(2 * hours)):
        town.clock.advance(HOUR / 2)
        await town.operator.drift.check()
        await town.run(seconds=600)


async def owed(town: Town) -> OwedAnswer | None:
    """What the API says that the app is owed."""
    return (await town.operator.admin.app("shop")).owed


@pytest.mark.parametrize("resource_tags", [PINNED])
async def test_what_is_pushed_to_a_stopped_app(town: Town) -> None:
    """It is brought once a person has started the app, at the next check, and until then nothing is said twice."""
    await town.push(IMAGE, "v2")
    await town.run()
    town.world.stop("shop")
    new = await town.push(IMAGE, "v3")
    await town.run()
    await drift_checks(town, 30)
    stopped = await town.rollout("shop")
    assert (stopped.sequence, stopped.reason) == (3, "app_stopped")
    town.world.start("shop")
    await drift_checks(town, 0.5)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})
    assert await owed(town) is None


async def test_a_right_that_is_given_later(town: Town) -> None:
    """A refused restart is tried again within the hour, without a push or a person."""
    refuse(town)
    new = await town.push(IMAGE, "v2")
    await town.run()
    waits = await owed(town)
    assert (waits and waits.digest, waits and waits.reason, waits and waits.tries) == (new, "refused", 1)
    town.world.faults.clear()
    await drift_checks(town, 0.5)
    assert (await town.rollout("shop")).sequence == 2
    await drift_checks(town, 1)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})
    assert await owed(town) is None


async def test_a_right_that_is_never_given(heard: Town, receiver: Receiver) -> None:
    """The tries get rarer, nobody is told of the same again, and the next push is not held for them."""
    refuse(heard)
    await heard.push(IMAGE, "v2")
    await heard.run()
    await drift_checks(heard, 72)
    assert (await heard.rollout("shop")).sequence == 2 + len(("1 h", "3 h", "8 h", "24 h", "24 h"))
    await heard.tell()
    assert [event["type"].rpartition(".")[2] for event in receiver.events] == ["failed"]
    heard.world.faults.clear()
    new = await heard.push(IMAGE, "v3")
    await heard.run()
    assert ((await heard.rollout("shop")).state, serving(heard)) == (State.SUCCEEDED, {new})


async def test_a_role_that_comes_after_a_day(town: Town) -> None:
    """The wait for access is given up, and taken up again by the drift check."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    new = await town.push(IMAGE, "v2")
    await town.run(seconds=26 * HOUR, step=600)
    assert (await town.rollout("shop", 2)).state is State.FAILED
    town.world.assign_role("shop", "AcrPull", "contoso")
    await drift_checks(town, 1.5)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


async def test_an_image_that_is_at_fault_is_owed_to_nobody(town: Town) -> None:
    """It crashed here: only a push or a person brings it again."""
    await town.push(IMAGE, "crashes")
    await town.run()
    assert await owed(town) is None
    await drift_checks(town, 30)
    assert (await town.rollout("shop")).sequence == 2


async def test_a_person_says_otherwise(town: Town) -> None:
    """Whoever writes another image by hand does not find it replaced an hour later."""
    refuse(town)
    await town.push(IMAGE, "v2")
    await town.run()
    theirs = town.world.push("contoso", "shop", "other", "v3").digest
    town.world.configure("shop", {"linuxFxVersion": f"DOCKER|contoso.azurecr.io/shop@{theirs}"})
    town.world.faults.clear()
    town.world.journal.clear()
    await drift_checks(town, 5)
    assert ((await town.rollout("shop")).reason, await owed(town), town.acts) == ("overtaken", None, [])


async def test_a_wish_that_came_to_nothing_takes_nothing_away(town: Town) -> None:
    """A person asks for another image while the tag's waits for access; both do in vain, and the tag's is brought."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    new = await town.push(IMAGE, "v2")
    await town.run(seconds=600)
    town.world.push("contoso", "shop", "other", "v3")
    await town.operator.admin.deploy("shop", b'{"by": "ana", "tag": "other"}')
    await town.run(seconds=26 * HOUR, step=600)
    assert [(await town.rollout("shop", n)).state for n in (2, 3)] == [State.SUPERSEDED, State.FAILED]
    waits = await owed(town)
    assert waits
    assert waits.digest == new
    town.world.assign_role("shop", "AcrPull", "contoso")
    await drift_checks(town, 1.5)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})


@pytest.mark.parametrize("resource_tags", [PINNED])
async def test_a_strategy_that_is_mistyped_for_a_while(town: Town) -> None:
    """What waited then is brought once the resource tag is mended."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    new = await town.push(IMAGE, "v2")
    await town.run(seconds=600)
    town.world.change_app("shop", tags=PINNED | {"pulley-strategy": "blue-green"})
    town.world.assign_role("shop", "AcrPull", "contoso")
    await town.run(seconds=1800)
    assert ((await town.rollout("shop")).state, town.acts) == (State.SUPERSEDED, [])
    town.world.change_app("shop", tags=PINNED)
    await drift_checks(town, 1.5)
    assert ((await town.rollout("shop")).state, serving(town)) == (State.SUCCEEDED, {new})
