"""Event Grid: what arrives at a subscriber over real HTTP, and in which schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from local.azure.event_grid import EventGrid
from local.azure.scenario import read_scenario
from local.azure.world import World
from tests.local_azure.alarms import AlarmClock, until
from tests.local_azure.receiver import Received, Receiver
from tests.local_azure.worlds import NOON, story, world_of

CLOUD_EVENTS = {"event_schema": "CloudEventSchemaV1_0"}


@asynccontextmanager
async def delivering(world: World, receiver: Receiver, pace: float = 1) -> AsyncIterator[EventGrid]:
    """Run an Event Grid that delivers to a receiver."""
    async with receiver:
        grid = EventGrid(world, receiver.url, pace)
        yield grid
        await grid.close()


def digest_in(request: Received) -> str:
    """Answer which digest a delivery tells of."""
    (event,) = request.json()
    return str(event["data"]["target"]["digest"])


async def test_a_push_arrives_in_event_grids_schema() -> None:
    """A POST to the whole address; an array of one though batching is off, dataVersion 2.0."""
    world, _ = world_of()
    receiver = Receiver()
    pushed = world.push("store", "team/web", "latest", "v2")
    async with delivering(world, receiver) as grid:
        grid.publish(pushed)
        await grid.settle()
    (request,) = receiver.received
    (event,) = request.json()
    assert (request.method, request.target) == ("POST", "/events?code=s3cret")
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert event["topic"] == pushed.registry.id
    assert event["subject"] == "team/web:latest"
    assert (event["eventType"], event["dataVersion"]) == ("Microsoft.ContainerRegistry.ImagePushed", "2.0")
    assert event["data"]["target"]["digest"] == pushed.digest
    assert event["data"]["request"]["host"] == "store.azurecr.io"


async def test_a_push_arrives_as_a_cloud_event() -> None:
    """A bare object with the same data, under the CloudEvents content type and the origin that was allowed."""
    world, _ = world_of(events=CLOUD_EVENTS)
    receiver = Receiver()
    pushed = world.push("store", "team/web", "latest", "v2")
    async with delivering(world, receiver) as grid:
        grid.publish(pushed)
        await grid.settle()
    (request,) = receiver.received
    event = request.json()
    assert request.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert request.headers["origin"] == "eventgrid.azure.net"
    assert (event["specversion"], event["source"], event["data"]) == ("1.0", pushed.registry.id, pushed.event)
    assert (event["type"], event["subject"]) == ("Microsoft.ContainerRegistry.ImagePushed", "team/web:latest")


@pytest.mark.parametrize(
    ("events", "versions"),
    [
        pytest.param({}, {"aeg-data-version": "2.0", "aeg-metadata-version": "1"}, id="Event Grid's schema"),
        pytest.param(CLOUD_EVENTS, {"aeg-metadata-version": "1.0"}, id="CloudEvents: the spec's version, and no other"),
    ],
)
async def test_the_headers_of_a_notification(events: dict[str, Any], versions: dict[str, str]) -> None:
    """The documented aeg- headers and no others; the name in capitals, the count of tries before this one."""
    world, _ = world_of(events=events | {"subscription_name": "pulley"})
    receiver = Receiver(500, 200)
    async with delivering(world, receiver) as grid:
        (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await grid.settle()
    first, second = ({k: v for k, v in one.headers.items() if k.startswith("aeg-")} for one in receiver.received)
    assert first == versions | {
        "aeg-event-type": "Notification",
        "aeg-subscription-name": "PULLEY",
        "aeg-delivery-count": "0",
        "aeg-output-event-id": delivery.event.id,
    }
    assert second == first | {"aeg-delivery-count": "1"}
    assert receiver.received[0].body == receiver.received[1].body


async def test_an_index_makes_an_event_for_every_manifest() -> None:
    """Child manifests are put by digest: their events have no tag, and the repository alone as subject."""
    world, _ = world_of()
    receiver = Receiver()
    async with delivering(world, receiver) as grid:
        grid.publish(world.push("store", "team/web", "latest", "both"))
        await grid.settle()
    events = [event for request in receiver.received for event in request.json()]
    assert len(receiver.received) == len(events) == 3
    assert sorted(event["subject"] for event in events) == ["team/web", "team/web", "team/web:latest"]
    assert sorted("tag" in event["data"]["target"] for event in events) == [False, False, True]


async def test_copies_and_a_loss() -> None:
    """Copies are the same event again; a dropped one never arrives."""
    world, _ = world_of()
    receiver = Receiver()
    async with delivering(world, receiver) as grid:
        pushed = world.push("store", "team/web", "latest", "v2")
        grid.publish(pushed, drop=True)
        grid.publish(pushed, copies=2)
        await grid.settle()
        assert [one.state for one in grid.deliveries] == ["dropped", "delivered", "delivered"]
    first, second = receiver.received
    assert first.body == second.body


async def test_what_was_published_first_comes_last() -> None:
    """A delayed event is overtaken by a later one."""
    clock = AlarmClock(NOON)
    world = World(read_scenario(story()), clock)
    receiver = Receiver()
    async with delivering(world, receiver) as grid:
        late = world.push("store", "team/web", "latest", "v1")
        grid.publish(late, delay=5)
        early = world.push("store", "team/web", "latest", "v2")
        grid.publish(early)
        await until(lambda: len(receiver.received) == clock.sleepers == 1)
        clock.turn(5)
        await grid.settle()
    assert [digest_in(request) for request in receiver.received] == [early.digest, late.digest]


async def test_a_scenario_may_double_and_reorder_everything() -> None:
    """`copies` of each event, and `delays` in turn: the second push comes before the second copy of the first."""
    clock = AlarmClock(NOON)
    world = World(read_scenario(story(events={"copies": 2, "delays": [0, 20, 10]})), clock)
    receiver = Receiver()
    async with delivering(world, receiver) as grid:
        one, other = (world.push("store", "team/web", "latest", image) for image in ("v1", "v2"))
        grid.publish(one)
        grid.publish(other)
        for sleepers in (2, 1):
            await until(lambda: len(receiver.received) == 4 - clock.sleepers)
            assert clock.sleepers == sleepers
            clock.turn(10)
        await grid.settle()
    first, *rest, last = (digest_in(request) for request in receiver.received)
    assert sorted((first, rest[0])) == sorted((one.digest, other.digest))
    assert (rest[1], last) == (other.digest, one.digest)


async def test_an_event_is_delivered_again_on_demand() -> None:
    """The same event, id and all, long after it was delivered; an event that there never was is told."""
    world, _ = world_of()
    receiver = Receiver()
    async with delivering(world, receiver) as grid:
        (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await grid.settle()
        grid.redeliver(delivery.event.id)
        await grid.settle()
        with pytest.raises(KeyError, match="there is no event x"):
            grid.redeliver("x")
    first, again = receiver.received
    assert first.body == again.body
