"""Event subscriptions: what ARM tells of them, and which of them an event goes to."""

from typing import Any

import pytest

from local.azure.event_grid import EventGrid
from local.azure.scenario import ScenarioError, read_scenario
from local.azure.world import ManualClock, World
from tests.local_azure.receiver import Receiver
from tests.local_azure.worlds import NOON, arm, story, world_of

URL = "http://127.0.0.1:7071/runtime/webhooks/EventGrid?functionName=image_pushed&code=s3cret"
VERSION = {"api-version": "2022-06-15"}
FUNCTION = "/subscriptions/x/resourceGroups/y/providers/Microsoft.Web/sites/pulley/functions/image_pushed"
PULLEY: dict[str, Any] = {"name": "pulley", "registry": "store"}


def subscribed(*subscriptions: dict[str, Any]) -> World:
    """Make a world with these event subscriptions."""
    return World(read_scenario(story(event_subscriptions=list(subscriptions))), ManualClock(NOON), URL)


async def rows_of(world: World, path: str | None = None) -> list[dict[str, Any]]:
    """List the event subscriptions at the registry, or at another place."""
    place = path or f"{world.registry('store').id}/providers/Microsoft.EventGrid/eventSubscriptions"
    rows: list[dict[str, Any]] = (await arm(world, "GET", place, **VERSION)).json()["value"]
    return rows


async def test_the_one_that_a_process_has() -> None:
    """Told where events go, each registry has a subscription to there; its key is shown only by getFullUrl."""
    world = World(read_scenario(story()), ManualClock(NOON), URL)
    (row,) = await rows_of(world)
    assert row["id"] == f"{world.registry('store').id}/providers/Microsoft.EventGrid/eventSubscriptions/pulley"
    assert row["properties"]["provisioningState"] == "Succeeded"
    destination = row["properties"]["destination"]
    assert destination["endpointType"] == "WebHook"
    assert destination["properties"]["endpointBaseUrl"] == URL.partition("?")[0]
    assert "s3cret" not in str(row)
    assert (await arm(world, "GET", row["id"], **VERSION)).json() == row
    world.assign_role("operator", "Owner", "store")
    assert (await arm(world, "POST", f"{row['id']}/getFullUrl", **VERSION)).json() == {"endpointUrl": URL}
    assert (await arm(world, "GET", row["id"] + "x", **VERSION)).status_code == 404


async def test_without_an_address_there_is_none() -> None:
    """A world that nobody told where events go has no subscriptions."""
    world, _ = world_of()
    assert await rows_of(world) == []


async def test_a_function_and_its_filter() -> None:
    """An Azure function is told by its resource id; the filter as it is, null for all types."""
    narrow = {"included_event_types": ["Microsoft.ContainerRegistry.ImageDeleted"], "subject_begins_with": "team/"}
    world = subscribed(
        PULLEY | {"endpoint_type": "AzureFunction", "endpoint": FUNCTION} | narrow, PULLEY | {"name": "b"}
    )
    function, plain = await rows_of(world)
    assert function["properties"]["destination"]["properties"]["resourceId"] == FUNCTION
    assert function["properties"]["filter"]["includedEventTypes"] == narrow["included_event_types"]
    assert function["properties"]["filter"]["subjectBeginsWith"] == "team/"
    assert plain["properties"]["filter"]["includedEventTypes"] is None


async def test_those_of_a_system_topic() -> None:
    """What the portal makes is listed at the registry's system topic, not at the registry."""
    world = subscribed(PULLEY | {"system_topic": "store-events"}, PULLEY | {"name": "direct"})
    topics = f"/subscriptions/{world.default_subscription}/providers/Microsoft.EventGrid/systemTopics"
    (topic,) = await rows_of(world, topics)
    assert topic["properties"]["source"] == world.registry("store").id
    assert topic["properties"]["topicType"] == "Microsoft.ContainerRegistry.Registries"
    (row,) = await rows_of(world, f"{topic['id']}/eventSubscriptions")
    assert (row["name"], row["id"]) == ("pulley", f"{topic['id']}/eventSubscriptions/pulley")
    assert [one["name"] for one in await rows_of(world)] == ["direct"]
    assert (await arm(world, "GET", f"{topic['id']}x/eventSubscriptions", **VERSION)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "delivered"),
    [
        pytest.param([{}], 1, id="it takes everything"),
        pytest.param([{}, {"name": "twin"}], 2, id="two of them"),
        pytest.param([{"reaches_us": False}], 0, id="it leads elsewhere"),
        pytest.param([{"provisioning_state": "Creating"}], 0, id="not validated yet"),
        pytest.param([{"provisioning_state": "AwaitingManualAction"}], 0, id="waits for its validation URL"),
        pytest.param([{"provisioning_state": "Failed"}], 0, id="not validated"),
        pytest.param([{"included_event_types": ["Microsoft.ContainerRegistry.ImageDeleted"]}], 0, id="other types"),
        pytest.param([{"subject_begins_with": "TEAM/"}], 1, id="begins with it, in another case"),
        pytest.param([{"subject_begins_with": "other/"}], 0, id="begins with something else"),
        pytest.param([{"subject_ends_with": ":latest"}], 1, id="ends with the tag"),
        pytest.param([{"subject_ends_with": ":v2"}], 0, id="ends with another tag"),
        pytest.param([], 0, id="none"),
    ],
)
async def test_who_gets_a_push(changes: list[dict[str, Any]], delivered: int) -> None:
    """A push is delivered once for each subscription that takes it and leads to us, under that one's name."""
    world = subscribed(*(PULLEY | change for change in changes))
    async with Receiver() as receiver:
        grid = EventGrid(world, receiver.url)
        deliveries = grid.publish(world.push("store", "team/web", "latest", "v2"))
        await grid.settle()
        await grid.close()
    names = [request.headers["aeg-subscription-name"] for request in receiver.received]
    assert sorted(names) == ["PULLEY", "TWIN"][:delivered]
    assert {one.state for one in deliveries} == {"delivered" if delivered else "dropped"}


async def test_what_a_subscription_says_about_deliveries() -> None:
    """Its own schema and retry policy; Azure's defaults without them."""
    policy = {"max_delivery_attempts": 5, "event_time_to_live_in_minutes": 60}
    own = PULLEY | policy | {"name": "own", "event_schema": "CloudEventSchemaV1_0"}
    plain, other = [row["properties"] for row in await rows_of(subscribed(PULLEY, own))]
    assert plain["eventDeliverySchema"] == "EventGridSchema"
    assert plain["retryPolicy"] == {"maxDeliveryAttempts": 30, "eventTimeToLiveInMinutes": 1440}
    assert other["eventDeliverySchema"] == "CloudEventSchemaV1_0"
    assert other["retryPolicy"] == {"maxDeliveryAttempts": 5, "eventTimeToLiveInMinutes": 60}


def test_a_scenario_names_its_mistake() -> None:
    """A subscription belongs to a registry that exists."""
    with pytest.raises(ScenarioError, match="event subscription pulley: there is no registry nothere"):
        subscribed(PULLEY | {"registry": "nothere"})
