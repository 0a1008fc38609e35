"""A call to ARM is followed to its end, and a refusal says what Azure said."""

from typing import Any

import pytest
from azure.core.exceptions import ServiceRequestError

from local.azure.asgi import Answer
from local.azure.scenario.faults import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import World
from local.in_process import Asked, InProcessTransport
from local.live.management import Management, ManagementError
from local.live.performance import delete_for_sure
from local.live.resources import ENDS, PLACEHOLDER, Names, Resources
from tests.local_azure.worlds import world_of

IMAGES: dict[str, Any] = {"v1": {}, f"mcr.microsoft.com/{PLACEHOLDER.name}": {}}


def place() -> tuple[World, Resources, list[float]]:
    """A world with an owner, what is made in it, and the pauses that were waited."""
    world, clock = world_of(images=IMAGES, operator={"roles": ["Owner"]}, registries=[], sites=[], role_assignments=[])
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        clock.advance(seconds)

    management = Management(WorldCredential(world), WorldTransport(world), sleep)
    return world, Resources(management, Names(world.default_subscription, "eastus2", "7e57")), pauses


async def test_what_is_made_is_there_when_the_call_ends() -> None:
    """A registry is polled by its operation, an import by its Location, as long as Azure asks to wait."""
    world, resources, pauses = place()
    await resources.make_group()
    await resources.make_registry()
    await resources.bring(PLACEHOLDER, "app")
    registry = world.registry("pulleylive7e57")
    assert [row.name for row in registry.tags("app", world.now())] == ["stable"]
    assert pauses == [5, 5]
    await resources.delete_group()
    assert world.registries == []
    assert pauses == [5, 5, 15]


async def test_a_failed_operation_says_why() -> None:
    """An import that was accepted and failed later."""
    _, resources, _ = place()
    await resources.make_group()
    await resources.make_registry()
    with pytest.raises(ManagementError, match=r"404.*hello-world:latest is not found") as refused:
        await resources.bring(ENDS, "app")
    assert refused.value.status == 404


async def test_a_refusal_says_why() -> None:
    """What needs a group that is not there."""
    _, resources, _ = place()
    with pytest.raises(ManagementError, match="ResourceGroupNotFound"):
        await resources.make_plan()


async def test_what_is_gone_need_not_be_deleted() -> None:
    """A group that was never made, or that somebody deleted already."""
    _, resources, pauses = place()
    await resources.delete_group()
    assert pauses == []


async def test_a_bad_moment_passes() -> None:
    """What a gateway answers once is asked again."""
    world, resources, _ = place()
    world.faults.add(FaultRule(method="PUT", times=1, status=503, code="ServiceUnavailable", message="later"))
    await resources.make_group()
    assert world.places.groups.find(world.default_subscription, "pulley-live-7e57") is not None


async def test_the_group_is_deleted_even_without_the_recorder() -> None:
    """What cannot be reached by one way is by the other; where neither works, it is said what a person can do."""
    world, resources, _ = place()
    await resources.make_group()

    async def nobody(_: Asked) -> Answer:
        raise ServiceRequestError("nobody listens")

    async def sleep(_: float) -> None:
        return None

    broken = Resources(Management(WorldCredential(world), InProcessTransport(nobody, sleep), sleep), resources.names)
    with pytest.raises(ManagementError, match=r"look after it: az group delete .*nobody listens"):
        await delete_for_sure(broken, broken, "az group delete")
    assert world.places.groups.find(world.default_subscription, "pulley-live-7e57") is not None
    await delete_for_sure(broken, resources, "az group delete")
    assert world.places.groups.find(world.default_subscription, "pulley-live-7e57") is None
