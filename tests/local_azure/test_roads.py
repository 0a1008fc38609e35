"""The road from an app to a registry: firewalls, private endpoints, VNet integration; and what ARM tells of them."""

from typing import Any

import pytest
from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient

from local.azure.transport import WorldCredential, WorldTransport
from tests.local_azure.worlds import arm, seen, site, told, web_client, world_of

DENY: dict[str, Any] = {"sku": "Premium", "network_rule_set": {"default_action": "Deny"}}
ENDPOINT = {"name": "pe", "resource_group": "apps", "virtual_network_subnet": "net/endpoints"}
PRIVATE = {"private_endpoints": [ENDPOINT]}
VNET = {"virtual_network_subnet": "net/apps", "vnet_image_pull": True}
TWO = ["198.51.100.1", "198.51.100.2"]


def rules(*ip_rules: str) -> dict[str, Any]:
    """Describe a registry that lets in these addresses only."""
    return {"network_rule_set": {"default_action": "Deny", "ip_rules": list(ip_rules)}}


@pytest.mark.parametrize(
    ("registry", "app", "refused"),
    [
        pytest.param({}, {}, None, id="open"),
        pytest.param({"network_rule_set": {}}, {}, None, id="default action allow"),
        pytest.param(DENY, {}, "203.0.113.10", id="default action deny"),
        pytest.param(
            DENY | {"network_rule_bypass_options": "AzureServices"}, {}, "203.0.113.10", id="no bypass for us"
        ),
        pytest.param(rules("203.0.113.0/24"), {}, None, id="its range is let in"),
        pytest.param(rules("203.0.113.10"), {}, None, id="its address is let in"),
        pytest.param(rules(TWO[0]), {"outbound_ip_addresses": TWO}, TWO[1], id="one of its addresses is not"),
        pytest.param({"public_network_access": "Disabled"}, {}, "203.0.113.10", id="not public"),
        pytest.param(
            {"public_network_access": "Disabled"} | rules("0.0.0.0/0"), {}, "203.0.113.10", id="rules don't help"
        ),
        pytest.param({"public_network_access": "Disabled"} | PRIVATE, {}, "203.0.113.10", id="private, but not we"),
        pytest.param({"public_network_access": "Disabled"} | PRIVATE, VNET, None, id="private, and so are we"),
        pytest.param({"public_network_access": "Disabled"}, VNET, "203.0.113.10", id="nothing private to reach"),
        pytest.param(
            *({"public_network_access": "Disabled", "private_endpoints": [ENDPOINT | {"status": "Pending"}]}, VNET),
            *("203.0.113.10",),
            id="its endpoint is not approved",
        ),
        pytest.param(
            *({"public_network_access": "Disabled", "private_endpoints": [{"name": "pe"}]}, VNET),
            *("203.0.113.10",),
            id="its endpoint is in another network",
        ),
        pytest.param(
            DENY | PRIVATE, VNET | {"vnet_image_pull": False}, "203.0.113.10", id="integrated, but not for pulls"
        ),
        pytest.param(DENY | PRIVATE, {"vnet_image_pull": True}, "203.0.113.10", id="for pulls, but not integrated"),
        pytest.param(
            DENY | PRIVATE, {"virtual_network_subnet": "net/s", "vnet_all_traffic": True}, None, id="all traffic"
        ),
        pytest.param(
            *(
                DENY | PRIVATE,
                {"virtual_network_subnet": "net/s", "app_settings": {"WEBSITE_PULL_IMAGE_OVER_VNET": "1"}},
            ),
            *(None,),
            id="by the old setting",
        ),
    ],
)
def test_who_reaches_the_registry(registry: dict[str, Any], app: dict[str, Any], refused: str | None) -> None:
    """A pull that may not come through fails with the registry's words and the address that it saw."""
    store = {"name": "store", "tags": {"team/web:latest": "v1"}}
    world, clock = world_of(registries=[store | registry], sites=[site(**app)])
    world.restart("web")
    clock.advance(10)
    view = seen(world)
    assert view.status is not None
    words = (
        f"denied: client with IP '{refused}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
    )
    assert (words in str(view.status.last_error_details)) is (refused is not None)
    assert (view.status.last_error == "ImagePullFailure") is (refused is not None)


def test_opening_the_firewall_lets_the_next_try_through() -> None:
    """A registry and an app can be changed while the story goes on; what failed before stays failed."""
    world, clock = world_of(registries=[{"name": "store", "tags": {"team/web:latest": "v1"}} | DENY])
    world.restart("web")
    clock.advance(5)
    assert told(seen(world))[0] == "Stopped"
    world.change_registry("store", private_endpoints=[ENDPOINT])
    world.change_app("web", virtual_network_subnet="net/apps", vnet_image_pull=True)
    assert told(seen(world))[0] == "Stopped"
    clock.advance(15)
    assert told(seen(world))[0] == "Started"


