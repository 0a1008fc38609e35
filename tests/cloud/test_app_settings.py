"""The reader of app settings, through the real pipeline against the simulated Azure: what it gives away."""

from typing import Any

import pytest

from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import World
from operators.cloud.app_settings import AppSettings
from operators.cloud.arm import Arm
from operators.core.apps import AppId, PullSettings
from operators.core.doctor.facts import ContainerSettings
from operators.errors import Forbidden, NotFound
from tests.local_azure.worlds import site, world_of

SECRET = "hunter2"
SETTINGS = {
    "WEBSITES_PORT": "8080",
    "docker_enable_ci": "true",
    "DOCKER_REGISTRY_SERVER_URL": f"https://store:{SECRET}@store.azurecr.io/v2?sig={SECRET}",
    "DOCKER_REGISTRY_SERVER_USERNAME": "store",
    "DOCKER_REGISTRY_SERVER_PASSWORD": SECRET,
    "DATABASE_URL": f"postgres://shop:{SECRET}@db/shop",
}


class House:
    """A world with the reader on it."""

    def __init__(self, **changes: Any) -> None:
        self.world: World
        self.world, _ = world_of(**changes)
        self.settings = AppSettings(Arm(WorldCredential(self.world), transport=WorldTransport(self.world)))

    def app(self, name: str = "web") -> AppId:
        """An app by its name in the scenario."""
        return AppId.from_resource_id(self.world.site(name).id)


@pytest.mark.parametrize("name", ["web", "web/staging"])
async def test_only_settings_that_are_no_secrets_are_read(name: str) -> None:
    """Of user and password it is read that they are set, of the address its host, of all others nothing."""
    slot = {"name": "staging", "image": "store.azurecr.io/team/web:latest", "app_settings": SETTINGS}
    house = House(sites=[site(app_settings=SETTINGS, slots=[slot])])
    read = await house.settings.of_container(house.app(name))
    assert read == ContainerSettings(
        values={
            "WEBSITES_PORT": "8080",
            "DOCKER_ENABLE_CI": "true",
        },
        server="store.azurecr.io",
        credentials=("DOCKER_REGISTRY_SERVER_USERNAME", "DOCKER_REGISTRY_SERVER_PASSWORD"),
    )
    assert SECRET not in read.model_dump_json()


async def test_an_address_that_is_none_is_not_quoted() -> None:
    """An address that Python refuses, and would quote in its error, is left out."""
    house = House(sites=[site(app_settings={"DOCKER_REGISTRY_SERVER_URL": f"https://[{SECRET}"})])
    assert await house.settings.of_container(house.app()) == ContainerSettings(values={})
    assert await house.settings.for_pulling(house.app()) == PullSettings()


async def test_reading_settings_needs_a_right_of_its_own() -> None:
    """Reader does not give it; the error names it."""
    house = House(operator={"roles": ["Reader"]})
    with pytest.raises(Forbidden) as caught:
        await house.settings.of_container(house.app())
    assert caught.value.action == "Microsoft.Web/sites/config/list/action"


async def test_a_site_that_is_not_there_has_no_empty_settings() -> None:
    """It is an error to ask for them."""
    house = House()
    gone = house.app().model_copy(update={"site": "gone"})
    with pytest.raises(NotFound):
        await house.settings.of_container(gone)
