"""What a person asked for is done, whatever comes in between."""

import json

import pytest

from local.azure.scenario import FaultRule
from operators.core.strategies import Strategy
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


async def ask(town: Town, **wish: str) -> None:
    """A person asks for a deployment."""
    await town.operator.admin.deploy("shop", json.dumps({"by": "Ada"} | wish).encode())


async def freeze(town: Town) -> None:
    """Stop every act."""
    await town.operator.admin.freeze(b'{"by": "Bob", "why": "the sale is on"}')


async def unfreeze(town: Town) -> None:
    """Let everything go on."""
    await town.operator.admin.unfreeze(b'{"by": "Bob"}')


@pytest.mark.parametrize("wish", ["digest", "tag"])
async def test_a_wish_outlives_a_freeze(town: Town, wish: str) -> None:
    """Asked for while everything is frozen: the same rollout does it once the switch is lifted."""
    digest = town.world.push("contoso", "shop", "old", "v3").digest
    await freeze(town)
    await ask(town, **{wish: {"digest": digest, "tag": "old"}[wish]})
    await town.run(seconds=30)
    held = await town.rollout("shop")
    assert (held.state, held.digest) == (State.HELD, digest)
    await unfreeze(town)
    await town.run()
    done = await town.rollout("shop", held.sequence)
    assert (done.state, done.digest, done.strategy) == (State.SUCCEEDED, digest, Strategy.PIN)


async def test_a_wish_for_what_runs_already_outlives_a_freeze(town: Town) -> None:
    """A person who asks for the same image again wants a restart; held, it is still not "already running"."""
    await freeze(town)
    await ask(town)
    await town.run(seconds=30)
    await unfreeze(town)
    await town.run()
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]


async def test_a_wish_outlives_the_want_of_a_role(town: Town) -> None:
    """Denied, the wish waits; once the role is there it is the wish that is done."""
    digest = town.world.push("contoso", "shop", "old", "v3").digest
    town.world.remove_role("shop", "AcrPull", "contoso")
    await ask(town, digest=digest)
    await town.run(seconds=60)
    town.world.assign_role("shop", "AcrPull", "contoso")
    await town.run()
    done = await town.rollout("shop")
    assert (done.state, done.digest) == (State.SUCCEEDED, digest)


async def test_a_wish_outlives_an_act_that_did_not_happen(town: Town) -> None:
    """503 and no trace of a write: the same image is written once more, not the followed tag's."""
    digest = town.world.push("contoso", "shop", "old", "v3").digest
    town.world.faults.add(FaultRule(method="PATCH", path="/config/web$", times=1, status=503))
    await ask(town, digest=digest)
    await town.run()
    done = await town.rollout("shop")
    assert (done.state, done.digest, done.attempts) == (State.SUCCEEDED, digest, 2)


async def test_a_copy_of_an_old_push_does_not_undo_a_waiting_wish(town: Town) -> None:
    """An event that comes late, while a person's wish is held, changes nothing about it."""
    digest = town.world.push("contoso", "shop", "old", "v3").digest
    await town.push(IMAGE, "v2")
    await town.run()
    await freeze(town)
    await ask(town, digest=digest)
    await town.run(seconds=30)
    await town.push(IMAGE, "v2")
    await town.run(seconds=30)
    await unfreeze(town)
    await town.run()
    config = await town.operator.admin.app("shop")
    assert config.running is not None
    assert config.running.digest == digest


async def test_a_wish_that_came_to_nothing_is_no_first_sight(fresh: Town) -> None:
    """Deployed while it is stopped and was never looked at: it is adopted all the same, and the next push comes."""
    fresh.world.stop("shop")
    await fresh.operator.inventory.refresh()
    await ask(fresh)
    await fresh.run()
    assert [(await fresh.rollout("shop", n)).reason for n in (1, 2)] == ["app_stopped", "adopted"]
    fresh.world.start("shop")
    fresh.clock.advance(60)
    digest = await fresh.push(IMAGE, "v2")
    await fresh.run()
    rollout = await fresh.rollout("shop")
    assert (rollout.state, rollout.digest) == (State.SUCCEEDED, digest)
