"""The outcome is heard: which moves of a rollout reach the receiver, and that a bad receiver delays nothing."""

import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from operators.cloud.queues import LOOKS, NOTICES
from operators.core.notices import News, RolloutNotice
from operators.core.transitions import State
from operators.errors import BadInput, Temporary
from operators.web.notifications import CONTENT_TYPE
from operators.web.rollout_answers import RolloutAnswer
from tests.flows.receiver import URL, Receiver
from tests.flows.town import Died, Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest_asyncio.fixture
async def loud(town: Town, receiver: Receiver) -> AsyncIterator[Town]:
    """The town after PULLEY_NOTIFY_URL was set; nothing of the past is told."""
    listened_to = town.restarted(notify_url=URL, site_name="pulley-prod").heard_by(receiver)
    yield listened_to
    await listened_to.storage.close()


async def test_a_success_is_heard_once(loud: Town, receiver: Receiver) -> None:
    """A CloudEvent in structured mode whose data is the admin API's rollout, named after app, sequence and news."""
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.tell()
    (event,) = receiver.events
    rollout = await loud.rollout("shop", 2)
    assert receiver.content_types == {CONTENT_TYPE}
    assert event == {
        "specversion": "1.0",
        "id": f"{loud.key('shop')}/2/succeeded/serving",
        "source": "/pulley/pulley-prod",
        "type": "dev.pulley.rollout.succeeded",
        "subject": "shop",
        "time": event["data"]["endedAt"],
        "datacontenttype": "application/json",
        "severity": "info",
        "title": f"shop runs {rollout.image}.",
        "data": json.loads(RolloutAnswer.of(rollout).json_text()),
    }


async def test_what_nobody_waits_for_is_not_told(loud: Town, receiver: Receiver) -> None:
    """Skipped is no news: the same push again says nothing."""
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.tell()
    assert (await loud.rollout("shop")).state is State.SKIPPED
    assert receiver.heard == [News.SUCCEEDED]


async def test_waiting_is_heard_once_and_then_the_success(loud: Town, receiver: Receiver) -> None:
    """Looking again at a denied access tells nothing new."""
    loud.world.remove_role("shop", "AcrPull", "contoso")
    await loud.push(IMAGE, "v2")
    await loud.run(seconds=200)
    await loud.tell()
    loud.world.assign_role("shop", "AcrPull", "contoso")
    await loud.run()
    await loud.tell()
    assert receiver.heard == [News.WAITING, News.SUCCEEDED]
    waiting = receiver.events[0]
    assert waiting["severity"] == "warning"
    assert any("az role assignment create" in command for command in waiting["data"]["access"]["fix"])


async def test_a_hold_is_heard_once(loud: Town, receiver: Receiver) -> None:
    """A frozen rollout is told with who and why, and not at every look."""
    await loud.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await loud.push(IMAGE, "v2")
    await loud.run(seconds=60)
    await loud.tell()
    assert receiver.heard == [News.HELD]
    assert "ana" in receiver.events[0]["title"]


async def test_stuck_is_heard_before_the_rollback_and_its_end(loud: Town, receiver: Receiver) -> None:
    """What is stuck is said once with when it goes on; rolled back is no success."""
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.tell()
    receiver.events.clear()
    await loud.push(IMAGE, "crashes")
    for _ in range(60):
        await loud.run(seconds=5)
        await loud.tell()
    assert receiver.heard == [News.STUCK, News.ROLLED_BACK]
    stuck, back = receiver.events
    assert stuck["id"].endswith("/3/stuck/container_exited")
    assert "It is looked at again at " in stuck["title"]
    assert stuck["data"]["stall"]["reason"] == "container_exited"
    assert back["severity"] == "error"


async def test_a_failure_is_heard(loud: Town, receiver: Receiver) -> None:
    """Without a last good digest it fails, with the evidence in the data."""
    await loud.push(IMAGE, "crashes")
    await loud.run(seconds=900)
    await loud.tell()
    assert receiver.heard[-1] == News.FAILED
    assert any("exit code: 3" in line for line in receiver.events[-1]["data"]["stall"]["lines"])


async def test_what_is_not_so_any_more_is_not_told(loud: Town, receiver: Receiver) -> None:
    """A receiver that was away hears how it ended, not that it once waited."""
    loud.world.remove_role("shop", "AcrPull", "contoso")
    await loud.push(IMAGE, "v2")
    await loud.run(seconds=60)
    loud.world.assign_role("shop", "AcrPull", "contoso")
    await loud.run()
    await loud.tell()
    assert receiver.heard == [News.SUCCEEDED]


async def test_without_a_receiver_nothing_is_enqueued(town: Town) -> None:
    """No PULLEY_NOTIFY_URL, no message."""
    await town.push(IMAGE, "v2")
    await town.run()
    assert await (await town.storage.queue(NOTICES)).receive_message() is None


async def test_a_failing_receiver_delays_nothing(loud: Town, receiver: Receiver) -> None:
    """It answers 503: it is told again later, the next rollouts go their way, and then it hears."""
    receiver.status = 503
    for behaves_as in ("v2", "v3"):
        await loud.push(IMAGE, behaves_as)
        await loud.run()
    await loud.tell()
    assert (await loud.rollout("shop", 3)).state is State.SUCCEEDED
    receiver.status = 202
    await loud.tell()
    assert receiver.heard == [News.SUCCEEDED] * 2


async def test_an_outcome_outlives_a_receiver_that_is_down_for_hours(loud: Town, receiver: Receiver) -> None:
    """More tries than the queue makes, and then it hears it once, under the id that it would have had at first."""
    receiver.status = 503
    await loud.push(IMAGE, "v2")
    await loud.run()
    for _ in range(12):
        await loud.tell()
        loud.clock.advance(timedelta(hours=1).total_seconds())
    receiver.status = 202
    await loud.tell()
    await loud.tell()
    assert receiver.asked == 13
    assert [event["id"] for event in receiver.events] == [f"{loud.key('shop')}/2/succeeded/serving"]


