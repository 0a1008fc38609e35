"""Classic webhooks of registries: which event sets them off, whom they call, and ARM's view of them."""

import asyncio
import json
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient
from azure.mgmt.containerregistry.models import WebhookCreateParameters, WebhookPropertiesCreateParameters

from local.azure.asgi import ask
from local.azure.front import Front
from local.azure.scenario import ScenarioError
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.webhook_sender import WebhookSender
from local.azure.world import ManualClock, World
from local.azure.world.kudu import hook_address, password_of
from tests.local_azure.worlds import arm, seen, site, told, world_of

CI = {"DOCKER_ENABLE_CI": "true"}
VERSION = {"api-version": "2025-11-01"}


def hooked(settings: dict[str, str] | None = None, sku: str = "Standard", **webhook: Any) -> tuple[World, ManualClock]:
    """Make a world whose registry has one webhook, which calls the app `web` unless told otherwise."""
    usual: dict[str, Any] = {"name": "webci"} | ({} if "service_uri" in webhook else {"app": "web"})
    store = {"name": "store", "sku": sku, "tags": {"team/web:latest": "v1"}, "webhooks": [usual | webhook]}
    return world_of(registries=[store], sites=[site(app_settings=settings or {})])


def client_of(world: World) -> ContainerRegistryManagementClient:
    """Make the real client of azure-mgmt-containerregistry over a world, as an owner."""
    world.assign_role("operator", "Owner", "store")
    return ContainerRegistryManagementClient(
        WorldCredential(world), world.default_subscription, transport=WorldTransport(world)
    )


@pytest.mark.parametrize(
    ("scope", "tag", "called"),
    [
        ("", "latest", True),
        ("team/web:latest", "latest", True),
        ("team/web", "latest", True),
        ("team/web", "v2", False),
        ("team/web:*", "v2", True),
        ("team/web:v2", "latest", False),
        ("team/api:*", "latest", False),
    ],
)
def test_the_scope_chooses(scope: str, tag: str, called: bool) -> None:
    """Empty is everything, `*` every tag, no tag is latest."""
    world, _ = hooked(scope=scope)
    world.push("store", "team/web", tag, "v2")
    assert bool(world.webhooks.sent) is called


@pytest.mark.parametrize(
    ("changes", "called"),
    [
        pytest.param({"status": "disabled"}, False, id="disabled"),
        pytest.param({"actions": ["delete"]}, False, id="other actions"),
        pytest.param({"actions": ["delete", "push"]}, True, id="several actions"),
    ],
)
def test_status_and_actions_choose(changes: dict[str, Any], called: bool) -> None:
    """Only an enabled webhook that wants pushes is set off by one."""
    world, _ = hooked(**changes)
    world.push("store", "team/web", "latest", "v2")
    assert bool(world.webhooks.sent) is called


def test_quarantine_has_its_own_action() -> None:
    """A push into quarantine sets off webhooks for quarantine; the push itself is told at the release."""
    store = {"name": "store", "quarantine_enabled": True, "tags": {"team/web:latest": "v1"}}
    webhooks = [{"name": "scanner", "app": "web", "actions": ["quarantine"]}, {"name": "webci", "app": "web"}]
    world, _ = world_of(registries=[store | {"webhooks": webhooks}])
    world.push("store", "team/web", "latest", "v2")
    assert [one.content["action"] for one in world.webhooks.sent] == ["quarantine"]
    world.release("store", "team/web", "latest")
    assert [one.content["action"] for one in world.webhooks.sent] == ["quarantine", "push"]


@pytest.mark.parametrize(
    ("settings", "changes", "status"),
    [
        pytest.param(CI, {}, 202, id="continuous deployment"),
        pytest.param({}, {}, 200, id="taken, but it is off"),
        pytest.param({"DOCKER_ENABLE_CI": "false"}, {}, 200, id="taken, but it is false"),
        pytest.param(CI, {"service_uri": "{base}/docker/hook"}, 202, id="the older address"),
        pytest.param(CI, {"service_uri": "{base}/api/registry/webhooks"}, 404, id="the wrong path"),
        pytest.param(CI, {"service_uri": "https://web.scm.azurewebsites.net/api/registry/webhook"}, 401, id="nobody"),
        pytest.param(
            *(CI, {"service_uri": "https://$web:guess@web.scm.azurewebsites.net/api/registry/webhook"}, 401),
            id="a wrong password",
        ),
    ],
)
def test_a_push_restarts_the_app_that_deploys_continuously(
    settings: dict[str, str], changes: dict[str, str], status: int
) -> None:
    """The registry calls the app's deployment site, which restarts it only with DOCKER_ENABLE_CI and its password."""
    plain, _ = world_of()
    base = hook_address(plain.site("web")).removesuffix("/api/registry/webhook")
    world, clock = hooked(settings, **{key: text.replace("{base}", base) for key, text in changes.items()})
    starts = seen(world).starts
    world.push("store", "team/web", "latest", "v2")
    clock.advance(10)
    (sent,) = world.webhooks.sent
    assert sent.status == status
    assert seen(world).starts - starts == (1 if status == 202 else 0)
    assert told(seen(world))[2] == ("v2" if status == 202 else "v1")


