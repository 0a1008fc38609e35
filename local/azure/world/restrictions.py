"""Who may reach an app: its access restrictions (azure-docs: app-service/overview-access-restrictions)."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from local.azure import scenario

LAST = 2_147_483_647
"""The priority of the rule that Azure shows at the end."""


def restrictions_of(told: scenario.App) -> dict[str, Any]:
    """Write what config/web says of them at the beginning; nothing where nobody is kept out."""
    properties: dict[str, Any] = {"publicNetworkAccess": told.public_network_access}
    if not told.ip_security_restrictions and told.ip_security_restrictions_default_action is None:
        return properties
    rows = [
        {
            "ipAddress": one.ip_address,
            "action": one.action,
            "tag": "Default",
            "priority": one.priority,
            "name": one.name,
        }
        for one in told.ip_security_restrictions
    ]
    last = told.ip_security_restrictions_default_action or "Deny"
    words = {"name": f"{last} all", "description": f"{last} all access"}
    return properties | {
        "ipSecurityRestrictions": [*rows, {"ipAddress": "Any", "action": last, "priority": LAST} | words],
        "ipSecurityRestrictionsDefaultAction": told.ip_security_restrictions_default_action,
    }


def lets_in(config: Mapping[str, Any], address: str) -> bool:
    """Tell whether config/web lets an address in: the first rule by priority that names it decides.

    Rules for service tags and subnets are never met here.
    """
    if config.get("publicNetworkAccess") == "Disabled":
        return False
    rows = config.get("ipSecurityRestrictions") or []
    for row in sorted(rows, key=lambda row: int(row.get("priority") or LAST)):
        if _means(str(row.get("ipAddress") or ""), address):
            return bool(row.get("action") != "Deny")
    default = config.get("ipSecurityRestrictionsDefaultAction")
    return default == "Allow" if default else not rows


def _means(source: str, address: str) -> bool:
    if source.lower() == "any":
        return True
    try:
        return ip_address(address) in ip_network(source, strict=False)
    except ValueError:
        return False