async def test_retry_after_is_obeyed(loud: Town, receiver: Receiver) -> None:
    """A receiver that asks for two minutes is not asked again before, however fast our own waits are."""
    receiver.status, receiver.retry_after = 429, "120"
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.tell()
    queue = await loud.storage.queue(NOTICES)
    assert (await queue.get_queue_properties()).approximate_message_count == 1
    assert await queue.receive_message() is None


async def test_news_that_nobody_took_for_a_day_is_the_poison_queues(
    loud: Town, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """A day after the first try it fails for the host, which keeps it; the log says which news that was."""
    receiver.status = 503
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.tell()
    loud.clock.advance(timedelta(days=1).total_seconds())
    with pytest.raises(Temporary, match="503"):
        await loud.tell()
    assert "2/succeeded/serving was given up after 2 tries: the notification: the receiver answered 503" in caplog.text


async def test_a_refusal_is_given_up_at_once_and_logged(
    loud: Town, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    """A 4xx is not sent again; the log says so, and nowhere says the address."""
    receiver.status = 400
    await loud.push(IMAGE, "v2")
    with caplog.at_level(logging.DEBUG):
        await loud.run()
        await loud.tell()
    assert await (await loud.storage.queue(NOTICES)).receive_message() is None
    assert "2/succeeded/serving was given up: the notification: the receiver answered 400" in caplog.text
    assert "s3cr3t" not in caplog.text
    assert "hooks.example.com" not in caplog.text


async def test_a_notice_that_was_lost_with_the_process_is_sent_later(loud: Town, receiver: Receiver) -> None:
    """Dead between the commit and the notice: the sweep asks for a step that tells it, under the same id."""
    await loud.push(IMAGE, "v2")
    queue = await loud.storage.queue(NOTICES)
    loud.dies_before_storing(f"/{NOTICES}/messages")
    with pytest.raises(Died):
        await loud.run()
    assert (await loud.rollout("shop", 2)).state is State.SUCCEEDED
    assert await queue.receive_message() is None
    again = loud.restarted(notify_url=URL, site_name="pulley-prod").heard_by(receiver)
    await again.sweep()
    await again.tell()
    assert [event["id"] for event in receiver.events] == [f"{loud.key('shop')}/2/succeeded/serving"]


async def test_news_that_was_lost_with_the_process_is_told_by_the_next_step(loud: Town, receiver: Receiver) -> None:
    """Dead between the commit and the notice, and a push comes before the sweep: both ends are heard, once each."""
    await loud.push(IMAGE, "v2")
    loud.dies_before_storing(f"/{NOTICES}/messages")
    with pytest.raises(Died):
        await loud.run()
    again = loud.restarted(notify_url=URL, site_name="pulley-prod").heard_by(receiver)
    await again.push(IMAGE, "v3")
    await again.run()
    await again.operator.sweep.run()
    await again.tell()
    ids = [event["id"] for event in receiver.events]
    assert sorted(ids) == [f"{loud.key('shop')}/{sequence}/succeeded/serving" for sequence in (2, 3)]


async def test_a_wait_is_heard_of_though_its_step_died(loud: Town, receiver: Receiver) -> None:
    """Dead between the hold and its notice, and another push of the same comes before the sweep: told once, later."""
    await loud.operator.admin.freeze(b'{"by": "ana", "why": "the sale"}')
    await loud.push(IMAGE, "v2")
    loud.dies_before_storing(f"/{NOTICES}/messages")
    with pytest.raises(Died):
        await loud.run()
    again = loud.restarted(notify_url=URL, site_name="pulley-prod").heard_by(receiver)
    await again.push(IMAGE, "v2")
    await again.run(seconds=30)
    await again.tell()
    assert [event["id"] for event in receiver.events] == [f"{loud.key('shop')}/2/held/frozen"]


async def test_old_news_is_not_told_again(loud: Town, receiver: Receiver) -> None:
    """A look whose message was lost brings up the app, not yesterday's success."""
    await loud.push(IMAGE, "v2")
    await loud.run()
    await loud.tell()
    loud.clock.advance(timedelta(days=1).total_seconds())
    await loud.push(IMAGE, "v3")
    await (await loud.storage.queue(LOOKS)).clear_messages()
    loud.clock.advance(60)
    await loud.operator.sweep.run()
    await loud.tell()
    assert len(receiver.events) == 1


async def test_health_counts_what_nobody_took(loud: Town) -> None:
    """Messages in notices-poison stay there and show; without a receiver the number is left out."""
    poison = await loud.storage.queue(f"{NOTICES}-poison")
    notice = RolloutNotice(app=loud.key("shop"), sequence=2, news=News.SUCCEEDED, reason="serving")
    await poison.send_message(notice.model_dump_json().encode())
    assert (await loud.operator.admin.health()).undelivered_notices == 1
    assert (await loud.restarted().operator.admin.health()).undelivered_notices is None


async def test_a_message_that_is_none_is_refused(loud: Town) -> None:
    """Somebody else's message in the queue ends in the poison queue."""
    with pytest.raises(BadInput, match="notices message"):
        await loud.operator.notifications.deliver(b'{"app": "x"}')


async def test_no_answer_of_the_admin_api_tells_the_address(loud: Town) -> None:
    """Neither health nor the settings' own text."""
    assert "s3cr3t" not in (await loud.operator.admin.health()).json_text()
    assert "s3cr3t" not in repr(loud.settings)
