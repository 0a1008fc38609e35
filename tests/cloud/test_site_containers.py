"""The containers of a sidecar-enabled site, through the real SDK client against the simulated Azure."""

from typing import Any

import pytest

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.site_containers import site_container
from operators.cloud.sites import Sites
from operators.core.apps import AppId, SiteContainer
from operators.errors import Forbidden
from tests.core.samples import NOW

MAIN = {"name": "main", "image": "shop.azurecr.io/api:v1", "is_main": True, "target_port": "8080"}
CACHE = {"name": "cache", "image": "mcr.microsoft.com/redis:7"}
PULLER = {"auth_type": "UserAssigned", "user_managed_identity": "puller"}
SECRETIVE = {"name": "log", "image": "old.example.com/log", "auth_type": "UserCredentials", "user_name": "hunter"}
SCENARIO: dict[str, Any] = {
    "page_size": 2,
    "identities": [{"name": "puller"}],
    "sites": [
        {
            "name": "api",
            "identity": {"system": True, "user": ["puller"]},
            "site_containers": [MAIN | {"auth_type": "SystemIdentity"}, CACHE, SECRETIVE],
            "slots": [{"name": "staging", "identity": {"user": ["puller"]}, "site_containers": [MAIN | PULLER]}],
        }
    ],
}


@pytest.fixture
def world() -> World:
    """A site with three containers, and a slot with one."""
    return World(read_scenario(SCENARIO), ManualClock(NOW))


async def read(world: World, app: str) -> tuple[SiteContainer, ...]:
    """Read the containers of a site or slot."""
    sites = Sites(WorldCredential(world), WorldTransport(world))
    try:
        return await sites.containers(AppId.from_resource_id(world.site(app).id))
    finally:
        await sites.close()


async def test_containers(world: World) -> None:
    """Every page of them: image, which is the main one, as whom it is pulled; of user names and passwords nothing."""
    main, cache, log = await read(world, "api")
    assert (main.name, main.is_main, main.auth_type, main.target_port) == ("main", True, "SystemIdentity", "8080")
    assert (cache.image, cache.is_main, cache.auth_type, cache.client_id) == (CACHE["image"], False, "Anonymous", None)
    assert (log.name, log.auth_type) == ("log", "UserCredentials")
    assert "hunter" not in log.model_dump_json()


async def test_containers_of_a_slot(world: World) -> None:
    """A slot has its own."""
    (main,) = await read(world, "api/staging")
    assert (main.auth_type, main.client_id) == ("UserAssigned", world.identities["puller"].client_id)


async def test_a_missing_right_is_named(world: World) -> None:
    """403 is an error that says which right it is."""
    message = "The client 'x' does not have authorization to perform action 'Microsoft.Web/sites/sitecontainers/read'."
    fault = FaultRule(path="/sitecontainers", status=403, code="AuthorizationFailed", message=message)
    world.faults.add(fault)
    with pytest.raises(Forbidden, match=r"sitecontainers of api.*Microsoft\.Web/sites/sitecontainers/read"):
        await read(world, "api")


@pytest.mark.parametrize("password", [None, "hunter2"])
def test_a_password_never_gets_in(password: str | None) -> None:
    """Whatever a list carries: `passwordSecret` and `userName` are not read, and what is empty is none."""
    properties = {"image": "web", "isMain": False, "userName": "hunter", "passwordSecret": password, "authType": ""}
    found = site_container({"name": "main", "properties": properties})
    assert found == SiteContainer(name="main", image="web", is_main=False, auth_type=None)
