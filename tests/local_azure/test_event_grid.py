"""Event Grid: what a delivery looks like, and when it is repeated."""

import json
from typing import Any

import httpx
import pytest

from local.azure.event_grid import EventGrid
from local.azure.world import World
from tests.local_azure.worlds import world_of

URL = "http://127.0.0.1:7071/runtime/webhooks/EventGrid?functionName=image_pushed"


class Subscriber:
    """Answers deliveries with the given statuses, the last one for ever; 0 breaks the connection. Keeps what came."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.received: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one delivery."""
        self.received.append(request)
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status == 0:
            raise httpx.ConnectError("nobody listens")
        return httpx.Response(status)


def grid_of(world: World, subscriber: Subscriber, pace: float = 1) -> EventGrid:
    """Make an Event Grid whose HTTP ends at the subscriber."""
    return EventGrid(world, URL, pace, httpx.AsyncClient(transport=httpx.MockTransport(subscriber)))


async def test_a_push_arrives_in_event_grids_schema() -> None:
    """An array of one, dataVersion 2.0, with the headers of a notification."""
    world, _ = world_of()
    subscriber = Subscriber(200)
    grid = grid_of(world, subscriber)
    pushed = world.push("store", "team/web", "latest", "v2")
    grid.publish(pushed)
    await grid.settle()
    (request,) = subscriber.received
    (event,) = json.loads(request.content)
    assert request.headers["aeg-event-type"] == "Notification"
    assert request.headers["aeg-subscription-name"] == "PULLEY"
    assert event["topic"] == pushed.registry.id
    assert event["subject"] == "team/web:latest"
    assert (event["eventType"], event["dataVersion"]) == ("Microsoft.ContainerRegistry.ImagePushed", "2.0")
    assert event["data"]["target"]["digest"] == pushed.digest
    assert event["data"]["request"]["host"] == "store.azurecr.io"
    await grid.close()


async def test_a_push_arrives_as_a_cloud_event() -> None:
    """A bare object with the same data, under the CloudEvents content type."""
    world, _ = world_of(events={"event_schema": "CloudEventSchemaV1_0"})
    subscriber = Subscriber(200)
    grid = grid_of(world, subscriber)
    pushed = world.push("store", "team/web", "latest", "v2")
    grid.publish(pushed)
    await grid.settle()
    event = json.loads(subscriber.received[0].content)
    assert subscriber.received[0].headers["content-type"].startswith("application/cloudevents+json")
    assert (event["specversion"], event["source"], event["data"]) == ("1.0", pushed.registry.id, pushed.event)
    await grid.close()


async def test_an_index_makes_an_event_for_every_manifest() -> None:
    """Child manifests are put by digest: their events have no tag, and the repository alone as subject."""
    world, _ = world_of()
    subscriber = Subscriber(200)
    grid = grid_of(world, subscriber)
    grid.publish(world.push("store", "team/web", "latest", "both"))
    await grid.settle()
    events: list[dict[str, Any]] = [json.loads(request.content)[0] for request in subscriber.received]
    assert [event["subject"] for event in events] == ["team/web", "team/web", "team/web:latest"]
    assert ["tag" in event["data"]["target"] for event in events] == [False, False, True]
    await grid.close()


@pytest.mark.parametrize(
    ("statuses", "state", "attempts", "seconds"),
    [
        pytest.param((202,), "delivered", 1, 0, id="accepted"),
        pytest.param((500, 503, 200), "delivered", 3, 40, id="repeated after 10 and 30 seconds"),
        pytest.param((0, 200), "delivered", 2, 10, id="nobody listened"),
        pytest.param((400,), "dead_lettered", 1, 0, id="400 is never repeated"),
        pytest.param((401,), "dead_lettered", 1, 0, id="401 is never repeated"),
        pytest.param((413,), "dead_lettered", 1, 0, id="413 is never repeated"),
    ],
)
async def test_when_a_delivery_is_repeated(statuses: tuple[int, ...], state: str, attempts: int, seconds: int) -> None:
    """The documented schedule, and the answers that end it."""
    world, clock = world_of()
    grid = grid_of(world, Subscriber(*statuses))
    began = clock.now()
    (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
    await grid.settle()
    assert (delivery.state, len(delivery.attempts)) == (state, attempts)
    assert (clock.now() - began).total_seconds() == seconds
    await grid.close()


async def test_a_day_of_failures_ends_as_a_dead_letter() -> None:
    """Time to live is a day, and `pace` shortens it together with the pauses."""
    world, clock = world_of()
    grid = grid_of(world, Subscriber(500), pace=0.01)
    began = clock.now()
    (delivery,) = grid.publish(world.push("store", "team/web", "latest", "v2"))
    await grid.settle()
    assert (delivery.state, delivery.reason) == ("dead_lettered", "TimeToLiveExceeded")
    assert (clock.now() - began).total_seconds() <= 864
    await grid.close()


async def test_copies_delay_and_drop() -> None:
    """Copies are the same event again; a delayed one waits; a dropped one never arrives."""
    world, clock = world_of()
    subscriber = Subscriber(200)
    grid = grid_of(world, subscriber)
    pushed = world.push("store", "team/web", "latest", "v2")
    began = clock.now()
    grid.publish(pushed, drop=True)
    grid.publish(pushed, copies=2)
    await grid.settle()
    assert len({json.loads(request.content)[0]["id"] for request in subscriber.received}) == 1
    assert len(subscriber.received) == 2
    grid.publish(pushed, delay=5)
    await grid.settle()
    assert (clock.now() - began).total_seconds() == 5
    assert [delivery.state for delivery in grid.deliveries] == ["dropped", "delivered", "delivered", "delivered"]
    await grid.close()
