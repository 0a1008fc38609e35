"""After a failed rollout: what runs is not known, and every way back is open."""

import pytest

from operators.core.transitions import State
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest.mark.parametrize("resource_tags", [{"pulley": "on", "pulley-recover": "report"}])
async def test_the_tag_moved_back_after_a_crash_is_rolled_out(town: Town) -> None:
    """The crash took the place of what ran before: the good digest is brought back, though it served once.

    The platform has blocked the app by then: its own start at the block's end is the restart.
    """
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run()
    assert (await town.rollout("shop")).state is State.FAILED
    assert await town.push(IMAGE, "v2") == good
    await town.run()
    last = await town.rollout("shop")
    assert (last.state, last.digest) == (State.SUCCEEDED, good)
    assert "blocked" in [step.reason for step in await town.steps("shop", last.sequence)]
    assert town.acts == ["sites.restart"] * 2


async def test_the_way_back_leads_past_what_was_rejected_since(town: Town) -> None:
    """A setting broke what served last; the port is mended and a crash is pushed: back to the one before."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    last = await town.push(IMAGE, "v3")
    await town.run()
    town.world.set_app_settings("shop", {"WEBSITES_PORT": "9999"})
    await town.operator.admin.deploy("shop", b'{"by": "ana"}')
    await town.run(seconds=3600, step=20)
    broken = await town.rollout("shop")
    assert (broken.state, broken.digest) == (State.ROLLBACK_FAILED, last)
    town.world.set_app_settings("shop", {"WEBSITES_PORT": "80"})
    town.clock.advance(600)
    await town.push(IMAGE, "crashes")
    await town.run(seconds=3600, step=20)
    back = await town.rollout("shop")
    assert (back.state, back.wanted and back.wanted.digest) == (State.ROLLED_BACK, good)


async def test_after_a_crash_nothing_is_said_to_run(town: Town) -> None:
    """The admin API does not claim that the digest of before still serves."""
    await town.push(IMAGE, "crashes")
    await town.run()
    assert (await town.operator.admin.app("shop")).running is None


async def test_the_tag_moved_back_while_recovering_is_brought_by_the_way_back(town: Town) -> None:
    """What it names ran before the crash, and is the last good image: that serves again, and nothing is left to do."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes")
    await town.run_until("shop", State.RECOVERING)
    assert await town.push(IMAGE, "v2") == good
    await town.run()
    back, last = await town.rollout("shop", 3), await town.rollout("shop")
    assert (back.state, back.wanted and back.wanted.digest) == (State.ROLLED_BACK, good)
    assert (last.state, last.reason) == (State.SKIPPED, "already_running")
    assert {one.serving.digest if one.serving else None for one in town.world.instances("shop")} == {good}


async def test_a_push_of_what_failed_before_does_not_end_the_recovery(town: Town) -> None:
    """It is rejected, so nothing would be brought instead: the app goes back to its last good image."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    await town.push(IMAGE, "crashes0")
    await town.run(seconds=900)
    await town.push(IMAGE, "crashes1")
    await town.run_until("shop", State.RECOVERING)
    await town.push(IMAGE, "crashes0")
    await town.run(seconds=900)
    assert (await town.rollout("shop", 4)).state is State.ROLLED_BACK
    assert (await town.rollout("shop")).reason == "rejected"
    running = (await town.operator.admin.app("shop")).running
    assert running is not None
    assert running.digest == good


async def test_what_the_tag_names_meanwhile_accuses_only_itself(town: Town) -> None:
    """The app is restarted by somebody while nobody looks, and pulls what the tag names by then: that fails."""
    good = await town.push(IMAGE, "v2")
    await town.run_until("shop", State.VERIFYING)
    town.clock.advance(120)
    await town.push(IMAGE, "crashes", deliver=False)
    town.world.restart("shop")
    town.clock.advance(60)
    await town.run(seconds=30)
    failed = await town.rollout("shop", 2)
    assert (failed.state, failed.digest, failed.reason) == (State.FAILED, good, "container_exited")
    assert (await town.operator.admin.app("shop")).rejected == ()
