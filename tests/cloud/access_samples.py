"""Roles, registries and networks by which the stories about pulls differ from the tutorial's."""

from typing import Any

from operators.core.access.conditions import repository_condition
from operators.core.registries import ABAC

PULL = "Microsoft.ContainerRegistry/registries/pull/read"
STRICT = {"role_assignment_mode": ABAC}
FOR_US = {"network_rule_set": {"default_action": "Deny", "ip_rules": ["203.0.113.20"]}, "sku": "Premium"}
"""A firewall that lets in nobody but the operator."""
ENDPOINT = {"private_endpoints": [{"name": "hub", "resource_group": "apps", "virtual_network_subnet": "hub/endpoints"}]}
IN_NETWORK = {"virtual_network_subnet": "hub/apps"}
OVER_NETWORK = IN_NETWORK | {"vnet_image_pull": True}


def may(role: str, scope: str = "contoso", principal: str = "shop", **more: Any) -> dict[str, Any]:
    """One role instead of the tutorial's."""
    return {"role_assignments": [{"principal": principal, "role": role, "scope": scope} | more]}


def reader_of(repository: str) -> dict[str, Any]:
    """The role that a registry in ABAC mode honours, for one repository."""
    return may("Container Registry Repository Reader", condition=repository_condition(repository))
