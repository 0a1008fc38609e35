"""Azure in China and of the US government: the same services at other hosts, and nothing goes to the public ones."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ServiceRequestError

from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import World
from operators.assembly import assemble
from operators.cloud.registry_tokens import AUDIENCE
from operators.cloud.storage import Storage
from operators.core.access import Verdict
from operators.core.apps import AppId
from operators.core.clouds import CLOUDS, PUBLIC, Cloud, CloudName
from operators.errors import NotFound, Permanent, Temporary
from operators.flows.access import AccessQuestion, AccessReads
from operators.flows.facts import configured_image
from operators.flows.services import House
from operators.settings import Settings
from tests.cloud.asking import Asker, story
from tests.storage import LosingTransport

OTHERS = {CloudName.CHINA: "contoso.azurecr.cn", CloudName.US_GOVERNMENT: "contoso.azurecr.us"}
"""The clouds, each with the address of a registry there."""


class Abroad(WorldTransport):
    """The way to a simulated Azure that answers at another cloud's address; remembers which hosts were asked."""

    def __init__(self, world: World, cloud: Cloud) -> None:
        super().__init__(world)
        self._cloud = cloud
        self.asked: set[str | None] = set()

    async def send(self, request: Any, **options: Any) -> Any:
        """Send one request."""
        self.asked.add(urlsplit(request.url).hostname)
        request.url = request.url.replace(self._cloud.arm_url, PUBLIC.arm_url)
        return await super().send(request, **options)


class Citizen(WorldCredential):
    """The operator's credential there; remembers for whom tokens were asked."""

    def __init__(self, world: World, cloud: Cloud) -> None:
        super().__init__(world)
        self._cloud = cloud
        self.audiences: set[str] = set()

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """Get one, as the simulated Azure issues it."""
        self.audiences |= {scope.removesuffix("/.default") for scope in scopes}
        at_home = (scope.replace(self._cloud.arm_audience, PUBLIC.arm_audience) for scope in scopes)
        return await super().get_token(*at_home, **options)


def settle(world: World, name: CloudName) -> tuple[House, Abroad, Citizen]:
    """The operator in that cloud, its way there and its credential."""
    way, credential = Abroad(world, CLOUDS[name]), Citizen(world, CLOUDS[name])
    scopes = tuple(f"/subscriptions/{one.id}" for one in world.scenario.subscriptions)
    account = {"AzureWebJobsStorage": "UseDevelopmentStorage=true"}
    settings = Settings.model_validate({"scopes": scopes, "cloud": name, **account})
    storage = Storage(connection_string=settings.storage)
    return assemble(settings, storage, credential, world.clock.now, way).house, way, credential


@pytest.mark.parametrize(("name", "server"), OTHERS.items())
async def test_everything_is_asked_where_that_cloud_is(name: CloudName, server: str) -> None:
    """A verdict with every read behind it, and a restart: no token and no request is for the public cloud's hosts."""
    world = Asker(story({"image": f"{server}/shop:v1"}, {"login_server": server})).world
    house, way, credential = settle(world, name)
    app = AppId.from_resource_id(world.site("shop").id)
    site, config = await house.azure.sites.site(app), await house.azure.sites.config(app)
    image = configured_image(config)
    assert image is not None
    access = await AccessQuestion(site, config, image, AccessReads(house, began=house.now())).verdict()
    assert access.verdict is Verdict.ALLOWED
    await house.azure.sites.restart(app)
    assert way.asked == {urlsplit(CLOUDS[name].arm_url).hostname, server}
    assert credential.audiences == {CLOUDS[name].arm_audience, AUDIENCE}


@pytest.mark.parametrize("name", OTHERS)
async def test_a_deployment_site_is_known_by_that_clouds_domain(name: CloudName) -> None:
    """A token for that cloud's ARM goes to no host of another one."""
    house, way, _ = settle(Asker(story()).world, name)
    with pytest.raises(Permanent, match="gets no token of ours"):
        await house.azure.deployment_site.startups("shop.scm.azurewebsites.net")
    assert way.asked == set()
    there = f"shop.scm{CLOUDS[name].site_domains[0]}"
    with pytest.raises((NotFound, Temporary)):  # the simulated App Service has no such host
        await house.azure.deployment_site.startups(there)
    assert way.asked == {there}


@pytest.mark.parametrize("cloud", CLOUDS.values(), ids=CLOUDS)
async def test_a_storage_account_is_there_too(cloud: Cloud) -> None:
    """One that is known by its name has that cloud's address, for tables and for queues."""
    asked: list[str | None] = []

    async def nobody_is_there(request: Any) -> None:
        asked.append(urlsplit(request.url).hostname)
        raise ServiceRequestError("nobody is there")

    way = LosingTransport()
    way.before = nobody_is_there
    credential = WorldCredential(Asker(story()).world)
    storage = Storage(account="ops", cloud=cloud, credential=credential, table_transport=way, queue_transport=way)
    for asking in (storage.table("engine"), storage.queue("looks")):
        with pytest.raises(Temporary):
            await asking
    assert asked == [f"ops.{service}.{cloud.storage_suffix}" for service in ("table", "queue")]
    await storage.close()


@pytest.mark.parametrize("name", OTHERS)
async def test_a_registry_of_another_cloud_gets_nothing(name: CloudName) -> None:
    """An app may name any host: neither a call nor a token goes to the public cloud's registry."""
    house, way, credential = settle(Asker(story({})).world, name)
    with pytest.raises(Permanent, match="no registry of the operator's cloud"):
        await house.azure.content.tag("contoso.azurecr.io", "shop", "v1")
    assert (way.asked, credential.audiences) == (set(), set())