def test_without_basic_authentication_nothing_gets_in() -> None:
    """The deployment site of an app that turned basic authentication off refuses the right password too."""
    world, _ = hooked(CI)
    world.change_app("web", scm_basic_auth=False)
    world.push("store", "team/web", "latest", "v2")
    assert [one.status for one in world.webhooks.sent] == [401]


async def test_the_deployment_site_answers_at_its_address() -> None:
    """Anybody with the password can call it, GET is not for webhooks."""
    world, _ = hooked(CI)
    front, url = Front(world), "https://web.scm.azurewebsites.net/api/registry/webhook"
    starts = len(world.site("web").history)
    refused = await ask(front, "POST", url, [], b"{}")
    assert (refused.status, len(world.site("web").history)) == (401, starts)
    world.push("store", "team/web", "latest", "v2")
    (sent,) = world.webhooks.sent
    taken = await ask(front, "POST", url, list(sent.headers.items()), sent.body)
    assert (taken.status, len(world.site("web").history)) == (202, starts + 2)
    assert (await ask(front, "GET", url, list(sent.headers.items()))).status == 404


async def test_the_sdk_makes_reads_and_removes_webhooks() -> None:
    """PUT, list, GET, callback config, DELETE through the real client; only the callback config has the address."""
    world, _ = hooked()
    async with client_of(world) as client:
        properties = WebhookPropertiesCreateParameters(
            service_uri="https://example.test/hook", actions=["push"], custom_headers={"x-key": "1"}
        )
        asked = WebhookCreateParameters(location="eastus2", properties=properties)
        made = await (await client.webhooks.begin_create("registries", "store", "another", asked)).result()
        assert (made.name, made.status, made.provisioning_state) == ("another", "enabled", "Succeeded")
        names = [one.name async for one in client.webhooks.list("registries", "store")]
        assert names == ["another", "webci"]
        config = await client.webhooks.get_callback_config("registries", "store", "another")
        assert (config.service_uri, config.custom_headers) == ("https://example.test/hook", {"x-key": "1"})
        usual = await client.webhooks.get_callback_config("registries", "store", "webci")
        assert (usual.service_uri, usual.custom_headers) == (hook_address(world.site("web")), None)
        await (await client.webhooks.begin_delete("registries", "store", "another")).result()
        assert [one.name async for one in client.webhooks.list("registries", "store")] == ["webci"]
    raw = (await arm(world, "GET", f"{world.registry('store').id}/webhooks/webci", **VERSION)).json()
    assert set(raw["properties"]) == {"status", "scope", "actions", "provisioningState"}
    assert password_of(world.site("web")) not in json.dumps(raw)


async def test_a_patch_changes_what_it_names() -> None:
    """The rest stays, the address too."""
    world, _ = hooked(scope="team/web:latest")
    world.assign_role("operator", "Owner", "store")
    path = f"{world.registry('store').id}/webhooks/webci"
    changed = await arm(world, "PATCH", path, {"properties": {"status": "disabled", "actions": ["delete"]}}, **VERSION)
    assert changed.json()["properties"] == {
        "status": "disabled",
        "scope": "team/web:latest",
        "actions": ["delete"],
        "provisioningState": "Succeeded",
    }
    config = (await arm(world, "POST", f"{path}/getCallbackConfig", **VERSION)).json()
    assert config == {"serviceUri": hook_address(world.site("web"))}


@pytest.mark.parametrize(("sku", "limit"), [("Basic", 2), ("Standard", 10), ("Premium", 500)])
async def test_usages_tell_the_quota(sku: str, limit: int) -> None:
    """A registry's SKU limits its webhooks, and listUsages says how many there are."""
    world, _ = hooked(sku=sku)
    async with client_of(world) as client:
        usages = await client.registries.list_usages("registries", "store")
    found = {one.name: (one.current_value, one.limit, one.unit) for one in usages.value or []}
    assert found["Webhooks"] == (1, limit, "Count")
    assert found["Size"][2] == "Bytes"


