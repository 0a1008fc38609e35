"""Three stories that people have lived through with containers on App Service, each from its cause to its end."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from operators.core.apps import AppId
from operators.core.proof import Proof
from operators.core.recovery import Measure
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason
from operators.core.transitions import State
from tests.flows.receiver import Receiver
from tests.flows.refusals import CONFLICT
from tests.flows.staging import IMAGE, serving, swap_by_hand, with_slot
from tests.flows.town import Town

HOUR = 3600
OUTAGE = "Get https://contoso.azurecr.io/v2/: dial tcp: i/o timeout"
WITHOUT_EFFECT = FaultRule(method="POST", path="/restart$", status=200, envelope="none")


@pytest.fixture
def log_format() -> str:
    """Which platform runs the app; the old one starts its local copy where a pull fails."""
    return "new"


@pytest.fixture
def scenario(scenario: dict[str, Any], log_format: str) -> dict[str, Any]:
    """An app that is restarted for a new image, and a slot through which somebody else deploys."""
    site = with_slot(scenario, {"tags": {}})["sites"][0]
    site |= {"tags": {"pulley": "on"}, "log_format": log_format}
    return scenario | {"swap_seconds": 300}


async def configured(town: Town) -> str | None:
    """What the app's configuration names."""
    return (await town.operator.house.azure.sites.config(AppId.from_key(town.key("shop")))).linux_fx_version


async def heard_since(town: Town, receiver: Receiver) -> dict[str, dict[str, Any]]:
    """What was told since the last time, by the end of its type and its subject."""
    await town.tell()
    events, receiver.events = receiver.events, []
    return {f"{event['type'].removeprefix('dev.pulley.')} {event['subject']}": event for event in events}


async def swap_that_hangs(town: Town) -> None:
    """Somebody's deployment swaps the slot in; its settings are changed meanwhile, and it never answers again."""
    swap_by_hand(town)
    town.world.set_app_settings("shop/staging", {"WEBSITES_PORT": "5000"})
    town.clock.advance(300)
    await town.operator.drift.check()
    town.clock.advance(360)
    await town.operator.drift.check()


async def is_cancelled(town: Town, leaving: FaultRule) -> None:
    """It is given up at last, and from then on this is what restarts come to."""
    town.clock.advance(1200)
    town.world.faults.add(leaving)
    await town.operator.drift.check()


async def test_a_swap_that_hung_leaves_409_and_the_image_by_digest_ends_it(heard: Town, receiver: Receiver) -> None:
    """Found and told while it hangs. After its end each restart is a 409: the rollout waits, and what is told of it has
    the request that ends it, by a write of the configuration.
    """
    before = serving(heard)
    await swap_that_hangs(heard)
    found = await heard_since(heard, receiver)
    assert found.keys() == {"finding.operation_in_progress shop", "finding.operation_in_progress shop:staging"}
    await is_cancelled(heard, CONFLICT)
    assert (await heard.operator.findings.list("https://pulley/api/findings", {})).value == ()

    new = await heard.push(IMAGE, "v2")
    await heard.run(seconds=900, step=20)
    waiting = await heard.rollout("shop")
    assert (waiting.state, serving(heard)) == (State.CHECKING, before)
    stuck = (await heard_since(heard, receiver))["rollout.stuck shop"]["data"]["stall"]
    assert stuck["reason"] == "deployment_in_progress"
    assert stuck["lines"] == [f"409 Conflict: {CONFLICT.message}"]
    assert f'POST /api/apps/{heard.key("shop")}/rollouts {{"anyway": true}}' in stuck["whatToDo"]

    await heard.operator.admin.deploy("shop", b'{"by": "ana", "anyway": true}')
    await heard.run()
    done = await heard.rollout("shop")
    assert (done.state, done.proof, serving(heard)) == (State.SUCCEEDED, Proof.PINNED, {new})
    assert (heard.acts, await configured(heard)) == (["config.update"], f"DOCKER|contoso.azurecr.io/shop@{new}")
    assert "rollout.succeeded shop" in await heard_since(heard, receiver)


async def test_restarts_that_do_nothing_after_a_swap_that_hung(heard: Town, receiver: Receiver) -> None:
    """The other end of the same story: Azure takes each restart, and nothing starts. The write is tried by itself."""
    await swap_that_hangs(heard)
    await is_cancelled(heard, WITHOUT_EFFECT)
    await heard_since(heard, receiver)
    new = await heard.push(IMAGE, "v2")
    await heard.run_until("shop", State.RECOVERING)
    stuck = (await heard_since(heard, receiver))["rollout.stuck shop"]["data"]["stall"]
    assert stuck["reason"] == "restart_not_taken"
    assert "Deploy by digest (pin), which builds the app anew" in stuck["whatToDo"]
    await heard.run(seconds=HOUR)
    done = await heard.rollout("shop")
    assert (done.state, [one.measure for one in done.tried]) == (State.SUCCEEDED, [Measure.RETRY, Measure.REDEPLOY])
    assert (serving(heard), await configured(heard)) == ({new}, f"DOCKER|contoso.azurecr.io/shop@{new}")


