"""What ARM says about the road: a registry's firewall, and how a site goes out."""

from typing import Any

import pytest

from operators.core.apps import AppId, SiteNetwork
from operators.core.registries import Registry
from tests.cloud.asking import Asker, story

SUBNET = "/subscriptions/1/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/hub/subnets/apps"


async def registry(**told: Any) -> Registry:
    """The registry as it is read."""
    found = await Asker(story(registry=told)).house.azure.registries.find("contoso.azurecr.io")
    assert found is not None
    return found


async def test_an_open_registry() -> None:
    """Without rules there is no default action, and it answers everybody."""
    found = await registry()
    assert (found.public_network_access, found.network_default_action, found.ip_rules) == ("Enabled", None, ())
    assert found.open_to_all
    assert not found.quarantine_enabled


async def test_a_firewall() -> None:
    """Its default and the addresses that it lets in."""
    found = await registry(sku="Premium", network_rule_set={"default_action": "Deny", "ip_rules": ["203.0.113.0/24"]})
    assert (found.network_default_action, found.ip_rules) == ("Deny", ("203.0.113.0/24",))
    assert not found.open_to_all


async def test_private_endpoints_count_once_approved() -> None:
    """One that waits for its approval leads nowhere."""
    endpoints = [{"name": "hub"}, {"name": "spoke", "status": "Pending"}]
    found = await registry(sku="Premium", public_network_access="Disabled", private_endpoints=endpoints)
    (endpoint,) = found.private_endpoints or ()
    assert endpoint.endswith("/Microsoft.Network/privateEndpoints/hub")
    assert not found.open_to_all
    assert (await registry()).private_endpoints == ()


async def test_quarantine() -> None:
    """The policy is read with the registry."""
    assert (await registry(quarantine_enabled=True, sku="Premium")).quarantine_enabled


@pytest.mark.parametrize(
    ("app", "expected"),
    [
        pytest.param({}, SiteNetwork(possible_outbound_ips=("203.0.113.10",)), id="no network"),
        pytest.param(
            {"virtual_network_subnet": SUBNET},
            SiteNetwork(subnet_id=SUBNET, possible_outbound_ips=("203.0.113.10",)),
            id="integrated, the pull not over it",
        ),
        pytest.param(
            {"virtual_network_subnet": SUBNET, "vnet_image_pull": True},
            SiteNetwork(subnet_id=SUBNET, pulls_over_subnet=True, possible_outbound_ips=("203.0.113.10",)),
            id="the pull over it",
        ),
        pytest.param(
            {"virtual_network_subnet": SUBNET, "vnet_all_traffic": True},
            SiteNetwork(subnet_id=SUBNET, pulls_over_subnet=True, possible_outbound_ips=("203.0.113.10",)),
            id="everything over it",
        ),
        pytest.param(
            {"possible_outbound_ip_addresses": ["203.0.113.10", "203.0.113.11"]},
            SiteNetwork(possible_outbound_ips=("203.0.113.10", "203.0.113.11")),
            id="several addresses",
        ),
    ],
)
async def test_a_site(app: dict[str, Any], expected: SiteNetwork) -> None:
    """Subnet, routing of the pull, and every address that it may come from."""
    asker = Asker(story(app))
    site = await asker.house.azure.sites.site(AppId.from_resource_id(asker.world.site("shop").id))
    assert site.network == expected
