"""Event subscriptions of a registry, through the real pipeline against the simulated Azure."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import World
from operators.cloud.arm import Arm
from operators.cloud.event_subscriptions import EventSubscriptions
from operators.core.doctor.facts import WebAddress
from operators.core.registries import Registry
from operators.errors import Forbidden, Temporary
from tests.local_azure.worlds import world_of

SECRET = "hunter2"
FUNCTION = "/subscriptions/s/resourceGroups/r/providers/Microsoft.Web/sites/pulley/functions/image_pushed"
PUSHED = "Microsoft.ContainerRegistry.ImagePushed"
SUBSCRIPTIONS: list[dict[str, Any]] = [
    {
        "name": "function",
        "registry": "store",
        "endpoint_type": "AzureFunction",
        "endpoint": FUNCTION,
        "included_event_types": [PUSHED],
        "subject_begins_with": "team/",
    },
    {
        "name": "address",
        "registry": "store",
        "endpoint": f"https://pulley.azurewebsites.net/api/events?code={SECRET}",
        "provisioning_state": "AwaitingManualAction",
    },
    {"name": "queue", "registry": "store", "endpoint_type": "StorageQueue", "endpoint": "/subscriptions/s/q"},
    {
        "name": "portals",
        "registry": "store",
        "system_topic": "store-topic",
        "endpoint": "https://pulley.example/api/events",
    },
    {"name": "others", "registry": "other", "system_topic": "other-topic", "endpoint": "https://other.example/"},
]


class House:
    """A world with the reader on it, and two registries."""

    def __init__(self, **changes: Any) -> None:
        told = {"registries": [{"name": "store"}, {"name": "other"}], "sites": [], "role_assignments": []}
        self.world: World
        self.world, _ = world_of(**told, event_subscriptions=SUBSCRIPTIONS, **changes)
        self.reader = EventSubscriptions(Arm(WorldCredential(self.world), transport=WorldTransport(self.world)))
        self.registry = Registry(id=self.world.registry("store").id, name="store", login_server="store.azurecr.io")

    def calls(self) -> list[str]:
        """The operations that were called, in order."""
        return [call.operation for call in self.world.calls]


async def test_subscriptions_of_the_registry() -> None:
    """What each takes, whether it delivers yet, and where to; of an address never what is behind the question mark."""
    house = House()
    function, address, queue = sorted(
        await house.reader.at_registry(house.registry), key=lambda one: ["function", "address", "queue"].index(one.name)
    )
    assert (function.function_id, function.event_types) == (FUNCTION, (PUSHED,))
    assert (function.subject_begins_with, function.provisioning_state) == ("team/", "Succeeded")
    assert address.address == WebAddress(host="pulley.azurewebsites.net", path="/api/events")
    assert (address.event_types, address.provisioning_state) == (None, "AwaitingManualAction")
    assert (queue.endpoint_type, queue.function_id, queue.address) == ("StorageQueue", None, None)
    assert SECRET not in address.model_dump_json()
    assert len(house.calls()) == 1


async def test_subscriptions_of_the_registrys_system_topic() -> None:
    """The portal makes them there; those of another registry's topic are not read."""
    house = House()
    (found,) = await house.reader.at_system_topics(house.registry)
    assert found.name == "portals"
    assert len(house.calls()) == 2


@pytest.mark.parametrize("where", ["at_registry", "at_system_topics"])
async def test_a_read_that_fails_is_an_error(where: str) -> None:
    """No subscription that could be read is not the same as none."""
    house = House(page_size=1)
    house.world.faults.add(FaultRule(path="/eventSubscriptions$", status=503))
    with pytest.raises(Temporary):
        await getattr(house.reader, where)(house.registry)


@pytest.mark.parametrize(
    ("where", "action"),
    [
        ("at_registry", "Microsoft.EventGrid/eventSubscriptions/read"),
        ("at_system_topics", "Microsoft.EventGrid/systemTopics/read"),
    ],
)
async def test_a_missing_right_is_named(where: str, action: str) -> None:
    """The errors name what is needed."""
    house = House(operator={"roles": []})
    with pytest.raises(Forbidden) as caught:
        await getattr(house.reader, where)(house.registry)
    assert caught.value.action == action