async def runs_its_local_copy(town: Town, receiver: Receiver) -> tuple[str, str]:
    """The registry is out of reach when a new image is brought: the digest from before, and the new one."""
    old = await town.push(IMAGE, "v2")
    await town.run()
    await heard_since(town, receiver)
    town.world.change_app("shop", pull_error=OUTAGE)
    new = await town.push(IMAGE, "v3")
    await town.run_until("shop", State.RECOVERING)
    return old, new


async def every_instance_is_started(town: Town, rollout: Rollout) -> bool:
    """Whether the platform calls that restart a success."""
    statuses = await town.operator.house.azure.sites.site_status(AppId.from_key(town.key("shop")))
    assert rollout.applied_at is not None
    return all(one.state == "Started" and one.started_at and one.started_at > rollout.applied_at for one in statuses)


@pytest.mark.parametrize("log_format", ["old"])
async def test_a_restart_that_succeeded_and_ran_the_old_image(heard: Town, receiver: Receiver) -> None:
    """Every instance is Started anew and the health path answers: the log alone tells. One more restart mends it."""
    old, new = await runs_its_local_copy(heard, receiver)
    stuck = await heard.rollout("shop")
    assert await every_instance_is_started(heard, stuck)
    assert serving(heard) == {old}
    said = (await heard_since(heard, receiver))["rollout.stuck shop"]["data"]["stall"]
    assert said["reason"] == "stale_image"
    assert "Defaulting to local copy if present" in said["lines"][0]
    assert any(OUTAGE in line for line in said["lines"])
    assert "the app runs the image from before" in said["meaning"]

    heard.world.change_app("shop", pull_error=None)
    await heard.run()
    done = await heard.rollout("shop")
    assert (done.state, done.proof, serving(heard)) == (State.SUCCEEDED, Proof.PULLED, {new})
    assert ([one.measure for one in done.tried], await configured(heard)) == ([Measure.RETRY], f"DOCKER|{IMAGE}")


@pytest.mark.parametrize("log_format", ["old"])
async def test_an_old_image_that_stays_is_no_success_and_no_downtime(heard: Town, receiver: Receiver) -> None:
    """The outage lasts: what serves is left to serve, the end is told as a failure, and the image is brought later."""
    old, new = await runs_its_local_copy(heard, receiver)
    for _ in range(90):
        await heard.run(seconds=10)
        assert serving(heard) == {old}
    failed = await heard.rollout("shop")
    assert (failed.state, failed.why) == (State.FAILED, StallReason.STALE_IMAGE)
    assert "rollout.failed shop" in await heard_since(heard, receiver)
    active, _ = await heard.operator.house.records.engine.read(heard.key("shop"))
    assert active.container is not None
    assert active.container.rejected == ()

    heard.world.change_app("shop", pull_error=None)
    heard.clock.advance(HOUR)
    await heard.operator.drift.check()
    await heard.run()
    assert ((await heard.rollout("shop")).state, serving(heard)) == (State.SUCCEEDED, {new})


async def test_a_container_that_never_answers_while_the_portal_says_running(heard: Town, receiver: Receiver) -> None:
    """Its own log tells the port it listens on: explained with that, rejected, and told as rolled back, not as done."""
    good = await heard.push(IMAGE, "v2")
    await heard.run()
    bad = await heard.push(IMAGE, "elsewhere")
    await heard.run_until("shop", State.RECOVERING)
    app = AppId.from_key(heard.key("shop"))
    shown = await heard.operator.house.azure.sites.site(app)
    assert (shown.stopped, serving(heard)) == (False, {None})
    stuck = (await heard_since(heard, receiver))["rollout.stuck shop"]["data"]["stall"]
    assert stuck["reason"] == "port_not_answering"
    assert "By its own log it listens on port 5000" in stuck["meaning"]
    assert any("Site startup probe failed after 230" in line for line in stuck["lines"])
    assert any("Now listening on: http://[::]:5000" in line for line in stuck["lines"])
    assert "WEBSITES_PORT=<port>" in stuck["whatToDo"]

    await heard.run(seconds=900)
    done = await heard.rollout("shop")
    assert (done.state, done.digest, serving(heard)) == (State.ROLLED_BACK, bad, {good})
    told = (await heard_since(heard, receiver))["rollout.rolled_back shop"]
    assert told["title"].startswith(f"shop was rolled back from contoso.azurecr.io/shop@{bad}: ")
    active, _ = await heard.operator.house.records.engine.read(heard.key("shop"))
    assert active.container is not None
    assert [one.digest for one in active.container.rejected] == [bad]
