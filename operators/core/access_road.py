"""The part of the verdict that is about the road: does the app reach the registry at all?

Sources: azure-management-docs, container-registry-access-selected-networks, container-registry-private-link,
allow-access-trusted-services (App Service is none of them); azure-docs, app-service/configure-vnet-integration-routing.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from operators.core.access import AccessFacts, Evidence, Reason
from operators.core.access_evidence import network_evidence, registry_network_evidence
from operators.core.access_fixes import fix_by_addresses, fix_by_network, fix_image_pull, show_endpoints
from operators.core.access_parts import Part, read_failed
from operators.core.apps import PullSettings, SiteNetwork
from operators.core.model import Unknown
from operators.core.registries import Registry

_OVER_NETWORK = (
    "The image is pulled through the app's virtual network; whether that leads to the registry (private endpoint, its "
    "name resolution, routes) is not looked into."
)


def road_part(facts: AccessFacts, registry: Registry) -> Part:
    """Whether the registry's network rules let this app in, from outside or through a virtual network."""
    evidence = registry_network_evidence(registry)
    if registry.open_to_all:
        return Part(evidence=evidence)
    network = facts.network
    if isinstance(network, Unknown):
        return read_failed(network, evidence=evidence)
    evidence = (*evidence, *network_evidence(facts.app, network))
    if registry.public_network_access != "Disabled":
        let_in, kept_out = _sorted_by(registry.ip_rules, network.possible_outbound_ips)
        if let_in and not kept_out:
            return Part(evidence=evidence)
        if let_in and not network.subnet_id:
            addresses, fix = ", ".join(kept_out), fix_by_addresses(registry, kept_out)
            words = {"addresses": addresses}
            return Part(reason=Reason.FIREWALL_PARTLY_OPEN, words=words, evidence=evidence, fix=fix)
    return _through_network(facts, registry, network, evidence)


def road_needs_settings(facts: AccessFacts, registry: Registry) -> bool:
    """Whether an app setting may be what routes the pull through the network."""
    unasked = road_part(facts.model_copy(update={"settings": None}), registry)
    return unasked.reason is Reason.READ_FAILED and isinstance(facts.network, SiteNetwork)


def _through_network(
    facts: AccessFacts, registry: Registry, network: SiteNetwork, evidence: tuple[Evidence, ...]
) -> Part:
    if network.in_environment or (network.subnet_id and network.pulls_over_subnet):
        return _in_network(registry, evidence)
    if not network.subnet_id:
        return _outside(facts, registry, network, evidence)
    if not isinstance(facts.settings, PullSettings):
        # one of them may route the pull
        unread = facts.settings or Unknown(what=f"app settings of {facts.app.name}", reason="they were not asked for")
        return read_failed(unread, evidence=evidence)
    if facts.settings.pull_over_vnet:
        return _in_network(registry, evidence)
    return Part(reason=Reason.IMAGE_PULL_NOT_OVER_VNET, evidence=evidence, fix=fix_image_pull(facts.app))


def _in_network(registry: Registry, evidence: tuple[Evidence, ...]) -> Part:
    if registry.public_network_access == "Disabled" and registry.private_endpoints == 0:
        return Part(reason=Reason.NO_PRIVATE_ENDPOINT, evidence=evidence, fix=show_endpoints(registry))
    return Part(evidence=evidence, warnings=(_OVER_NETWORK,))


def _outside(facts: AccessFacts, registry: Registry, network: SiteNetwork, evidence: tuple[Evidence, ...]) -> Part:
    if registry.public_network_access == "Disabled":
        return Part(reason=Reason.REGISTRY_CLOSED, evidence=evidence, fix=fix_by_network(facts.app))
    addresses = network.possible_outbound_ips
    return Part(
        reason=Reason.FIREWALL,
        words={"addresses": ", ".join(addresses) or "which it does not tell"},
        evidence=evidence,
        fix=fix_by_addresses(registry, addresses) or fix_by_network(facts.app),
    )


def _sorted_by(rules: Iterable[str], addresses: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which addresses the rules let in, and which not. A rule that is no address or range lets nobody in."""
    networks = [network for network in map(_network, rules) if network]
    let_in = tuple(one for one in addresses if _is_in(one, networks))
    return let_in, tuple(one for one in addresses if one not in let_in)


def _is_in(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _network(rule: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(rule.strip(), strict=False)
    except ValueError:
        return None
