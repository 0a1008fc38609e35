"""Rollouts from the push to their end: real SDK clients, the simulated Azure, real storage."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.apps import AppId
from operators.core.deliveries import read_delivery
from operators.core.looks import Cause, Look, Wish
from operators.core.proof import Proof
from operators.core.stalls import StallReason
from operators.core.strategies import Strategy
from operators.core.transitions import State
from tests.flows.staging import serving
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


async def test_a_push_becomes_a_serving_container(town: Town) -> None:
    """One restart, every instance started anew, the pull seen: succeeded, and the history tells the way."""
    await town.push(IMAGE, "v2")
    await town.run()
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.strategy, rollout.proof) == (State.SUCCEEDED, Strategy.RESTART, Proof.PULLED)
    assert town.acts == ["sites.restart"]
    assert {instance.serving.digest for instance in town.world.instances("shop") if instance.serving} == {
        rollout.digest
    }
    states = [step.state for step in await town.steps("shop", 2)]
    assert states[:4] == [State.PENDING, State.CHECKING, State.APPLYING, State.VERIFYING]
    assert states[-1] is State.SUCCEEDED


async def test_first_sight_changes_nothing(town: Town) -> None:
    """An app seen for the first time is adopted with what it runs, also where the tag has moved meanwhile."""
    rollout = await town.rollout("shop", 1)
    assert (rollout.state, rollout.reason, rollout.cause) == (State.SKIPPED, "adopted", Cause.FIRST_SIGHT)


async def test_a_lost_table_is_a_first_sight(town: Town) -> None:
    """Where the engine's table is gone, the next push is adopted and nothing is done."""
    table = await town.storage.table("engine")
    async for row in table.list_entities():
        await table.delete_entity(row)
    await town.push(IMAGE, "v2")
    await town.run()
    assert (await town.rollout("shop")).reason == "adopted"
    assert town.acts == []


async def test_copies_of_an_event_are_one_rollout(town: Town) -> None:
    """Three deliveries of the same push before and while it is rolled out: one restart."""
    event = read_delivery(town.world.push("contoso", "shop", "stable", "v2").event)
    await town.operator.intake.receive(event)
    await town.operator.intake.receive(event)
    await town.run(seconds=6)
    await town.operator.intake.receive(event)
    await town.run()
    assert town.acts == ["sites.restart"]
    last = await town.rollout("shop")
    assert (last.state, last.reason) == (State.SKIPPED, "already_running")


async def test_pushes_while_one_is_under_way_are_gathered(town: Town) -> None:
    """The first push acts at once; two that follow while it is watched become one more rollout, to the newest."""
    await town.push(IMAGE, "v2")
    await town.run(seconds=5)
    await town.push(IMAGE, "v3")
    digest = await town.push(IMAGE, "v1")
    await town.run()
    newest = await town.rollout("shop")
    assert (newest.sequence, newest.state, newest.digest) == (3, State.SUCCEEDED, digest)
    assert town.acts == ["sites.restart", "sites.restart"]


async def test_there_and_back_is_three_rollouts(town: Town) -> None:
    """A → B → A: each is rolled out; identity is the sequence number, not the digest."""
    for behaves_as in ("v2", "v3", "v2"):
        await town.push(IMAGE, behaves_as)
        await town.run()
    assert [(await town.rollout("shop", n)).state for n in (2, 3, 4)] == [State.SUCCEEDED] * 3


async def test_without_the_role_it_waits_and_goes_on(town: Town) -> None:
    """Denied: nothing is done, the fix is said; once the role is there the same rollout goes on by itself."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    await town.push(IMAGE, "v2")
    await town.run(seconds=60)
    waiting = await town.rollout("shop", 2)
    assert waiting.state is State.WAITING_ACCESS
    assert waiting.access is not None
    assert any("az role assignment create" in command for command in waiting.access.fix)
    assert town.acts == []
    town.world.assign_role("shop", "AcrPull", "contoso")
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED


async def test_waiting_writes_its_timeline_once(town: Town) -> None:
    """Looking again at a denied access adds no lines until something changes; the looks are counted."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    await town.push(IMAGE, "v2")
    await town.run(seconds=100)
    assert (await town.rollout("shop", 2)).waits > 3
    assert len(await town.steps("shop", 2)) == 3


async def test_a_newer_push_supersedes_a_waiting_rollout(town: Town) -> None:
    """A rollout that waits for access has not acted: the newer image takes its place."""
    town.world.remove_role("shop", "AcrPull", "contoso")
    await town.push(IMAGE, "v2")
    await town.run(seconds=20)
    await town.push(IMAGE, "v3")
    await town.run(seconds=20)
    town.world.assign_role("shop", "AcrPull", "contoso")
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUPERSEDED
    assert (await town.rollout("shop", 3)).state is State.SUCCEEDED


