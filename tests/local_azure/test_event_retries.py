"""Event Grid: which answers are tried again and when, against a real HTTP server, in time that the test turns."""

import asyncio
import socket
from collections.abc import Sequence
from typing import Any

import pytest

from local.azure.event_grid import Delivery, EventGrid
from local.azure.event_grid.retries import GiveUp, Retry, RetryPolicy
from local.azure.scenario import read_scenario
from local.azure.world import ManualClock, World
from tests.local_azure.alarms import AlarmClock, until
from tests.local_azure.receiver import Receiver, Reply
from tests.local_azure.worlds import NOON, story

DAY = (0, 10, 40, 100, 400, 1000, 2800, 6400, 17_200, 38_800, 82_000)
"""When an event is tried that always fails."""
PULLEY: dict[str, Any] = {"name": "pulley", "registry": "store"}
FUNCTION = PULLEY | {"endpoint_type": "AzureFunction", "endpoint": "/subscriptions/x/sites/y/functions/image_pushed"}


async def delivered_to(
    receiver: Receiver, subscription: dict[str, Any] = PULLEY, clock: ManualClock | None = None, **limits: float
) -> Delivery:
    """Push, deliver to the receiver until that has come to its end, and answer how it went."""
    world = World(read_scenario(story(event_subscriptions=[subscription])), clock or ManualClock(NOON))
    grid = EventGrid(world, receiver.url, **limits)
    (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
    await grid.settle()
    await grid.close()
    return delivery


def seconds_of(delivery: Delivery) -> tuple[int, ...]:
    """Answer when it was tried, in seconds since it was published."""
    return tuple(round((one.at - delivery.published).total_seconds()) for one in delivery.attempts)


@pytest.mark.parametrize("status", [200, 201, 202, 203, 204])
async def test_these_statuses_and_no_others_are_success(status: int) -> None:
    """200 to 204 end a delivery."""
    async with Receiver(status) as receiver:
        delivery = await delivered_to(receiver)
    assert (delivery.state, len(receiver.received)) == ("delivered", 1)
    assert [(one.status, one.outcome) for one in delivery.attempts] == [(status, "Delivered")]


@pytest.mark.parametrize(
    ("replies", "subscription", "tried"),
    [
        pytest.param((500, 200), PULLEY, DAY[:2], id="500"),
        pytest.param((502, 504, 500, 200), PULLEY, DAY[:4], id="5xx"),
        pytest.param((503, 503, 503, 503, 200), PULLEY, (0, 30, 60, 120, 420), id="503: 30 seconds at least"),
        pytest.param((408, 408, 408, 408, 200), PULLEY, (0, 120, 240, 360, 660), id="408: 2 minutes at least"),
        pytest.param((429, 200), PULLEY, DAY[:2], id="429"),
        pytest.param((404, 404, 200), PULLEY, DAY[:3], id="404 of a webhook"),
        pytest.param((404, 404, 200), FUNCTION, (0, 300, 600), id="404 of a function: 5 minutes at least"),
        pytest.param((401, 401, 200), FUNCTION, (0, 300, 600), id="401 of a function: 5 minutes at least"),
        pytest.param((206, 200), PULLEY, DAY[:2], id="206 is no success"),
        pytest.param((302, 200), PULLEY, DAY[:2], id="302 is not followed"),
        pytest.param((Reply(None), 200), PULLEY, DAY[:2], id="the connection breaks"),
        pytest.param((408, 500, 503, 200), PULLEY, (0, 120, 150, 210), id="each answer has its own least wait"),
    ],
)
async def test_what_is_tried_again(
    replies: Sequence[Reply | int], subscription: dict[str, Any], tried: tuple[int, ...]
) -> None:
    """10 s, 30 s, 1 min, 5 min … and no sooner than the table of failure codes allows."""
    async with Receiver(*replies) as receiver:
        delivery = await delivered_to(receiver, subscription)
    assert (delivery.state, seconds_of(delivery)) == ("delivered", tried)
    assert len(receiver.received) == len(tried)


@pytest.mark.parametrize(
    ("status", "subscription", "outcome", "reason"),
    [
        pytest.param(400, PULLEY, "BadRequest", "UndeliverableDueToHttpBadRequest", id="400"),
        pytest.param(401, PULLEY, "Unauthorized", "UndeliverableDueToHttpUnauthorized", id="401 of a webhook"),
        pytest.param(403, PULLEY, "Forbidden", "UndeliverableDueToHttpForbidden", id="403"),
        pytest.param(413, PULLEY, "PayloadTooLarge", "UndeliverableDueToHttpRequestEntityTooLarge", id="413"),
        pytest.param(400, FUNCTION, "BadRequest", "UndeliverableDueToHttpBadRequest", id="400 of a function"),
        pytest.param(403, FUNCTION, "Forbidden", "UndeliverableDueToHttpForbidden", id="403 of a function"),
        pytest.param(
            *(413, FUNCTION, "PayloadTooLarge", "UndeliverableDueToHttpRequestEntityTooLarge"), id="413 of a function"
        ),
    ],
)
async def test_what_is_never_tried_again(status: int, subscription: dict[str, Any], outcome: str, reason: str) -> None:
    """One attempt, and a dead letter at once."""
    clock = ManualClock(NOON)
    async with Receiver(status) as receiver:
        delivery = await delivered_to(receiver, subscription, clock)
    assert (delivery.state, delivery.reason, clock.now()) == ("dead_lettered", reason, NOON)
    assert [one.outcome for one in delivery.attempts] == [outcome]
    assert len(receiver.received) == 1


async def test_a_whole_day_of_failures() -> None:
    """Eleven attempts, every 12 hours at the end; that a day is over is seen when the twelfth would be due."""
    clock = ManualClock(NOON)
    async with Receiver(500) as receiver:
        delivery = await delivered_to(receiver, clock=clock)
    assert seconds_of(delivery) == DAY
    assert (delivery.state, delivery.reason) == ("dead_lettered", "TimeToLiveExceeded")
    assert (clock.now() - NOON).total_seconds() == DAY[-1] + 12 * 3600


@pytest.mark.parametrize(
    ("policy", "attempts", "reason"),
    [
        pytest.param({"max_delivery_attempts": 1}, 1, "MaxDeliveryAttemptsExceeded", id="one attempt"),
        pytest.param({"max_delivery_attempts": 3}, 3, "MaxDeliveryAttemptsExceeded", id="three attempts"),
        pytest.param({"event_time_to_live_in_minutes": 1}, 3, "TimeToLiveExceeded", id="a minute"),
        pytest.param(
            {"event_time_to_live_in_minutes": 30, "max_delivery_attempts": 10},
            *(6, "TimeToLiveExceeded"),
            id="30 minutes and 10 attempts: 6, as the documentation counts",
        ),
    ],
)
async def test_a_subscriptions_own_retry_policy(policy: dict[str, int], attempts: int, reason: str) -> None:
    """Whatever limit is reached first ends it."""
    async with Receiver(500) as receiver:
        delivery = await delivered_to(receiver, PULLEY | policy)
    assert (len(receiver.received), delivery.reason) == (attempts, reason)


def test_the_thirtieth_attempt_is_the_last() -> None:
    """The default limit, which the schedule does not reach within a day."""
    policy = RetryPolicy()
    assert policy.after(500, 29) == Retry(43_200)
    assert policy.after(500, 30) == GiveUp("MaxDeliveryAttemptsExceeded")


async def test_a_host_that_is_down_gets_it_later() -> None:
    """Nobody listens at first: no answer is a SocketError, and the same event arrives once somebody does."""
    receiver = Receiver()
    await receiver.open()
    await receiver.shut()
    clock = AlarmClock(NOON)
    world = World(read_scenario(story()), clock)
    grid = EventGrid(world, receiver.url)
    (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
    await until(lambda: clock.sleepers == 1)
    assert [(one.status, one.outcome) for one in delivery.attempts] == [(None, "SocketError")]
    async with receiver:
        clock.turn(9)
        assert receiver.received == []
        clock.turn(1)
        await grid.settle()
    assert (delivery.state, delivery.next_attempt, len(receiver.received)) == ("delivered", None, 1)
    await grid.close()


async def test_no_answer_in_time() -> None:
    """The answer is awaited no longer than the limit, however lively the connection is; then it is tried again."""
    async with Receiver(Reply(after=30), 200) as receiver:
        delivery = await delivered_to(receiver, answer_within=1)
    assert [one.outcome for one in delivery.attempts] == ["TimedOut", "Delivered"]
    assert (delivery.state, seconds_of(delivery)) == ("delivered", DAY[:2])


async def test_a_late_answer_takes_the_retry_back() -> None:
    """An answer after the limit, but before the retry, is one: nothing is sent twice."""
    clock = AlarmClock(NOON)
    world = World(read_scenario(story()), clock)
    async with Receiver(Reply(after=0.3), 200) as receiver:
        grid = EventGrid(world, receiver.url, answer_within=0.05)
        (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await until(lambda: delivery.state != "waiting")
        await grid.close()
    assert (delivery.state, delivery.reason) == ("delivered", "the answer came late")
    assert len(receiver.received) == 1


async def test_an_answer_may_come_too_late() -> None:
    """After three minutes nobody listens any more, and a late failure changes nothing."""
    clock = AlarmClock(NOON)
    world = World(read_scenario(story()), clock)
    async with Receiver(Reply(after=3), Reply(500, after=1.5), 200) as receiver:
        grid = EventGrid(world, receiver.url, answer_within=1, late_answer_within=2)
        (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await until(lambda: len(delivery.attempts) == 1 and clock.sleepers == 1)
        await asyncio.sleep(2.5)
        assert delivery.state == "waiting"
        clock.turn(10)
        await until(lambda: len(delivery.attempts) == 2 and clock.sleepers == 1)
        await asyncio.sleep(1)
        clock.turn(30)
        await grid.settle()
        await grid.close()
    assert [one.outcome for one in delivery.attempts] == ["TimedOut", "TimedOut", "Delivered"]
    assert delivery.reason is None


async def test_every_subscription_has_its_own_fate() -> None:
    """One subscriber that fails delays nobody else; an address on this machine is that of its subscription."""
    async with Receiver(500) as failing, Receiver() as well:
        rows = [PULLEY | {"endpoint": failing.url, "max_delivery_attempts": 2}, PULLEY | {"name": "other"}]
        world = World(read_scenario(story(event_subscriptions=rows)), ManualClock(NOON))
        grid = EventGrid(world, well.url)
        deliveries = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await grid.settle()
        await grid.close()
    assert [(one.subscription, one.state) for one in deliveries] == [
        ("pulley", "dead_lettered"),
        ("other", "delivered"),
    ]
    assert (len(failing.received), len(well.received)) == (2, 1)


async def test_the_pace_shortens_every_pause() -> None:
    """A factor on the schedule and on the time to live, so that no story waits for hours."""
    clock = ManualClock(NOON)
    world = World(read_scenario(story()), clock)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        grid = EventGrid(world, f"http://127.0.0.1:{closed.getsockname()[1]}/", pace=0.01)
        (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await grid.settle()
        await grid.close()
    assert (delivery.reason, len(delivery.attempts)) == ("TimeToLiveExceeded", len(DAY))
    assert (clock.now() - NOON).total_seconds() == pytest.approx(1252)
