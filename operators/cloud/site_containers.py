"""Microsoft.Web/sites/sitecontainers: what is kept of a row.

`userName` and `passwordSecret` stay behind: who signs in with a password, and with which, is nobody's business here.
Source: azure-rest-api, web/resource-manager (2025-05-01), SiteContainerProperties.
"""

from collections.abc import Mapping
from typing import Any

from operators.core.apps import SiteContainer


def site_container(row: Mapping[str, Any]) -> SiteContainer:
    """One container of a sidecar-enabled site."""
    properties = row["properties"]
    return SiteContainer(
        name=row["name"],
        image=properties["image"],
        is_main=bool(properties["isMain"]),
        auth_type=properties.get("authType") or None,
        client_id=properties.get("userManagedIdentityClientId") or None,
        target_port=properties.get("targetPort") or None,
    )
