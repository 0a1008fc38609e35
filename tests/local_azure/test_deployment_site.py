"""The publishing credentials of an app, and the deployment site that takes them."""

import io
import zipfile
from base64 import b64encode
from xml.etree.ElementTree import fromstring

import pytest

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.transport import WorldCredential
from local.azure.world import World
from tests.local_azure.worlds import arm, world_of

PATH = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/web"
VERSION = {"api-version": "2025-05-01"}


async def get(world: World, path: str, authorization: str) -> Answer:
    """GET at the deployment site."""
    url = f"https://web.scm.azurewebsites.net{path}"
    return await ask(Front(world), "GET", url, [("authorization", authorization)])


async def basic(world: World) -> str:
    """The Authorization that the listed credentials make."""
    listed = await arm(world, "POST", f"{PATH}/config/publishingcredentials/list", **VERSION)
    properties = listed.json()["properties"]
    pair = f"{properties['publishingUserName']}:{properties['publishingPassword']}"
    return f"Basic {b64encode(pair.encode()).decode()}"


async def test_both_ways_to_the_credentials_tell_the_same() -> None:
    """The publish profiles name the deployment site, its user and its password."""
    world, _ = world_of()
    profiles = fromstring((await arm(world, "POST", f"{PATH}/publishxml", **VERSION)).text())  # noqa: S314 - our own
    deploy = next(one for one in profiles if one.get("publishMethod") == "MSDeploy")
    assert deploy.get("publishUrl") == "web.scm.azurewebsites.net:443"
    pair = f"{deploy.get('userName')}:{deploy.get('userPWD')}"
    assert f"Basic {b64encode(pair.encode()).decode()}" == await basic(world)


async def test_the_dump_holds_the_platforms_log() -> None:
    """A zip with the file of each machine."""
    world, _ = world_of()
    answer = await get(world, "/dump", await basic(world))
    with zipfile.ZipFile(io.BytesIO(answer.body)) as packed:
        (name,) = packed.namelist()
        assert name.endswith("_docker.log")
        assert b"Site started" in packed.read(name)


@pytest.mark.parametrize(
    ("allowed", "status"),
    [pytest.param(True, 200, id="credentials"), pytest.param(False, 401, id="credentials that are not taken")],
)
async def test_who_is_let_in(allowed: bool, status: int) -> None:
    """The policy that ARM writes decides about the credentials, a token of a contributor passes anyway."""
    world, _ = world_of()
    credentials = await basic(world)
    policy = f"{PATH}/basicPublishingCredentialsPolicies/scm"
    written = await arm(world, "PUT", policy, {"properties": {"allow": allowed}}, **VERSION)
    assert written.json()["properties"] == {"allow": allowed}
    assert (await get(world, "/api/startuplogs/summary", credentials)).status == status
    token = (await WorldCredential(world).get_token("https://management.azure.com/.default")).token
    assert (await get(world, "/api/startuplogs/summary", f"Bearer {token}")).status == 200
    stranger = (await WorldCredential(world, "99999999-9999-4999-8999-999999999999").get_token("https://x")).token
    assert (await get(world, "/api/startuplogs/summary", f"Bearer {stranger}")).status == 401


async def test_what_it_does_not_know_is_not_found() -> None:
    """No made-up success."""
    world, _ = world_of()
    assert (await get(world, "/api/nowhere", await basic(world))).status == 404
