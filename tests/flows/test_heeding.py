"""What people do to the app while a rollout recovers: it is heeded before anything more is done to it."""

import pytest

from local.azure.scenario import FaultRule
from operators.core.recovery import Measure
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest.fixture
async def broken(town: Town) -> Town:
    """A good image served, its successor crashes, and the way back is next."""
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    town.world.journal.clear()
    return town


async def test_an_app_that_was_stopped(broken: Town) -> None:
    """Nothing starts in it, so nothing is written: it is said why, and what the configuration still names."""
    broken.world.stop("shop")
    await broken.run(seconds=3600)
    rollout = await broken.rollout("shop")
    assert (rollout.state, rollout.tried, broken.acts) == (State.FAILED, (), [])
    assert rollout.stall is not None
    assert rollout.stall.reason is StallReason.CONTAINER_EXITED
    assert " rollback was not tried: shop was stopped meanwhile. The configuration names " in rollout.detail


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        pytest.param({"pulley": "off"}, "shop is not looked after any more (resource tag pulley)", id="opted out"),
        pytest.param({}, "shop is not looked after any more (resource tag pulley)", id="its resource tag is gone"),
        pytest.param(
            {"pulley": "on", "pulley-recover": "report"},
            "shop does not allow it any more (pulley-recover: report)",
            id="nothing allowed",
        ),
        pytest.param(
            {"pulley": "on", "pulley-recover": "non"},
            "shop does not allow it any more (the resource tag pulley-recover='non' is taken for report; "
            "known: full, rollback, report)",
            id="a word that is not known",
        ),
    ],
)
async def test_an_app_whose_resource_tags_say_no(broken: Town, tags: dict[str, str], said: str) -> None:
    """The owner has taken it out of our hands, or allows less: the configuration stays as it is."""
    broken.world.change_app("shop", tags=tags)
    await broken.run(seconds=3600)
    rollout = await broken.rollout("shop")
    assert (rollout.state, rollout.tried, broken.acts) == (State.FAILED, (), [])
    assert f" rollback was not tried: {said}." in rollout.detail


async def test_an_app_that_still_allows_the_way_back(broken: Town) -> None:
    """Less than before, and the planned measure is in it."""
    broken.world.change_app("shop", tags={"pulley": "on", "pulley-recover": "rollback"})
    await broken.run(seconds=3600)
    rollout = await broken.rollout("shop")
    assert (rollout.state, [one.measure for one in rollout.tried]) == (State.ROLLED_BACK, [Measure.ROLLBACK])


async def test_an_app_that_allows_only_the_way_back_by_now(town: Town) -> None:
    """One more restart was planned: it is passed over, and the last good image serves again."""
    await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "silent")
    while (await town.rollout("shop")).planned is not Measure.RETRY:
        await town.run(seconds=20, step=20)
    town.world.change_app("shop", tags={"pulley": "on", "pulley-recover": "rollback"})
    await town.run(seconds=1800, step=20)
    rollout = await town.rollout("shop")
    assert (rollout.state, [one.measure for one in rollout.tried]) == (State.ROLLED_BACK, [Measure.ROLLBACK])
    said = "no retry, for shop does not allow it any more (pulley-recover: rollback): back to the last good image"
    assert any(one.detail.startswith(said) for one in await town.steps("shop", rollout.sequence))


async def test_an_app_that_may_not_be_read_any_more(broken: Town) -> None:
    """The operator's right at it was taken away: no waiting mends that, so it ends and says which."""
    broken.world.faults.add(FaultRule(method="GET", path="/sites/shop$", status=403, code="AuthorizationFailed"))
    await broken.run(seconds=3600, step=20)
    rollout = await broken.rollout("shop")
    assert (rollout.state, rollout.tried, broken.acts) == (State.FAILED, (), [])
    assert " rollback was not tried: site shop: 403 AuthorizationFailed" in rollout.detail


async def test_an_app_that_may_not_be_read_for_a_while_after_a_freeze(broken: Town) -> None:
    """A right that is on its way is waited for as long as it spreads, however long something else was waited for."""
    await broken.operator.admin.freeze(b'{"by": "Bob", "why": "the sale is on"}')
    await broken.run(seconds=300, step=20)
    await broken.operator.admin.unfreeze(b'{"by": "Bob"}')
    rule = FaultRule(method="GET", path="/sites/shop$", status=403, code="AuthorizationFailed", times=8)
    broken.world.faults.add(rule)
    await broken.run(seconds=1800, step=20)
    rollout = await broken.rollout("shop")
    assert (rollout.state, [one.measure for one in rollout.tried]) == (State.ROLLED_BACK, [Measure.ROLLBACK])
    assert "app_unreadable" in [one.reason for one in await broken.steps("shop", rollout.sequence)]


async def test_an_app_that_was_deleted(broken: Town) -> None:
    """There is nothing to go back to, and no command is offered for it."""
    broken.world.remove_site(broken.world.site("shop"))
    await broken.run(seconds=3600, step=20)
    rollout = await broken.rollout("shop")
    assert (rollout.state, rollout.tried, broken.acts) == (State.FAILED, (), [])
    assert "Not tried further: site shop: 404 ResourceNotFound" in rollout.detail
    assert "az webapp" not in rollout.detail


@pytest.mark.parametrize("health_path", ["/health", None])
async def test_an_app_that_is_deleted_while_it_starts(town: Town, health_path: str | None) -> None:
    """That is no start which could not be verified, nor one that failed: it is said what became of the app."""
    town.world.configure("shop", {"healthCheckPath": health_path})
    await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    town.world.remove_site(town.world.site("shop"))
    await town.run(seconds=3600, step=20)
    rollout = await town.rollout("shop")
    assert (rollout.state, rollout.reason, town.acts) == (State.FAILED, StallReason.APP_GONE, ["sites.restart"])
    active, _ = await town.operator.house.records.engine.read(town.key("shop"))
    assert active.container is not None
    assert active.container.owed is None