async def test_a_webhook_too_many_is_refused() -> None:
    """Basic has two; the one that is there may still be put anew."""
    world, _ = hooked(sku="Basic")
    world.assign_role("operator", "Owner", "store")
    path = f"{world.registry('store').id}/webhooks"
    body = {"location": "eastus2", "properties": {"serviceUri": "https://example.test", "actions": ["push"]}}
    statuses = [
        (await arm(world, "PUT", f"{path}/{name}", body, **VERSION)).status_code
        for name in ("second", "third", "webci")
    ]
    assert statuses == [200, 409, 200]


async def test_a_ping_and_what_came_back() -> None:
    """Ping answers its id, also for a disabled webhook; listEvents has request and response in the recorded shape."""
    world, clock = hooked(status="disabled", custom_headers={"x-team": "blue"})
    async with client_of(world) as client:
        pinged = await client.webhooks.ping("registries", "store", "webci")
        clock.advance(5)
        (event,) = [one async for one in client.webhooks.list_events("registries", "store", "webci")]
    raw = event.as_dict()
    request, response = raw["eventRequestMessage"], raw["eventResponseMessage"]
    assert raw["id"] == pinged.id == request["content"]["id"]
    assert request["content"]["action"] == "ping"
    assert request["requestUri"] == "https://web.scm.azurewebsites.net/api/registry/webhook"
    assert request["headers"]["x-team"] == "blue"
    assert request["headers"]["Content-Type"] == "application/json; charset=utf-8"
    assert "Authorization" not in request["headers"]
    assert (response["statusCode"], response["reasonPhrase"], response["version"]) == ("200", "OK", "1.1")


@pytest.mark.parametrize("action", ["getCallbackConfig", "ping", "listEvents"])
async def test_reading_is_not_enough_for_what_webhooks_hide(action: str) -> None:
    """Reader sees that a webhook is there, not where it goes nor what it sent."""
    world, _ = hooked()
    path = f"{world.registry('store').id}/webhooks/webci"
    assert (await arm(world, "GET", path, **VERSION)).status_code == 200
    refused = await arm(world, "POST", f"{path}/{action}", **VERSION)
    assert refused.status_code == 403
    assert f"registries/webhooks/{action}/action' over scope '{path}'" in refused.json()["error"]["message"]


async def test_a_webhook_that_is_not_there() -> None:
    """ARM's 404, through the real client."""
    world, _ = hooked()
    async with client_of(world) as client:
        with pytest.raises(HttpResponseError) as caught:
            await client.webhooks.get("registries", "store", "nothere")
    assert caught.value.status_code == 404


async def test_webhooks_reach_loopback_and_nothing_else() -> None:
    """As a process, http on loopback is called with body and headers; another host is noted as not reached."""
    got: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        got.put_nowait(head + await reader.readexactly(length))
        writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    world, _ = hooked(service_uri=f"http://user:word@127.0.0.1:{port}/api/events", custom_headers={"x-key": "s3cret"})
    sender = WebhookSender(world)
    digest = world.push("store", "team/web", "latest", "v2").digest
    await sender.settle()
    head, _, body = (await got.get()).partition(b"\r\n\r\n")
    assert json.loads(body)["target"]["digest"] == digest
    for line in (
        b"POST /api/events ",
        b"x-key: s3cret",
        b"authorization: Basic dXNlcjp3b3Jk",
        b"AzureContainerRegistry/",
    ):
        assert line.lower() in head.lower()
    webhook = world.webhooks.of(world.registry("store"))[0]
    world.webhooks.remove(webhook)
    world.webhooks.put(type(webhook)(webhook.registry_id, "elsewhere", "eastus2", "https://example.test/hook"))
    world.push("store", "team/web", "latest", "v1")
    await sender.settle()
    assert [one.status for one in world.webhooks.sent] == [202, 0]
    await sender.close()
    server.close()


def test_a_scenario_names_its_mistakes() -> None:
    """A webhook calls one thing, and an app that exists."""
    with pytest.raises(ScenarioError, match="give either app or service_uri"):
        hooked(service_uri="https://example.test", app="web")
    with pytest.raises(ScenarioError, match="webhook webci of registry store: there is no site nobody"):
        hooked(app="nobody")
