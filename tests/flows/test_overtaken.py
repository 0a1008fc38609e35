"""Somebody else's image, written over ours while a rollout is under way: not blamed, not undone, never our success."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.active import Container
from operators.core.proof import Proof
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.staging import IMAGE, serving
from tests.flows.town import Town

OTHER = "contoso.azurecr.io/shop:other"
PINNED = {"pulley": "on", "pulley-strategy": "pin"}
RESTARTED = {"pulley": "on"}


def write(town: Town, linux_fx_version: str) -> None:
    """A person writes it into the app's configuration, ten seconds from now."""
    town.clock.advance(10)
    town.world.configure("shop", {"linuxFxVersion": linux_fx_version})


async def remembered(town: Town) -> Container:
    """What the engine remembers of the app."""
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    return active.container


async def failing(town: Town) -> str:
    """The app recovers from a crash, after an image that served: that one."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    town.world.journal.clear()
    return good


async def checked(town: Town) -> Rollout:
    """The app's newest rollout after a drift check, and all that it brings."""
    town.clock.advance(60)
    await town.operator.drift.check()
    await town.run(seconds=900)
    return await town.rollout("shop")


@pytest.mark.parametrize("resource_tags", [pytest.param(RESTARTED, id="restart"), pytest.param(PINNED, id="pin")])
@pytest.mark.parametrize("behaves_as", ["v3", "crashes"])
async def test_an_image_that_somebody_wrote_over_ours(town: Town, behaves_as: str) -> None:
    """What serves, or crashes, is theirs, and followed: ours neither serves nor is rejected, and nothing is undone."""
    town.world.push("contoso", "shop", "other", behaves_as)
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    first_act = town.acts
    write(town, f"DOCKER|{OTHER}")
    await town.run(seconds=900)
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.reason) == (State.FAILED, StallReason.OVERTAKEN)
    container = await remembered(town)
    assert (container.running, container.rejected) == (None, ())
    assert ((await checked(town)).reason, town.acts) == ("reference_changed", first_act)
    assert str((await remembered(town)).reference) == OTHER


@pytest.mark.parametrize("starts", ["v3", "crashes0"])
async def test_a_hotfix_while_we_recover_is_not_written_over(town: Town, starts: str) -> None:
    """On call somebody names another tag: no way back is taken over it, whether it serves by then or not."""
    town.world.push("contoso", "shop", "other", starts)
    await failing(town)
    write(town, f"DOCKER|{OTHER}")
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason) == (State.FAILED, StallReason.CONTAINER_EXITED)
    assert OTHER in rollout.detail
    assert ((await checked(town)).reason, town.acts) == ("reference_changed", [])


async def test_a_hotfix_that_serves_while_we_are_frozen_is_no_success_of_what_crashed(town: Town) -> None:
    """It stays rejected, and is not said to run."""
    hotfix = town.world.push("contoso", "shop", "other", "v3").digest
    await failing(town)
    await town.operator.admin.freeze(b'{"by": "ana", "why": "incident"}')
    await town.run(seconds=120)
    write(town, f"DOCKER|{OTHER}")
    town.clock.advance(600)
    await town.run(seconds=3600, step=20)
    rollout, container = await town.rollout("shop"), await remembered(town)
    assert (rollout.state, serving(town)) == (State.FAILED, {hotfix})
    assert (container.running, [one.digest for one in container.rejected]) == (None, [rollout.digest])


@pytest.mark.parametrize(
    ("frozen", "lands_after", "seen_after"),
    [
        pytest.param(False, 0, 0, id="at once"),
        pytest.param(False, 0, 200, id="serving when it is seen"),
        pytest.param(True, 400, 0, id="while it is frozen"),
    ],
)
async def test_our_way_back_that_was_written_late_is_ours(
    town: Town, frozen: bool, lands_after: float, seen_after: float
) -> None:
    """Its PATCH got no answer and showed no trace, then it lands: the app went back, and nothing is written again."""
    good = await failing(town)
    town.world.faults.add(FaultRule(method="PATCH", path="/config/web$", status=503, times=1))
    while not (rollout := await town.rollout("shop")).attempts or rollout.state is not State.RECOVERING:
        await town.run(seconds=1, step=1)
    assert (rollout.reason, town.acts) == ("resumed", [])
    if frozen:
        await town.operator.admin.freeze(b'{"by": "ana", "why": "incident"}')
    await town.run(seconds=lands_after, step=20)
    write(town, f"DOCKER|{IMAGE.partition(':')[0]}@{good}")
    town.clock.advance(seen_after)
    await town.run(seconds=1800, step=20)
    rollout, container = await town.rollout("shop"), await remembered(town)
    assert (rollout.state, rollout.proof, rollout.pinned) == (State.ROLLED_BACK, Proof.PINNED, True)
    assert (container.running and container.running.digest, container.reverts) == (good, 0)
    assert (serving(town), town.acts) == ({good}, [])


async def test_what_the_tag_names_by_now_is_no_success_of_what_crashed(town: Town) -> None:
    """The app is made anew while we recover, its tag has moved on and no event says so: that is brought next."""
    await failing(town)
    site = town.world.site("shop")
    town.world.remove_site(site)
    new = await town.push(IMAGE, "v3", deliver=False)
    town.world.add_site(site)
    town.world.restart("shop")
    town.clock.advance(300)
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason, rollout.proof) == (State.FAILED, StallReason.OVERTAKEN, None)
    assert [one.digest for one in (await remembered(town)).rejected] == [rollout.digest]
    brought = await checked(town)
    assert (brought.state, brought.digest, brought.proof) == (State.SUCCEEDED, new, Proof.PULLED)
    assert serving(town) == {new}


@pytest.mark.parametrize(
    ("spelled", "proof"),
    [
        pytest.param("docker|CONTOSO.azurecr.io/shop:stable", Proof.PULLED, id="the same tag"),
        pytest.param("DOCKER|contoso.azurecr.io/shop@{digest}", Proof.PINNED, id="by our digest"),
    ],
)
async def test_our_image_in_other_words_overtakes_nothing(town: Town, spelled: str, proof: Proof) -> None:
    """Names are compared as what they name."""
    digest = await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    write(town, spelled.format(digest=digest))
    await town.run()
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.digest, rollout.proof) == (State.SUCCEEDED, digest, proof)


@pytest.mark.parametrize(
    ("behaves_as", "ends"),
    [("v2", (State.SUCCEEDED, Proof.ASSUMED)), ("crashes", (State.FAILED, None))],
)
async def test_a_configuration_that_cannot_be_read(town: Town, behaves_as: str, ends: tuple[State, Proof]) -> None:
    """It overtakes nothing, proves nothing and accuses nothing."""
    await town.push(IMAGE, behaves_as)
    await town.run_until("shop", State.VERIFYING)
    town.world.faults.add(FaultRule(method="GET", path="/config/web$", status=503))
    await town.run(seconds=900)
    rollout = await town.rollout("shop", 2)
    assert (rollout.state, rollout.proof, (await remembered(town)).rejected) == (*ends, ())


async def test_the_watch_of_a_good_start_reads_the_configuration_once(town: Town) -> None:
    """That nobody wrote over ours is asked at the end, together with what proves it."""
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    town.world.journal.clear()
    await town.run()
    assert (await town.rollout("shop", 2)).state is State.SUCCEEDED
    assert [call.operation for call in town.world.calls].count("config.get") == 1
