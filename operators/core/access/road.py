"""The part of the verdict that is about the road: does the app reach the registry at all?

Sources: azure-management-docs, container-registry-access-selected-networks, container-registry-private-link,
container-registry-vnet, allow-access-trusted-services (App Service is none of them); azure-docs,
app-service/configure-vnet-integration-routing.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from operators.core.access import AccessFacts, Reason
from operators.core.access import commands as az
from operators.core.access.evidence import endpoint_evidence, network_evidence, registry_network_evidence
from operators.core.access.fixes import fix_by_addresses, fix_by_network, show_way_out, show_way_to_endpoints
from operators.core.access.parts import Part, not_asked, read_failed
from operators.core.app_settings import PullSettings
from operators.core.apps import SiteNetwork
from operators.core.model import Unknown
from operators.core.registries import PrivateEndpoint, Registry

_THROUGH_ENDPOINT = (
    "The image is pulled through the app's virtual network, where the registry has a private endpoint. That names are "
    "resolved to it there, and that no rule of the network stands between, was assumed."
)
_BY_OWN_ADDRESSES = (
    "The image is pulled through the app's virtual network. That it goes out by the app's own addresses, and by no NAT "
    "gateway or firewall of that network, was assumed."
)


def road_part(facts: AccessFacts, registry: Registry) -> Part:
    """Whether the registry's network rules let this app in, from outside or through a virtual network."""
    if registry.open_to_all:
        return Part(evidence=registry_network_evidence(registry))
    if isinstance(facts.network, Unknown):
        return read_failed(facts.network, evidence=registry_network_evidence(registry))
    evidence = (*registry_network_evidence(registry), *network_evidence(facts.app, facts.network))
    part = _closed_road(facts, registry, facts.network)
    return part.model_copy(update={"evidence": (*evidence, *part.evidence)})


def road_needs_settings(facts: AccessFacts, registry: Registry) -> bool:
    """Whether an app setting may be what routes the pull through the network."""
    if registry.open_to_all or isinstance(facts.network, Unknown):
        return False
    return _hangs_on_settings(registry, facts.network)


def endpoints_on_road(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    """The private endpoints that the road may lead through: where they stand has to be read."""
    if registry.open_to_all or isinstance(facts.network, Unknown) or not facts.network.subnet_id:
        return ()
    return () if _lets_all_in(registry, facts.network) else registry.private_endpoints or ()


def _closed_road(facts: AccessFacts, registry: Registry, network: SiteNetwork) -> Part:
    in_network = network.in_environment or network.subnet_id is not None
    if in_network and _lets_nobody_in(registry):
        return Part(reason=Reason.NO_PRIVATE_ENDPOINT, fix=(az.show_endpoints(registry),))
    settings = facts.settings
    if _hangs_on_settings(registry, network) and not isinstance(settings, PullSettings):
        return read_failed(settings or not_asked(f"app settings of {facts.app.name}"))
    routed = network.pulls_over_subnet or (isinstance(settings, PullSettings) and settings.pull_over_vnet)
    over_network = network.in_environment or (in_network and routed)
    if _lets_all_in(registry, network):
        return Part(warnings=(_BY_OWN_ADDRESSES,) if over_network else ())
    return _over_network(facts, registry, network) if over_network else _outside(facts, registry, network)


def _hangs_on_settings(registry: Registry, network: SiteNetwork) -> bool:
    """Whether the app is in a network, and only an app setting may still have it pull through that."""
    if not network.subnet_id or network.in_environment or network.pulls_over_subnet:
        return False
    return not _lets_all_in(registry, network) and not _lets_nobody_in(registry)


def _lets_nobody_in(registry: Registry) -> bool:
    """Rules for subnets, which ARM no longer shows, let no App Service in (container-registry-vnet)."""
    return not registry.let_in_from_outside and registry.private_endpoints == ()


def _lets_all_in(registry: Registry, network: SiteNetwork) -> bool:
    let_in, kept_out = _sorted_by(registry.let_in_from_outside, network.possible_outbound_ips)
    return bool(let_in) and not kept_out


def _over_network(facts: AccessFacts, registry: Registry, network: SiteNetwork) -> Part:
    if registry.private_endpoints is None:
        what = f"private endpoints of {registry.name}"
        return read_failed(Unknown(what=what, reason="the registry's answer does not tell them"))
    if not registry.private_endpoints:
        _, kept_out = _sorted_by(registry.let_in_from_outside, network.possible_outbound_ips)
        fix = show_way_out(registry, network.subnet_id)
        return Part(reason=Reason.NETWORK_ADDRESS_UNKNOWN, words=_addresses(kept_out), fix=fix)
    if not network.subnet_id:
        names = ", ".join(map(_name, registry.private_endpoints))
        words = {"network": "the network of its App Service Environment", "endpoints": names}
        fix = show_way_to_endpoints(None, registry.private_endpoints)
        return Part(reason=Reason.ENDPOINT_NOT_IN_NETWORK, words=words, fix=fix)
    return _to_endpoint(facts, registry, network.subnet_id)


def _to_endpoint(facts: AccessFacts, registry: Registry, subnet_id: str) -> Part:
    """Out of a network a private endpoint in the same one is reached, whichever subnet either is in."""
    network = _network_of(subnet_id)
    there = tuple(one for one in facts.endpoints if isinstance(one, PrivateEndpoint))
    evidence = tuple(endpoint_evidence(one) for one in there)
    if any(_network_of(one.subnet_id).lower() == network.lower() for one in there):
        return Part(warnings=(_THROUGH_ENDPOINT,), evidence=evidence)
    unread = tuple(one for one in facts.endpoints if isinstance(one, Unknown))
    if unread or not there:
        return read_failed(*unread or (not_asked(f"private endpoints of {registry.name}"),), evidence=evidence)
    endpoints = ", ".join(f"{_name(one.id)} in {_name(_network_of(one.subnet_id))}" for one in there)
    words = {"network": f"the network {_name(network)}", "endpoints": endpoints}
    fix = show_way_to_endpoints(subnet_id, ())
    return Part(reason=Reason.ENDPOINT_NOT_IN_NETWORK, words=words, evidence=evidence, fix=fix)


def _outside(facts: AccessFacts, registry: Registry, network: SiteNetwork) -> Part:
    let_in, kept_out = _sorted_by(registry.let_in_from_outside, network.possible_outbound_ips)
    by_network = (az.pull_over_network(facts.app),) if network.subnet_id else fix_by_network(facts.app)
    words = _addresses(kept_out)
    if let_in:
        fix = fix_by_addresses(registry, kept_out) or by_network
        return Part(reason=Reason.FIREWALL_PARTLY_OPEN, words=words, fix=fix)
    if network.subnet_id:
        return Part(reason=Reason.IMAGE_PULL_NOT_OVER_VNET, fix=by_network)
    if registry.public_network_access == "Disabled":
        return Part(reason=Reason.REGISTRY_CLOSED, fix=by_network)
    return Part(reason=Reason.FIREWALL, words=words, fix=fix_by_addresses(registry, kept_out) or by_network)


def _addresses(kept_out: Iterable[str]) -> dict[str, str]:
    return {"addresses": ", ".join(kept_out) or "which it does not tell"}


def _network_of(subnet_id: str) -> str:
    """ "…/virtualNetworks/hub" of "…/virtualNetworks/hub/subnets/apps"."""
    return "/".join(subnet_id.split("/")[:-2])


def _name(resource_id: str) -> str:
    return resource_id.rpartition("/")[2]


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
