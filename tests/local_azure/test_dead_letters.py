"""Event Grid: what cannot be delivered is kept as documented, shown, and can be delivered again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from local.azure.control import Control
from local.azure.event_grid import EventGrid
from local.azure.scenario import read_scenario
from local.azure.world import ManualClock, World
from tests.local_azure.receiver import Receiver
from tests.local_azure.worlds import NOON, story

PULLEY: dict[str, Any] = {"name": "pulley", "registry": "store"}
PUSH = {"registry": "store", "repository": "team/web", "tag": "latest", "image": "v2"}


class Place:
    """An Event Grid and the control API over it."""

    def __init__(self, grid: EventGrid, control: httpx.AsyncClient) -> None:
        self.grid = grid
        self._control = control

    async def ask(self, path: str) -> Any:
        """GET of the control API."""
        return (await self._control.get(path)).json()

    async def tell(self, path: str, body: object) -> httpx.Response:
        """POST to the control API, and everything that follows from it."""
        answer = await self._control.post(path, json=body)
        await self.grid.settle()
        return answer


@asynccontextmanager
async def place(receiver: Receiver, **changes: Any) -> AsyncIterator[Place]:
    """Run an Event Grid with one subscription that leads to the receiver."""
    world = World(read_scenario(story(event_subscriptions=[PULLEY | changes])), ManualClock(NOON))
    async with receiver:
        grid = EventGrid(world, receiver.url)
        app = httpx.ASGITransport(Starlette(routes=Control(world, grid).routes()))
        async with httpx.AsyncClient(transport=app, base_url="http://azure/control") as control:
            yield Place(grid, control)
        await grid.close()


async def test_a_dead_letter_in_event_grids_schema() -> None:
    """The event as it was sent, and the documented five properties."""
    receiver = Receiver(500, 404)
    async with place(receiver, max_delivery_attempts=2) as here:
        await here.tell("/push", PUSH)
        (letter,) = await here.ask("/dead-letters")
    ((event,), _) = (request.json() for request in receiver.received)
    assert letter == event | {
        "deadLetterReason": "MaxDeliveryAttemptsExceeded",
        "deliveryAttempts": 2,
        "lastDeliveryOutcome": "NotFound",
        "publishTime": "2026-05-01T12:00:00.0000000Z",
        "lastDeliveryAttemptTime": "2026-05-01T12:00:10.0000000Z",
    }


async def test_a_dead_letter_that_is_a_cloud_event() -> None:
    """The same in small letters, as a CloudEvent's attributes are."""
    receiver = Receiver(400)
    async with place(receiver, event_schema="CloudEventSchemaV1_0") as here:
        await here.tell("/push", PUSH)
        (letter,) = await here.ask("/dead-letters")
    assert letter == receiver.received[0].json() | {
        "deadletterreason": "UndeliverableDueToHttpBadRequest",
        "deliveryattempts": 1,
        "lastdeliveryoutcome": "BadRequest",
        "publishtime": "2026-05-01T12:00:00.0000000Z",
        "lastdeliveryattempttime": "2026-05-01T12:00:00.0000000Z",
    }


@pytest.mark.parametrize(
    ("dead_lettering", "state", "letters"),
    [pytest.param(True, "dead_lettered", 1, id="kept"), pytest.param(False, "dropped", 0, id="lost")],
)
async def test_without_dead_lettering_it_is_lost(dead_lettering: bool, state: str, letters: int) -> None:
    """As by Azure's default; the control API still tells that there was an event, and why it is lost."""
    async with place(Receiver(413), dead_lettering=dead_lettering) as here:
        await here.tell("/push", PUSH)
        (delivery,) = (await here.ask("/events"))["deliveries"]
        assert len(await here.ask("/dead-letters")) == letters
    assert (delivery["state"], delivery["reason"]) == (state, "UndeliverableDueToHttpRequestEntityTooLarge")


async def test_every_attempt_is_shown() -> None:
    """When, which status, and what Event Grid calls it; what is over has no next attempt."""
    async with place(Receiver(503, 202)) as here:
        await here.tell("/push", PUSH)
        (delivery,) = (await here.ask("/events"))["deliveries"]
    assert delivery["attempts"] == [
        {"at": "2026-05-01T12:00:00+00:00", "status": 503, "outcome": "Busy"},
        {"at": "2026-05-01T12:00:30+00:00", "status": 202, "outcome": "Delivered"},
    ]
    assert (delivery["subscription"], delivery["state"], delivery["next_attempt"]) == ("pulley", "delivered", None)


async def test_a_dead_letter_is_delivered_again() -> None:
    """Once the subscriber is mended, the same event can be sent again; the dead letter stays."""
    receiver = Receiver(401, 200)
    async with place(receiver) as here:
        await here.tell("/push", PUSH)
        (letter,) = await here.ask("/dead-letters")
        assert (await here.tell("/events/redeliver", {"event_id": letter["id"]})).json() == {"deliveries": 1}
        states = [one["state"] for one in (await here.ask("/events"))["deliveries"]]
        assert (await here.tell("/events/redeliver", {"event_id": "x"})).status_code == 400
    assert states == ["dead_lettered", "delivered"]
    assert receiver.received[0].body == receiver.received[1].body


async def test_an_event_with_any_data() -> None:
    """Event Grid does not look into the data: what is broken arrives broken."""
    receiver = Receiver()
    async with place(receiver) as here:
        poison = {"registry": "store", "subject": "team/web:latest", "data": {"action": "push", "target": None}}
        answer = await here.tell("/events", poison)
        assert (await here.tell("/events", poison | {"registry": "nowhere"})).status_code == 400
    (request,) = receiver.received
    (event,) = request.json()
    assert (event["data"], [event["id"]]) == (poison["data"], answer.json()["events"])
