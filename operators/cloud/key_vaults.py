"""Microsoft.KeyVault/vaults: which vaults there are, and how they decide who may read; never what is in them.

Source: azure-rest-api, keyvault/resource-manager (2024-11-01): Vaults_ListBySubscription.
"""

from collections.abc import Mapping
from typing import Any

from operators.cloud.arm import Arm
from operators.cloud.arm_errors import parsed
from operators.core.doctor.facts import KeyVault

_API_VERSION = "2024-11-01"


class KeyVaults:
    """Reads. Raises operators.errors. Needs Microsoft.KeyVault/vaults/read, which Reader gives."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def of(self, subscription: str) -> tuple[KeyVault, ...]:
        """Those of a subscription; one call a page."""
        path = f"/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults"
        rows = [row async for row in self._arm.pages(path, _API_VERSION)]
        return tuple(parsed(f"key vaults of {subscription}", _key_vault, row) for row in rows)


def _key_vault(row: Mapping[str, Any]) -> KeyVault:
    properties = row["properties"]
    return KeyVault(
        id=row["id"],
        name=row["name"],
        by_roles=bool(properties.get("enableRbacAuthorization")),
        public_network_access=properties.get("publicNetworkAccess") or None,
    )
