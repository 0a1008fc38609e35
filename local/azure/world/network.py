"""The road to a registry: its firewall, its private endpoints, and where a caller comes from.

azure-docs: container-registry/container-registry-access-selected-networks, container-registry-private-link. Assumed:
names are resolved to a private endpoint throughout its virtual network, and no network is peered with another; through
a network without one, the public addresses are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network

from local.azure import scenario
from local.azure.world.names import resource_id, same, subnet_id
from local.azure.world.registries import Registry


@dataclass(frozen=True)
class PrivateEndpoint:
    """A private endpoint of a registry."""

    told: scenario.PrivateEndpoint
    id: str
    subnet_id: str


def endpoints_of(registry: Registry, told: scenario.Registry) -> list[PrivateEndpoint]:
    """Answer a registry's private endpoints, whatever became of their connections."""
    subscription = registry.id.split("/")[2]
    found = []
    for one in told.private_endpoints:
        group = one.resource_group or told.resource_group
        own = resource_id(subscription, group, "Microsoft.Network/privateEndpoints", one.name)
        found.append(PrivateEndpoint(one, own, subnet_id(one.virtual_network_subnet, subscription, group)))
    return found


def shut_out(registry: Registry, at: datetime, addresses: Iterable[str], subnet: str | None = None) -> str | None:
    """Answer the registry's refusal of a caller at a moment; None lets it in.

    It may come from any of these addresses, or out of the subnet where it is routed through one.
    """
    told = registry.told_at(at)
    approved = [one for one in endpoints_of(registry, told) if one.told.status == "Approved"]
    if subnet and any(same(_network(subnet), _network(one.subnet_id)) for one in approved):
        return None
    for address in addresses:
        if told.public_network_access == "Disabled" or not _passes(told.network_rule_set, address):
            return (
                f"client with IP '{address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
            )
    return None


def _network(subnet: str) -> str:
    return subnet.rpartition("/subnets/")[0]


def _passes(rules: scenario.NetworkRuleSet | None, address: str) -> bool:
    if rules is None or rules.default_action == "Allow":
        return True
    return any(ip_address(address) in ip_network(rule, strict=False) for rule in rules.ip_rules)
