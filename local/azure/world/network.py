"""The road to a registry: its firewall, its private endpoints, and where a caller comes from.

azure-docs: container-registry/container-registry-access-selected-networks, container-registry-private-link. Assumed: an
approved private endpoint is reached from every VNet; through a VNet without one, the public addresses are the same.
"""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from local.azure import scenario


def shut_out(registry: scenario.Registry, addresses: Iterable[str], over_vnet: bool = False) -> str | None:
    """Answer the registry's refusal of a caller that may come from any of these addresses; None lets it in."""
    if over_vnet and any(one.status == "Approved" for one in registry.private_endpoints):
        return None
    for address in addresses:
        if registry.public_network_access == "Disabled" or not _passes(registry.network_rule_set, address):
            return (
                f"client with IP '{address}' is not allowed access. Refer https://aka.ms/acr/firewall to grant access."
            )
    return None


def _passes(rules: scenario.NetworkRuleSet | None, address: str) -> bool:
    if rules is None or rules.default_action == "Allow":
        return True
    return any(ip_address(address) in ip_network(rule, strict=False) for rule in rules.ip_rules)
