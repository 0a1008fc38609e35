"""Event Grid: the handshake with a subscriber, at once or by its validation URL, against a real HTTP server."""

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
from local.azure.world.clock import Clock
from tests.local_azure.alarms import AlarmClock, until
from tests.local_azure.receiver import Received, Receiver, Reply
from tests.local_azure.worlds import NOON, arm, story

GRID: dict[str, Any] = {"name": "pulley", "registry": "store", "provisioning_state": "Creating"}
CLOUD = GRID | {"event_schema": "CloudEventSchemaV1_0"}
ALLOWED = {"WebHook-Allowed-Origin": "eventgrid.azure.net", "WebHook-Allowed-Rate": "120", "Allow": "POST"}


class Echo(Receiver):
    """A subscriber that gives the validation code back, with this status and under this name."""

    def __init__(self, status: int = 200, name: str = "validationResponse") -> None:
        super().__init__()
        self._status = status
        self._name = name

    def reply_to(self, request: Received) -> Reply:
        """Answer a handshake with its code, and everything else as usual."""
        if request.headers["aeg-event-type"] != "SubscriptionValidation":
            return super().reply_to(request)
        (event,) = request.json()
        return Reply(self._status, body=f'{{"{self._name}": "{event["data"]["validationCode"]}"}}')


class Place:
    """One event subscription, its Event Grid and the way to the control API."""

    def __init__(self, world: World, grid: EventGrid, client: httpx.AsyncClient) -> None:
        self.world = world
        self.grid = grid
        self.client = client

    async def validate(self) -> tuple[str, str]:
        """Do the handshake; what became of the subscription by the control API, and what ARM says."""
        answer = await self.client.post("/control/event-subscriptions/store/pulley/validate")
        return answer.json()["provisioning_state"], await self.state()

    async def state(self) -> str:
        """The provisioning state, as ARM tells it."""
        (one,) = self.world.event_subscriptions
        answer = await arm(self.world, "GET", one.id, **{"api-version": "2022-06-15"})
        return str(answer.json()["properties"]["provisioningState"])

    async def delivered(self) -> bool:
        """Tell whether a push is delivered."""
        (delivery,) = self.grid.publish(self.world.push("store", "team/web", "latest", "v2"))
        await self.grid.settle()
        return delivery.state == "delivered"


@asynccontextmanager
async def place(
    receiver: Receiver, subscription: dict[str, Any], clock: Clock | None = None, **limits: float
) -> AsyncIterator[Place]:
    """Run an Event Grid with this subscription, which leads to the receiver."""
    world = World(read_scenario(story(event_subscriptions=[subscription])), clock or ManualClock(NOON))
    async with receiver:
        grid = EventGrid(world, receiver.url, **limits)
        app = httpx.ASGITransport(Starlette(routes=Control(world, grid).routes()))
        async with httpx.AsyncClient(transport=app, base_url="http://azure") as client:
            yield Place(world, grid, client)
        await grid.close()


async def test_the_validation_event() -> None:
    """Alone in its array, with a code and a URL, under the headers that a subscriber tells it by."""
    receiver = Receiver(200)
    async with place(receiver, GRID) as here:
        await here.validate()
        registry = here.world.registry("store").id
    (request,) = receiver.received
    (event,) = request.json()
    assert (request.method, request.target) == ("POST", "/events?code=s3cret")
    assert request.headers["aeg-event-type"] == "SubscriptionValidation"
    assert request.headers["aeg-subscription-name"] == "PULLEY"
    assert (event["eventType"], event["subject"]) == ("Microsoft.EventGrid.SubscriptionValidationEvent", "")
    assert (event["topic"], event["dataVersion"], event["metadataVersion"]) == (registry, "1", "1")
    assert event["data"]["validationUrl"].startswith("http://azure/eventsubscriptions/pulley/validate?id=")


async def test_the_question_to_a_cloud_events_subscriber() -> None:
    """OPTIONS at the same address, with the origin that asks and the URL to call instead of an answer."""
    receiver = Receiver(Reply(headers=ALLOWED))
    async with place(receiver, CLOUD) as here:
        await here.validate()
    (request,) = receiver.received
    assert (request.method, request.target, request.body) == ("OPTIONS", "/events?code=s3cret", b"")
    assert request.headers["webhook-request-origin"] == "eventgrid.azure.net"
    assert request.headers["webhook-request-callback"].startswith("http://azure/eventsubscriptions/pulley/validate?")


