"""Stalls and what is done about them: the least harmful step first, and never more than the app allows."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.apps import AppId
from operators.core.proof import Proof
from operators.core.recovery import Measure
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Died, Town

SHOP = "contoso.azurecr.io/shop"
IMAGE = f"{SHOP}:stable"


async def served(town: Town) -> set[str | None]:
    """The digests that really serve."""
    return {instance.serving.digest if instance.serving else None for instance in town.world.instances("shop")}


async def configured(town: Town) -> str | None:
    """What the configuration names."""
    return (await town.operator.house.azure.sites.config(AppId.from_key(town.key("shop")))).linux_fx_version


def names(town: Town, image: str) -> str:
    """The command that makes the configuration name an image."""
    app = f"--subscription {town.world.default_subscription} --resource-group apps --name shop"
    return f"az webapp config container set {app} --container-image-name {image}"


async def test_a_crash_is_rolled_back_to_the_last_good_digest(town: Town) -> None:
    """The digest that served before is pinned and serves; the outcome is rolled_back, not succeeded, and says so."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert rollout.state is State.ROLLED_BACK
    assert [one.measure for one in rollout.tried] == [Measure.ROLLBACK]
    assert rollout.stall is not None
    assert rollout.stall.reason is StallReason.CONTAINER_EXITED
    assert await served(town) == {good}
    assert await configured(town) == f"DOCKER|contoso.azurecr.io/shop@{good}"
    assert f"names contoso.azurecr.io/shop@{good} now" in rollout.detail
    assert rollout.detail.endswith(f"once a mended image was pushed to it: {names(town, IMAGE)}")
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.running is not None
    assert (active.container.running.digest, active.container.running.proof) == (good, Proof.PINNED)


async def test_after_a_rollback_the_tag_is_still_followed(town: Town) -> None:
    """The configuration names a digest; a mended push of the tag is rolled out all the same."""
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    mended = await town.push(IMAGE, "v3")
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.digest) == (State.SUCCEEDED, mended)
    assert await served(town) == {mended}


async def test_without_a_last_good_digest_it_stops_and_says_so(town: Town) -> None:
    """What was found at first sight is no proof: nothing to go back to, a person is called."""
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.tried) == (State.FAILED, ())
    assert town.acts == ["sites.restart"]


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-recover": "report"}])
async def test_an_app_that_wants_a_report_is_left_alone(town: Town) -> None:
    """pulley-recover=report: the stall is explained, nothing is tried; the tag still names it, and how to end that."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert rollout.state is State.FAILED
    assert f"names {IMAGE}: the platform itself may still pull {rollout.digest}" in rollout.detail
    assert rollout.detail.endswith(names(town, f"{SHOP}@{good}"))
    assert town.acts == ["sites.restart"] * 2


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-recover": "ful"}])
async def test_a_mistyped_wish_is_said_where_it_was_read(town: Town) -> None:
    """Nothing is tried for a word that is not known, and the rollout's steps say why."""
    await town.push(IMAGE, "v2")
    await town.run()
    steps = await town.steps("shop", 2)
    assert any("pulley-recover='ful' is taken for report" in line for step in steps for line in step.evidence)


@pytest.mark.parametrize(
    ("behaves_as", "reason", "measures"),
    [
        pytest.param("silent", StallReason.START_LIMIT_REACHED, [Measure.RETRY, Measure.ROLLBACK], id="silent"),
        pytest.param("slow", StallReason.START_LIMIT_REACHED, [Measure.RETRY, Measure.ROLLBACK], id="slow"),
        pytest.param("elsewhere", StallReason.PORT_NOT_ANSWERING, [Measure.ROLLBACK], id="listening elsewhere"),
    ],
)
async def test_a_container_that_does_not_answer_is_rolled_back(
    town: Town, behaves_as: str, reason: StallReason, measures: list[Measure]
) -> None:
    """The portal says Running meanwhile. One more start may help, unless the container names a wrong port itself."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, behaves_as)
    await town.run(seconds=3600, step=15)
    rollout = await town.rollout("shop")
    assert rollout.state is State.ROLLED_BACK
    assert rollout.stall is not None
    assert rollout.stall.reason is reason
    assert [one.measure for one in rollout.tried] == measures
    assert await served(town) == {good}


async def test_what_is_stuck_always_says_when_it_is_looked_at_next(town: Town) -> None:
    """Also while a measure is watched, whose start takes long: the stall stays told, with its next look."""
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "silent")
    await town.run(seconds=5)
    stuck: list[tuple[State, Measure | None]] = []
    while not (rollout := await town.rollout("shop", 3)).ended:
        await town.run(seconds=5)
        if rollout.stall:
            assert rollout.next_at is not None
            assert rollout.next_at > rollout.updated_at
            stuck.append((rollout.state, rollout.measure))
    assert {(State.RECOVERING, None), (State.VERIFYING, Measure.RETRY), (State.VERIFYING, Measure.ROLLBACK)} <= {*stuck}


async def test_a_restart_that_was_not_taken_is_repeated_then_redeployed(town: Town) -> None:
    """The platform answers 200 and does nothing: one more restart, then the configuration is written by digest."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=200, envelope="none"))
    digest = await town.push(IMAGE, "v2")
    await town.run(seconds=3600 * 2, step=20)
    rollout = await town.rollout("shop")
    assert [one.measure for one in rollout.tried] == [Measure.RETRY, Measure.REDEPLOY]
    assert (rollout.state, rollout.proof) == (State.SUCCEEDED, Proof.PINNED)
    assert await served(town) == {digest}
    assert await configured(town) == f"DOCKER|contoso.azurecr.io/shop@{digest}"
    assert rollout.detail.endswith(f"To name the tag again: {names(town, IMAGE)}")


