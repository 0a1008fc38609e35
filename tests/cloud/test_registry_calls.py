"""What a registry read costs with azure-containerregistry, and with our tokens (docs/adr/0003-registry-tokens.md)."""

from datetime import UTC, datetime

import pytest
from azure.containerregistry.aio import ContainerRegistryClient

from local.azure.scenario import Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.registry_content import RegistryContent

STORY = {"images": {"v1": {}}, "registries": [{"name": "contoso", "tags": {"shop:v1": "v1", "shop:v2": "v1"}}]}
HOST = "contoso.azurecr.io"
READS = 5


@pytest.fixture
def world() -> World:
    """One registry; its clock is the machine's time, which the SDK goes by."""
    return World(Scenario.model_validate(STORY), ManualClock(datetime.now(UTC)))


def calls(world: World) -> list[str]:
    """What was called since this was last asked."""
    made = [call.operation for call in world.calls]
    world.journal.clear()
    return made


async def test_the_sdk_makes_four_calls_for_every_read(world: World) -> None:
    """A challenge, an exchange, a token, and the read; the second read of the same tag costs as much."""
    transport, credential = WorldTransport(world), WorldCredential(world)
    async with ContainerRegistryClient(f"https://{HOST}", credential, transport=transport) as client:
        for _ in range(READS):
            await client.get_tag_properties("shop", "v1")
            assert calls(world) == ["acr.tag", "acr.exchange", "acr.token", "acr.tag"]


async def test_ours_makes_one(world: World) -> None:
    """The first read of a repository is three calls, each further one is one: 7 instead of 20 for five reads."""
    content = RegistryContent(WorldCredential(world), world.clock.now, transport=WorldTransport(world))
    for _ in range(READS):
        await content.tag(HOST, "shop", "v1")
    made = calls(world)
    assert made == ["acr.exchange", "acr.token", *["acr.tag"] * READS]
    assert len(made) == 7 < 4 * READS