@pytest.mark.parametrize(
    ("receiver", "subscription", "state"),
    [
        pytest.param(Echo(), GRID, "Succeeded", id="the code comes back"),
        pytest.param(Echo(name="ValidationResponse"), GRID, "Succeeded", id="under a name in another case"),
        pytest.param(Echo(202), GRID, "Failed", id="202 is not recognized"),
        pytest.param(Receiver(Reply(body='{"validationResponse": "x"}')), GRID, "Failed", id="another code"),
        pytest.param(Receiver(Reply(body="[]")), GRID, "AwaitingManualAction", id="200 without the code"),
        pytest.param(Receiver(200), GRID, "AwaitingManualAction", id="200 without a body"),
        pytest.param(Receiver(404), GRID, "Failed", id="404"),
        pytest.param(Receiver(Reply(headers=ALLOWED)), CLOUD, "Succeeded", id="OPTIONS allows the origin"),
        pytest.param(
            *(Receiver(Reply(headers={"WebHook-Allowed-Origin": "*"})), CLOUD, "Succeeded"),
            id="OPTIONS allows every origin, and says no rate",
        ),
        pytest.param(
            *(Receiver(Reply(headers={"WebHook-Allowed-Origin": "example.com"})), CLOUD, "Failed"),
            id="OPTIONS allows another origin",
        ),
        pytest.param(Receiver(Reply(headers={"Allow": "POST"})), CLOUD, "AwaitingManualAction", id="OPTIONS is mute"),
        pytest.param(Receiver(Reply(405, headers=ALLOWED)), CLOUD, "Failed", id="OPTIONS is 405"),
    ],
)
async def test_what_an_answer_makes_of_the_subscription(
    receiver: Receiver, subscription: dict[str, Any], state: str
) -> None:
    """ARM tells the new state, and only a validated subscription gets events."""
    async with place(receiver, subscription) as here:
        assert not await here.delivered()
        assert await here.validate() == (state, state)
        receiver.accept_everything()
        assert await here.delivered() == (state == "Succeeded")


@pytest.mark.parametrize("subscription", [pytest.param(GRID, id="Event Grid"), pytest.param(CLOUD, id="CloudEvents")])
async def test_the_validation_url(subscription: dict[str, Any]) -> None:
    """Whoever calls it in time validates the subscription, once."""
    receiver = Receiver(200)
    async with place(receiver, subscription, AlarmClock(NOON)) as here:
        await here.validate()
        url = _validation_url(receiver.received[0])
        assert (await here.client.get(url + "x")).status_code == 400
        assert await here.state() == "AwaitingManualAction"
        assert (await here.client.get(url)).status_code == 200
        assert await here.state() == "Succeeded"
        assert (await here.client.get(url)).status_code == 400
        assert await here.delivered()


async def test_the_validation_url_lasts_ten_minutes() -> None:
    """After that the subscription has failed, and the URL does nothing."""
    clock = AlarmClock(NOON)
    receiver = Receiver(200)
    async with place(receiver, GRID, clock) as here:
        await here.validate()
        await until(lambda: clock.sleepers == 1)
        clock.turn(599)
        assert await here.state() == "AwaitingManualAction"
        clock.turn(1)
        await until(lambda: here.world.event_subscriptions[0].told.provisioning_state == "Failed")
        assert (await here.client.get(_validation_url(receiver.received[0]))).status_code == 400
        assert await here.state() == "Failed"


async def test_no_answer_in_time_is_asked_again() -> None:
    """What takes too long is given up, and asked again after 5 seconds."""
    clock = ManualClock(NOON)
    receiver = Receiver(Reply(after=30), Reply(None), Reply(headers=ALLOWED))
    async with place(receiver, CLOUD, clock, answer_within=1) as here:
        assert await here.validate() == ("Succeeded", "Succeeded")
    assert len(receiver.received) == 3
    assert (clock.now() - NOON).total_seconds() == 10


async def test_nobody_answers() -> None:
    """The handshake has failed, and says why."""
    async with place(Receiver(Reply(None)), GRID) as here:
        answer = await here.client.post("/control/event-subscriptions/store/pulley/validate")
    assert answer.json() == {"provisioning_state": "Failed", "reason": "no answer: SocketError"}


async def test_a_validated_subscription_can_be_lost() -> None:
    """An update does the handshake again: who fails it gets nothing more."""
    receiver = Receiver(500)
    async with place(receiver, GRID | {"provisioning_state": "Succeeded"}) as here:
        assert await here.validate() == ("Failed", "Failed")
        receiver.accept_everything()
        assert not await here.delivered()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        pytest.param("store/other", "store has no event subscription other", id="no subscription"),
        pytest.param("other/pulley", "there is no registry other", id="no registry"),
    ],
)
async def test_what_there_is_not(path: str, says: str) -> None:
    """The control API names it."""
    async with place(Receiver(), GRID) as here:
        answer = await here.client.post(f"/control/event-subscriptions/{path}/validate")
    assert (answer.status_code, answer.json()) == (400, {"error": says})


def _validation_url(request: Received) -> str:
    if request.method == "OPTIONS":
        return request.headers["webhook-request-callback"]
    (event,) = request.json()
    return str(event["data"]["validationUrl"])