BUSY = FaultRule(times=2, status=409, envelope="web", code="Conflict", extended_code="59203")


async def test_a_measure_that_has_to_wait_is_taken_later(town: Town) -> None:
    """The way back is put off twice: the app is watched as before meanwhile, and then the measure is taken, once."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    town.world.faults.add(BUSY.model_copy(update={"method": "PATCH", "path": "/config/web$"}))
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert rollout.state is State.ROLLED_BACK
    assert [one.measure for one in rollout.tried] == [Measure.ROLLBACK]
    put_off = [step for step in await town.steps("shop", rollout.sequence) if step.reason == "busy"]
    assert [step.state for step in put_off] == [State.RECOVERING] * 2
    assert await served(town) == {good}


async def test_unanswered_calls_are_counted_for_each_measure(town: Town) -> None:
    """The push and its second start took a call each: four of the way back without an answer are not five in all."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "silent")
    town.world.faults.add(FaultRule(method="PATCH", path="/config/web$", status=503, times=4))
    await town.run(seconds=3600 * 2, step=15)
    rollout = await town.rollout("shop")
    assert [one.measure for one in rollout.tried] == [Measure.RETRY, Measure.ROLLBACK]
    assert (rollout.state, rollout.attempts, await served(town)) == (State.ROLLED_BACK, 5, {good})


async def test_who_restarts_the_app_while_a_measure_waits_makes_it_needless(town: Town) -> None:
    """The first restart was not taken and the second is put off: the start that somebody else causes is a success."""
    town.world.faults.add(FaultRule(method="POST", path="/restart$", status=200, envelope="none", times=1))
    town.world.faults.add(BUSY.model_copy(update={"method": "POST", "path": "/restart$", "times": 1}))
    digest = await town.push(IMAGE, "v2")
    for _ in range(100):
        await town.run(seconds=20, step=20)
        if "busy" in [step.reason for step in await town.steps("shop", 2)]:
            break
    assert (await town.rollout("shop")).tried == ()
    town.world.restart("shop")
    town.clock.advance(60)
    await town.run()
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.tried, rollout.digest) == (State.SUCCEEDED, (), digest)


async def test_a_way_back_that_fails_is_its_own_state(town: Town) -> None:
    """The write of the last good digest is refused: rollback_failed, and a person is called, who may write it."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    town.world.faults.add(FaultRule(method="PATCH", path="/config/web$", status=403, code="AuthorizationFailed"))
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert rollout.state is State.ROLLBACK_FAILED
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.failures == 1
    assert rollout.detail.endswith(f"To name the last good image instead: {names(town, f'{SHOP}@{good}')}")


async def test_nothing_is_restarted_into_a_block(town: Town) -> None:
    """Blocked after repeated cold starts: the way back waits until the platform's own time, then is taken once."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    town.clock.advance(30)  # the platform tries by itself, and blocks
    await town.run(seconds=1200)
    assert (await town.rollout("shop")).state is State.ROLLED_BACK
    log = await town.operator.house.azure.sites.container_logs(AppId.from_key(town.key("shop")))
    assert "will be blocked for" in (log or "")
    assert "Start site prohibitted" not in (log or "")
    assert await served(town) == {good}


async def test_dying_in_the_middle_of_a_rollback(town: Town) -> None:
    """The process dies right after the write: the next one reads what is real and goes on watching."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    town.dies_after("/config/web?", method="PATCH")
    with pytest.raises(Died):
        await town.run(seconds=900)
    town = town.restarted()
    await town.claims_expire("shop")
    town.clock.advance(60)
    await town.operator.sweep.run()
    await town.run(seconds=900)
    assert (await town.rollout("shop")).state is State.ROLLED_BACK
    assert await served(town) == {good}
    assert town.acts.count("config.update") == 1


async def test_a_crash_without_its_secret_does_not_accuse_the_image(town: Town) -> None:
    """An unresolved Key Vault reference explains the crash: named, rolled back, and the digest is not rejected."""
    await town.push(IMAGE, "v2")
    await town.run()
    town.world.set_app_settings("shop", {"DATABASE_URL": "@Microsoft.KeyVault(VaultName=gone;SecretName=database)"})
    town.clock.advance(60)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=900)
    rollout = await town.rollout("shop")
    assert rollout.state is State.ROLLED_BACK
    assert rollout.stall is not None
    assert rollout.stall.reason is StallReason.KEY_VAULT_REFERENCE_UNRESOLVED
    assert rollout.stall.lines[0].startswith("DATABASE_URL: ")
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.rejected == ()


async def test_the_budget_is_the_apps_own(town: Town) -> None:
    """A start that takes longer than usual is waited for, where the app's start time limit allows it."""
    town.world.set_app_settings("shop", {"WEBSITES_CONTAINER_START_TIME_LIMIT": "1800"})
    town.clock.advance(60)
    await town.push(IMAGE, "slow")
    await town.run(seconds=3600, step=20)
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    assert town.acts == ["sites.restart"]
