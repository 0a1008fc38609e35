"""Fights: somebody else's tool changes back what we wrote. Pulley stops, and says who it was and when."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.clocks import in_utc
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.flows.receiver import Receiver
from tests.flows.town import Town
from tests.local_azure.worlds import arm

IMAGE = "contoso.azurecr.io/shop:stable"
SHOP = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/shop"
COMMAND = f"az monitor activity-log list --resource-id {SHOP} --offset 1d"
FX = {"linuxFxVersion": f"DOCKER|{IMAGE}"}
HOUR = 3600


@pytest.fixture
def resource_tags() -> dict[str, str]:
    """The app is pinned: every push is a write."""
    return {"pulley": "on", "pulley-strategy": "pin"}


@pytest.fixture
def lag() -> float:
    """Seconds until something is in the Activity Log; stories parametrize it."""
    return 0


@pytest.fixture
def scenario(scenario: dict[str, Any], lag: float) -> dict[str, Any]:
    """The town, and Terraform, which may write the app too."""
    grant = {"principal": "terraform", "role": "Website Contributor", "scope": "shop"}
    return scenario | {
        "activity_log_lag_seconds": lag,
        "identities": [{"name": "terraform"}],
        "role_assignments": [*scenario["role_assignments"], grant],
    }


def terraform(town: Town) -> str:
    """Terraform's object id."""
    return next(one.principal_id for one in town.world.identities.values() if one.name == "terraform")


async def applies(town: Town, *, whole_site: bool = False) -> None:
    """Terraform writes the tag back, into config/web or with the whole site."""
    path, body = (SHOP, {"siteConfig": FX}) if whole_site else (f"{SHOP}/config/web", FX)
    method = "PUT" if whole_site else "PATCH"
    query = {"api-version": "2025-05-01"}
    answer = await arm(town.world, method, path, {"properties": body}, terraform(town), **query)
    assert answer.status_code == 200


async def fight(town: Town, *, whole_site: bool = False, between: float = 60) -> Rollout:
    """Two pushes, each reverted, and what became of it in the end."""
    for image in ("v2", "v3"):
        await town.push(IMAGE, image)
        await town.run()
        town.clock.advance(between)
        await applies(town, whole_site=whole_site)
        town.clock.advance(60)
    await town.operator.drift.check()
    await town.run(seconds=60)
    return await town.rollout("shop")


@pytest.mark.parametrize("whole_site", [pytest.param(False, id="config/web"), pytest.param(True, id="the whole site")])
async def test_who_reverted_it_is_said(heard: Town, receiver: Receiver, whole_site: bool) -> None:
    """In the rollout, its timeline, the API and the notification: the managed identity, the time, the operation."""
    held = await fight(heard, whole_site=whole_site)
    assert (held.state, held.reason) == (State.HELD, "fight")
    operation = "Microsoft.Web/sites/write" if whole_site else "Microsoft.Web/sites/config/write"
    assert held.reverted_by is not None
    assert (held.reverted_by.who, held.reverted_by.operation) == ("managed identity terraform", operation)
    told = f"It was managed identity terraform at {in_utc(held.reverted_by.at)} ({operation})"
    assert told in held.detail
    *_, line = await heard.steps("shop", held.sequence)
    assert sum(terraform(heard) in shown for shown in line.evidence) == 2
    answer = await heard.operator.admin.rollout("shop", str(held.sequence))
    assert answer.reverted_by is not None
    assert answer.reverted_by.who == "managed identity terraform"
    await heard.tell()
    assert told in receiver.events[-1]["title"]


@pytest.mark.parametrize("lag", [2 * HOUR - 600])
async def test_a_log_that_lags_names_the_time_before_and_later_the_last(town: Town) -> None:
    """The hold is at once; the name follows at the look in half an hour, and from then on nothing more is read."""
    held = await fight(town, between=2 * HOUR)
    assert (held.state, held.reason, held.reverted_by) == (State.HELD, "fight", None)
    assert "not in the Activity Log yet" in held.detail
    assert "before that it was managed identity terraform" in held.detail
    town.clock.advance(2 * HOUR)
    await town.run(seconds=60)
    later = await town.rollout("shop")
    assert later.reverted_by is not None
    assert (later.state, later.sequence) == (State.HELD, held.sequence)
    town.world.journal.clear()
    town.clock.advance(HOUR)
    await town.run(seconds=60)
    assert "activity.list" not in [call.operation for call in town.world.calls]


@pytest.mark.parametrize("lag", [24 * HOUR])
async def test_a_log_that_has_nothing_yet_is_said(town: Town) -> None:
    """With the command that shows it later."""
    held = await fight(town)
    assert (held.reason, held.reverted_by) == ("fight", None)
    assert f"Who did it is not in the Activity Log, which lags some minutes behind: {COMMAND}" in held.detail


async def test_a_log_that_may_not_be_read_holds_all_the_same(town: Town) -> None:
    """The missing right is named; the decision does not wait for it."""
    path = "/eventtypes/management/values"
    town.world.faults.add(FaultRule(path=path, status=403, code="AuthorizationFailed", message="no right to it"))
    held = await fight(town)
    assert (held.state, held.reason, held.reverted_by) == (State.HELD, "fight", None)
    assert "could not be read" in held.detail
    assert "no right to it" in held.detail
    assert COMMAND in held.detail


async def test_without_a_fight_the_log_is_not_read(town: Town) -> None:
    """One revert is mended; nobody is asked who it was."""
    await town.push(IMAGE, "v2")
    await town.run()
    await applies(town)
    await town.operator.drift.check()
    await town.run()
    assert (await town.rollout("shop")).state is State.SUCCEEDED
    assert "activity.list" not in [call.operation for call in town.world.calls]


