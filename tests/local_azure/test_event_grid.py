"""Event Grid: what arrives at a subscriber over real HTTP, and in which schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from local.azure.event_grid import EventGrid
from local.azure.world import World
from tests.local_azure.receiver import Receiver
from tests.local_azure.worlds import world_of

CLOUD_EVENTS = {"event_schema": "CloudEventSchemaV1_0"}


@asynccontextmanager
async def delivering(world: World, receiver: Receiver, pace: float = 1) -> AsyncIterator[EventGrid]:
    """Run an Event Grid that delivers to a receiver."""
    async with receiver:
        grid = EventGrid(world, receiver.url, pace)
        yield grid
        await grid.close()


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
    """A delayed event is overtaken by a later one, and carries its own, earlier time."""
    world, clock = world_of()
    receiver = Receiver()
    async with delivering(world, receiver) as grid:
        late = world.push("store", "team/web", "latest", "v1")
        grid.publish(late, delay=5)
        grid.publish(world.push("store", "team/web", "latest", "v2"))
        began = clock.now()
        await grid.settle()
        assert (clock.now() - began).total_seconds() == 5
        assert {one.state for one in grid.deliveries} == {"delivered"}


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