async def test_a_crash_is_explained_and_rejected(town: Town) -> None:
    """The exit code and the container's words are the evidence; the digest is not tried again but by hand."""
    await town.push(IMAGE, "crashes")
    await town.run()
    failed = await town.rollout("shop", 2)
    assert (failed.state, failed.reason) == (State.FAILED, StallReason.CONTAINER_EXITED)
    assert failed.stall is not None
    assert any("exit code: 3" in line for line in failed.stall.lines)
    assert any("no DATABASE_URL" in line for line in failed.stall.lines)
    await town.push(IMAGE, "crashes")
    await town.run()
    assert (await town.rollout("shop")).reason == "rejected"
    assert town.acts == ["sites.restart"]
    await town.operator.admin.deploy("shop", b'{"by": "ana"}')
    await town.run()
    by_hand = await town.rollout("shop")
    assert (by_hand.cause, by_hand.state) == (Cause.PERSON, State.FAILED)
    assert by_hand.applied_at is not None


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-strategy": "pin"}])
async def test_pin_writes_the_digest_and_still_follows_the_tag(town: Town) -> None:
    """The configuration names the digest, nothing else of it changes, and the next push of the tag is followed."""
    for behaves_as in ("v2", "v3"):
        await town.push(IMAGE, behaves_as)
        await town.run()
    newest = await town.rollout("shop")
    assert (newest.state, newest.proof, newest.reference) == (State.SUCCEEDED, Proof.PINNED, IMAGE)
    assert town.acts == ["config.update"] * 2
    config = await town.operator.house.azure.sites.config(AppId.from_key(town.key("shop")))
    assert config.linux_fx_version == f"DOCKER|contoso.azurecr.io/shop@{newest.digest}"
    assert config.health_check_path == "/health"


async def test_a_person_deploys_an_older_tag(town: Town) -> None:
    """Another tag can only be pinned; the drift check does not undo it, the next push of the followed tag does."""
    town.world.push("contoso", "shop", "old", "v3")
    await town.operator.admin.deploy("shop", b'{"tag": "old", "by": "ana"}')
    await town.run()
    by_hand = await town.rollout("shop")
    assert (by_hand.state, by_hand.strategy) == (State.SUCCEEDED, Strategy.PIN)
    assert (await town.operator.drift.check()).marked == ()
    digest = await town.push(IMAGE, "v2")
    await town.run()
    assert (await town.rollout("shop")).digest == digest


async def test_a_refused_restart_says_which_right_is_missing(town: Town) -> None:
    """403 at the act: failed with the platform's words, and the image is not blamed."""
    town.world.faults.add(
        FaultRule(
            method="POST",
            path="/restart$",
            status=403,
            code="AuthorizationFailed",
            message="The client 'x' does not have authorization to perform action "
            "'Microsoft.Web/sites/restart/action' over scope '/subscriptions/s'.",
        )
    )
    await town.push(IMAGE, "v2")
    await town.run()
    failed = await town.rollout("shop", 2)
    assert (failed.state, failed.reason) == (State.FAILED, "refused")
    assert "Microsoft.Web/sites/restart/action" in failed.detail
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.rejected == ()


async def test_without_site_status_the_outcome_is_unverified(town: Town) -> None:
    """Where nobody may read siteStatus, a rollout that looks right is not called succeeded."""
    town.world.faults.add(FaultRule(path="/siteStatus", status=403, code="AuthorizationFailed"))
    await town.push(IMAGE, "v2")
    await town.run(seconds=3000)
    assert (await town.rollout("shop", 2)).state is State.UNVERIFIED


async def test_a_registry_that_does_not_answer_is_waited_for(town: Town) -> None:
    """Three refusals for a moment: the rollout is put off, nothing is blamed, then it goes its way."""
    town.world.faults.add(FaultRule(host="contoso.azurecr.io", path="_tags", times=3, status=503, envelope="registry"))
    await town.push(IMAGE, "v2")
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    reasons = [step.reason for step in await town.steps("shop", 2)]
    assert reasons.count("registry_unreadable") == 3


async def test_a_deployed_digest_that_is_wished_for(town: Town) -> None:
    """A person may name a digest; it is pinned."""
    digest = town.world.push("contoso", "shop", "other", "v3").digest
    look = Look(
        app=town.key("shop"),
        cause=Cause.PERSON,
        at=town.clock.now(),
        detail="deploy",
        by="ana",
        wish=Wish(digest=digest),
    )
    await town.operator.house.records.engine.mark(look)
    await town.operator.house.records.queues.look(look.app)
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.digest, rollout.proof) == (State.SUCCEEDED, digest, Proof.PINNED)


async def test_a_tag_that_moved_away_and_back_proves_nothing(town: Town) -> None:
    """In between the platform may have pulled the other image: the digest that serves is assumed, and tried again."""
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    await town.push(IMAGE, "v3", deliver=False)
    town.clock.advance(1)
    await town.push(IMAGE, "v2", deliver=False)
    await town.run()
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.proof) == (State.SUCCEEDED, Proof.ASSUMED)
    town.clock.advance(3700)
    await town.operator.drift.check()
    await town.run()
    rollout = await town.rollout("shop", 3)
    assert (rollout.state, rollout.proof, serving(town)) == (State.SUCCEEDED, Proof.PULLED, {rollout.digest})
    town.clock.advance(3700)
    assert (await town.operator.drift.check()).marked == ()


async def test_what_was_pulled_while_a_rollout_was_held_is_not_kept(town: Town) -> None:
    """Frozen, the tag moves away, somebody restarts the app, the tag comes back: it is brought again."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.operator.admin.freeze(b'{"by": "ana", "why": "the sale"}')
    await town.push(IMAGE, "v3")
    await town.run(seconds=30)
    town.world.restart("shop")
    town.clock.advance(120)
    assert await town.push(IMAGE, "v2") == good
    await town.run(seconds=30)
    await town.operator.admin.unfreeze(b'{"by": "ana"}')
    await town.run()
    last = await town.rollout("shop")
    assert (last.state, last.digest, serving(town)) == (State.SUCCEEDED, good, {good})