def test_what_is_configured_is_not_changed_behind_its_back() -> None:
    """Configuration has its own way, which restarts containers."""
    world, _ = world_of()
    with pytest.raises(KeyError, match="always_on is changed by configuring"):
        world.change_app("web", always_on=False)


async def test_what_arm_tells_of_a_registry() -> None:
    """The SDK reads firewall, endpoints and quarantine; a registry without rules has no networkRuleSet."""
    registries = [{"name": "store", "quarantine_enabled": True} | rules("203.0.113.7") | PRIVATE, {"name": "plain"}]
    world, _ = world_of(registries=registries)
    credential, transport = WorldCredential(world), WorldTransport(world)
    async with ContainerRegistryManagementClient(credential, world.default_subscription, transport=transport) as client:
        store = await client.registries.get("registries", "store")
        plain = await client.registries.get("registries", "plain")
    assert store.network_rule_set is not None
    assert store.network_rule_set.default_action == "Deny"
    assert [(rule.action, rule.ip_address_or_range) for rule in store.network_rule_set.ip_rules or []] == [
        ("Allow", "203.0.113.7")
    ]
    (endpoint,) = store.private_endpoint_connections or []
    assert endpoint.private_link_service_connection_state is not None
    assert endpoint.private_link_service_connection_state.status == "Approved"
    assert store.policies is not None
    assert store.policies.quarantine_policy is not None
    assert store.policies.quarantine_policy.status == "enabled"
    assert (plain.network_rule_set, plain.private_endpoint_connections) == (None, [])


async def test_what_arm_tells_of_a_site() -> None:
    """The SDK reads VNet integration, addresses, the plan's quota, and what else is under way."""
    swap = {
        "source_slot_name": "staging",
        "destination_slot_name": "production",
        "timestamp_utc": "2026-05-01T10:00:00+02:00",
    }
    app = site(
        **VNET,
        outbound_ip_addresses=TWO[:1],
        possible_outbound_ip_addresses=TWO,
        usage_state="Exceeded",
        key_vault_reference_identity="reader",
        identity={"system": True, "user": ["reader"]},
        in_progress_operation_id="88888888-8888-4888-8888-888888888888",
        target_swap_slot="staging",
        slot_swap_status=swap,
    )
    world, _ = world_of(sites=[app], identities=[{"name": "reader"}])
    async with web_client(world) as client:
        found = await client.web_apps.get("apps", "web")
    assert found.virtual_network_subnet_id == (
        f"/subscriptions/{world.default_subscription}/resourceGroups/apps"
        "/providers/Microsoft.Network/virtualNetworks/net/subnets/apps"
    )
    assert found.outbound_vnet_routing is not None
    assert (found.outbound_vnet_routing.image_pull_traffic, found.outbound_vnet_routing.all_traffic) == (True, False)
    assert (found.outbound_ip_addresses, found.possible_outbound_ip_addresses) == (TWO[0], ",".join(TWO))
    assert (found.usage_state, found.target_swap_slot) == ("Exceeded", "staging")
    assert found.key_vault_reference_identity == world.identities["reader"].id
    assert found.in_progress_operation_id == "88888888-8888-4888-8888-888888888888"
    assert found.slot_swap_status is not None
    assert found.slot_swap_status.destination_slot_name == "production"
    assert found.slot_swap_status.timestamp_utc is not None
    assert found.slot_swap_status.timestamp_utc.isoformat() == "2026-05-01T08:00:00+00:00"


async def test_what_arm_tells_of_a_private_endpoint() -> None:
    """By the id that the registry's connection names: the subnet that it stands in; 404 for any other."""
    world, _ = world_of(registries=[{"name": "store"} | PRIVATE])
    credential, transport = WorldCredential(world), WorldTransport(world)
    group = f"/subscriptions/{world.default_subscription}/resourceGroups/apps/providers/Microsoft.Network"
    async with ContainerRegistryManagementClient(credential, world.default_subscription, transport=transport) as client:
        (connection,) = (await client.registries.get("registries", "store")).private_endpoint_connections or []
    assert connection.private_endpoint is not None
    assert connection.private_endpoint.id == f"{group}/privateEndpoints/pe"
    version = {"api-version": "2024-05-01"}
    answer = await arm(world, "GET", f"{group}/privateEndpoints/pe", **version)
    assert answer.json()["properties"]["subnet"] == {"id": f"{group}/virtualNetworks/net/subnets/endpoints"}
    assert (await arm(world, "GET", f"{group}/privateEndpoints/another", **version)).status_code == 404
