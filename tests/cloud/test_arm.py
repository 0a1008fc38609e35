"""Azure Resource Manager, over the transport that is deployed as well as the simulated one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from local.azure.scenario import FaultRule, Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.arm import Arm
from operators.cloud.registries import Registries
from operators.core.clouds import CLOUDS, PUBLIC, CloudName
from operators.errors import NotFound, Permanent, Temporary

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
REGISTRIES = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.ContainerRegistry/registries"
NAMES = ["alpha", "bravo", "charlie", "delta", "echo1"]


class AnyToken:
    """A credential whose tokens nobody looks at."""

    async def get_token(self, *_: str, **__: Any) -> AccessToken:
        """Issue one."""
        return AccessToken("token", 9_999_999_999)

    async def close(self) -> None:
        """Do nothing."""

    async def __aenter__(self) -> "AnyToken":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None


@contextmanager
def _closed_port() -> Iterator[str]:
    """An address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"https://127.0.0.1:{taken.getsockname()[1]}"


@pytest.fixture
def world() -> World:
    """A world with a list of several pages."""
    story = {"page_size": 2, "registries": [{"name": name} for name in NAMES]}
    return World(Scenario.model_validate(story), ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC)))


@pytest.fixture
def arm(world: World) -> Arm:
    """ARM of that world."""
    return Arm(WorldCredential(world), transport=WorldTransport(world))


async def test_get(arm: Arm) -> None:
    """A resource is found by its id."""
    one = await arm.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/registries{_tail('alpha')}", "2023-07-01")
    assert one["name"] == "alpha"


def _tail(name: str) -> str:
    return f"/providers/Microsoft.ContainerRegistry/registries/{name}"


async def test_get_of_what_is_not_there(arm: Arm) -> None:
    """The front door's 404 is NotFound with ARM's own words."""
    with pytest.raises(NotFound) as caught:
        await arm.get(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/registries{_tail('nope')}", "2023-07-01")
    assert "ResourceNotFound" in caught.value.reason


async def test_pages(arm: Arm, world: World) -> None:
    """All rows come, in their order, one call a page."""
    assert [row["name"] async for row in arm.pages(REGISTRIES, "2023-07-01")] == NAMES
    assert len(world.calls) == 3


async def test_a_page_that_fails_is_not_the_end(arm: Arm, world: World) -> None:
    """Half a list is an error: nobody takes what is missing for gone."""
    world.faults.add(FaultRule(skip=1, status=502))
    with pytest.raises(Temporary):
        [row async for row in arm.pages(REGISTRIES, "2023-07-01")]


async def test_a_next_page_elsewhere_gets_no_token(world: World) -> None:
    """A link to another host is not followed, for the operator's token would go with it."""
    arm = Arm(WorldCredential(world), cloud=CLOUDS[CloudName.CHINA], transport=_Renamed(world))
    with pytest.raises(Permanent) as caught:
        [row async for row in arm.pages(REGISTRIES, "2023-07-01")]
    assert "gets no token of ours" in caught.value.reason
    assert len(world.calls) == 1


class _Renamed(WorldTransport):
    """Serves another cloud's host from this world, whose links then lead astray."""

    async def send(self, request: Any, **options: Any) -> Any:
        """Send one request."""
        request.url = request.url.replace("management.chinacloudapi.cn", "management.azure.com")
        request.headers["Authorization"] = f"Bearer {await self._token()}"
        return await super().send(request, **options)

    async def _token(self) -> str:
        credential = WorldCredential(self._front.world)
        return (await credential.get_token("https://management.azure.com/.default")).token


async def test_the_deployed_transport_takes_our_options() -> None:
    """Over aiohttp, as deployed, a call that nobody answers is temporary: its options mean something there."""
    with _closed_port() as address:
        cloud = PUBLIC.model_copy(update={"arm_url": address})
        arm = Arm(AnyToken(), cloud=cloud)
        registries = Registries(AnyToken(), [SUBSCRIPTION], lambda: datetime.now(UTC), cloud=cloud)
        for reading in (arm.get(REGISTRIES, "2023-07-01"), registries.find("alpha.azurecr.io")):
            with pytest.raises(Temporary) as caught:
                await reading
            assert "Cannot connect" in caught.value.reason
        await arm.close()
        await registries.close()