@pytest.mark.parametrize(
    ("days", "state"),
    [
        pytest.param(7, State.HELD, id="each week"),
        pytest.param(60, State.SUCCEEDED, id="two months apart"),
    ],
)
async def test_only_reverts_that_follow_closely_are_a_fight(town: Town, days: int, state: State) -> None:
    """A tool that runs weekly is stopped for; what somebody did long ago does not hold today's image."""
    await fight(town, between=days * 24 * HOUR)
    await town.run()
    assert (await town.rollout("shop")).state is state


async def test_who_chooses_a_digest_twice_does_not_fight(town: Town) -> None:
    """Each is another than stood there before: the next push is brought."""
    chosen = [await town.push(f"contoso.azurecr.io/shop:hotfix{n}", image) for n, image in enumerate(("v1", "v2"))]
    for digest, image in zip(chosen, ("v2", "v3"), strict=True):
        await town.push(IMAGE, image)
        await town.run()
        town.world.configure("shop", {"linuxFxVersion": f"DOCKER|contoso.azurecr.io/shop@{digest}"})
        town.clock.advance(60)
        await town.operator.drift.check()
        await town.run()
    await town.push(IMAGE, "v1")
    await town.run()
    assert (await town.rollout("shop")).state is State.SUCCEEDED


RESTARTED = pytest.mark.parametrize("resource_tags", [{"pulley": "on"}])


async def crash_and_revert(town: Town, image: str) -> tuple[Rollout, Rollout]:
    """A push that crashes, and Terraform's next run; the rollout of each."""
    await town.push(IMAGE, image)
    await town.run(seconds=1500, step=10)
    pushed = await town.rollout("shop")
    town.clock.advance(60)
    await applies(town)
    town.clock.advance(60)
    await town.operator.drift.check()
    await town.run(seconds=300)
    return pushed, await town.rollout("shop")


@RESTARTED
async def test_a_way_back_that_is_undone_is_told(heard: Town, receiver: Receiver) -> None:
    """The tag names the crash again: told at once and once, with who it was, and the command that ends it."""
    good = await heard.push(IMAGE, "v2")
    await heard.run()
    back, reverted = await crash_and_revert(heard, "crashes")
    assert (back.state, reverted.state, reverted.reason) == (State.ROLLED_BACK, State.SKIPPED, "reverted")
    assert f"the configuration was changed back to {IMAGE}, and {back.digest} failed here" in reverted.detail
    assert "It was managed identity terraform at" in reverted.detail
    assert reverted.detail.endswith(f"--container-image-name contoso.azurecr.io/shop@{good}")
    assert reverted.reverted_by is not None
    assert (await heard.operator.admin.app("shop")).running is None
    await heard.operator.drift.check()
    await heard.run(seconds=60)
    assert (await heard.rollout("shop")).sequence == reverted.sequence
    await heard.tell()
    assert receiver.heard.count("reverted") == 1
    assert receiver.events[-1]["severity"] == "critical"


@RESTARTED
async def test_the_third_way_back_is_not_written(town: Town) -> None:
    """Undone twice, it would be a third time: no write, and the failure says who it is with; a person goes on."""
    await town.push(IMAGE, "v2")
    await town.run()
    for image in ("crashes0", "crashes1"):
        assert (await crash_and_revert(town, image))[0].state is State.ROLLED_BACK
    town.world.journal.clear()
    await town.push(IMAGE, "crashes2")
    await town.run(seconds=1500, step=10)
    stopped = await town.rollout("shop")
    assert (stopped.state, stopped.reason, stopped.tried) == (State.FAILED, "container_exited", ())
    assert "No rollback: the image that we wrote into the configuration was changed back 2 times" in stopped.detail
    assert "It was managed identity terraform at" in stopped.detail
    assert stopped.reverted_by is not None
    assert "config.update" not in town.acts
    rejected = (await town.operator.admin.app("shop")).rejected
    assert stopped.digest in rejected
    await town.operator.admin.deploy("shop", b'{"by": "ana"}')
    await town.run(seconds=1500, step=10)
    assert (await town.rollout("shop")).state is State.ROLLED_BACK


@RESTARTED
async def test_who_names_the_tag_again_does_not_fight(town: Town) -> None:
    """As the rollback says how: once a mended image serves by digest, its tag is the same image."""
    await town.push(IMAGE, "v2")
    await town.run()
    for image in ("crashes0", "crashes1"):
        await town.push(IMAGE, image)
        await town.run(seconds=1500, step=10)
        await town.push(IMAGE, "v3" if image == "crashes0" else "v2")
        await town.run()
        town.clock.advance(60)
        await applies(town)
        town.clock.advance(60)
        await town.operator.drift.check()
        await town.run()
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.reverts == 0
    assert (await town.rollout("shop")).state is State.SUCCEEDED


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-strategy": "pin"}])
async def test_a_fight_over_the_configuration_is_given_up(town: Town) -> None:
    """Somebody's Terraform puts the tag back each time: written once more, then Pulley stops and says so."""
    for image in ("v2", "v3"):
        await town.push(IMAGE, image)
        await town.run()
        town.world.configure("shop", {"linuxFxVersion": f"DOCKER|{IMAGE}"})
        town.clock.advance(60)
    await town.operator.drift.check()
    await town.run(seconds=120)
    held = await town.rollout("shop")
    assert (held.state, held.reason) == (State.HELD, "fight")
    assert town.acts == ["config.update"] * 2
