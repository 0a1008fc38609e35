"""Who reaches an app and its deployment site: access restrictions, and how config/web tells them."""

from typing import Any

import pytest

from local.azure.asgi import ask
from local.azure.front import Front
from local.azure.world import World
from tests.local_azure.worlds import arm, site, world_of

URL = "https://web.azurewebsites.net/"
VERSION = {"api-version": "2025-05-01"}
US = "203.0.113.20"


def rule(ip_address: str, action: str = "Allow", priority: int = 100) -> dict[str, Any]:
    """Describe a rule."""
    return {"ip_address": ip_address, "action": action, "priority": priority, "name": f"r{priority}"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({}, 200, id="no rules"),
        pytest.param({"public_network_access": "Enabled"}, 200, id="public"),
        pytest.param({"public_network_access": "Disabled"}, 403, id="not public"),
        pytest.param({"ip_security_restrictions": [rule("203.0.113.0/24")]}, 200, id="our range"),
        pytest.param({"ip_security_restrictions": [rule(f"{US}/32")]}, 200, id="our address"),
        pytest.param({"ip_security_restrictions": [rule("198.51.100.0/24")]}, 403, id="another range"),
        pytest.param({"ip_security_restrictions": [rule("AzureFrontDoor.Backend")]}, 403, id="a service tag"),
        pytest.param({"ip_security_restrictions": [rule(f"{US}/32", "Deny")]}, 403, id="denied by name"),
        pytest.param(
            {"ip_security_restrictions": [rule("Any", priority=200), rule(f"{US}/32", "Deny", 100)]},
            403,
            id="the first by priority decides",
        ),
        pytest.param(
            {"ip_security_restrictions": [rule("Any", "Deny", 200), rule(f"{US}/32", "Allow", 100)]},
            200,
            id="whatever their order",
        ),
        pytest.param(
            {
                "ip_security_restrictions": [rule("198.51.100.0/24", "Deny")],
                "ip_security_restrictions_default_action": "Allow",
            },
            200,
            id="let in by default",
        ),
        pytest.param({"ip_security_restrictions_default_action": "Deny"}, 403, id="kept out by default"),
    ],
)
async def test_who_reaches_an_app(changes: dict[str, Any], status: int) -> None:
    """The operator's address is let in or not; the refusal names it."""
    world, _ = world_of(sites=[site(**changes)])
    answer = await ask(Front(world), "GET", URL, [])
    assert answer.status == status
    assert dict(answer.headers).get("x-ms-forbidden-ip") == (US if status == 403 else None)


async def test_rules_that_are_patched_count_at_once() -> None:
    """Access restrictions are configuration, and the last row says what befalls the rest."""
    world, _ = world_of(sites=[site(ip_security_restrictions=[rule("198.51.100.0/24")])])
    path = f"{world.site('web').id}/config/web"
    properties = (await arm(world, "GET", path, **VERSION)).json()["properties"]
    assert [(row["ipAddress"], row["action"]) for row in properties["ipSecurityRestrictions"]] == [
        ("198.51.100.0/24", "Allow"),
        ("Any", "Deny"),
    ]
    everybody = {"properties": {"ipSecurityRestrictions": [{"ipAddress": "Any", "action": "Allow", "priority": 1}]}}
    await arm(world, "PATCH", path, everybody, **VERSION)
    assert (await ask(Front(world), "GET", URL, [])).status == 200


async def test_public_access_is_told_by_site_and_configuration() -> None:
    """Both bodies have it; a registry's webhook does not get in without."""
    store = {"name": "store", "tags": {"team/web:latest": "v1"}, "webhooks": [{"name": "webci", "app": "web"}]}
    world, _ = world_of(registries=[store], sites=[site(public_network_access="Disabled")])
    for path in (world.site("web").id, f"{world.site('web').id}/config/web"):
        body = (await arm(world, "GET", path, **VERSION)).json()
        assert body["properties"]["publicNetworkAccess"] == "Disabled"
    world.push("store", "team/web", "latest", "v2")
    assert [one.status for one in world.webhooks.sent] == [403]


def test_restrictions_are_not_changed_behind_its_back() -> None:
    """They are configuration."""
    world: World = world_of()[0]
    with pytest.raises(KeyError, match="ip_security_restrictions is changed by configuring"):
        world.change_app("web", ip_security_restrictions=[])
