"""The part of the verdict that is about the road: does the app reach the registry at all?

Sources: azure-management-docs, container-registry-access-selected-networks, container-registry-private-link,
allow-access-trusted-services (App Service is none of them); azure-docs, app-service/configure-vnet-integration-routing.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from operators.core.access import AccessFacts, Reason
from operators.core.access.evidence import network_evidence, registry_network_evidence
from operators.core.access.fixes import fix_by_addresses, fix_by_network, fix_image_pull, show_endpoints
from operators.core.access.parts import Part, read_failed
from operators.core.apps import PullSettings, SiteNetwork
from operators.core.model import Unknown
from operators.core.registries import Registry

_OVER_NETWORK = (
    "The image is pulled through the app's virtual network; whether that leads to the registry (private endpoint, its "
    "name resolution, routes) is not looked into."
)


def road_part(facts: AccessFacts, registry: Registry) -> Part:
    """Whether the registry's network rules let this app in, from outside or through a virtual network."""
    if registry.open_to_all:
        return Part(evidence=registry_network_evidence(registry))
    if isinstance(facts.network, Unknown):
        return read_failed(facts.network, evidence=registry_network_evidence(registry))
    evidence = (*registry_network_evidence(registry), *network_evidence(facts.app, facts.network))
    return _closed_road(facts, registry, facts.network).model_copy(update={"evidence": evidence})


def road_needs_settings(facts: AccessFacts, registry: Registry) -> bool:
    """Whether an app setting may be what routes the pull through the network."""
    unasked = road_part(facts.model_copy(update={"settings": None}), registry)
    return unasked.reason is Reason.READ_FAILED and isinstance(facts.network, SiteNetwork)


def _closed_road(facts: AccessFacts, registry: Registry, network: SiteNetwork) -> Part:
    if network.in_environment or (network.subnet_id and network.pulls_over_subnet):
        return _in_network(registry)
    let_in, kept_out = _sorted_by(registry.let_in_from_outside, network.possible_outbound_ips)
    if let_in and not kept_out:
        return Part()
    if network.subnet_id:
        # an app setting may route the pull as well
        if not isinstance(facts.settings, PullSettings):
            return read_failed(facts.settings or _not_asked(facts))
        if facts.settings.pull_over_vnet:
            return _in_network(registry)
    return _outside(facts, registry, network, let_in, kept_out)


def _in_network(registry: Registry) -> Part:
    if registry.public_network_access == "Disabled" and registry.private_endpoints == 0:
        return Part(reason=Reason.NO_PRIVATE_ENDPOINT, fix=show_endpoints(registry))
    return Part(warnings=(_OVER_NETWORK,))


def _outside(
    facts: AccessFacts, registry: Registry, network: SiteNetwork, let_in: tuple[str, ...], kept_out: tuple[str, ...]
) -> Part:
    by_network = fix_image_pull(facts.app) if network.subnet_id else fix_by_network(facts.app)
    words = {"addresses": ", ".join(kept_out) or "which it does not tell"}
    if let_in:
        fix = fix_by_addresses(registry, kept_out) or by_network
        return Part(reason=Reason.FIREWALL_PARTLY_OPEN, words=words, fix=fix)
    if network.subnet_id:
        return Part(reason=Reason.IMAGE_PULL_NOT_OVER_VNET, fix=by_network)
    if registry.public_network_access == "Disabled":
        return Part(reason=Reason.REGISTRY_CLOSED, fix=by_network)
    return Part(reason=Reason.FIREWALL, words=words, fix=fix_by_addresses(registry, kept_out) or by_network)


def _not_asked(facts: AccessFacts) -> Unknown:
    return Unknown(what=f"app settings of {facts.app.name}", reason="they were not asked for")


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
