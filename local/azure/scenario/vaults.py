"""The key vaults of a scenario, as far as references in app settings need them."""

from typing import Literal

from pydantic import Field

from local.azure.scenario.parts import Guid, Part


class KeyVault(Part):
    """A key vault: whose secrets there are, and who may read them. No secret has a value here."""

    name: str
    resource_group: str = "vaults"
    subscription: Guid | None = None
    location: str = "eastus2"
    enable_rbac_authorization: bool = True
    """Roles such as Key Vault Secrets User count; otherwise `secret_readers` do."""
    secret_readers: tuple[str, ...] = ()
    """Principals, as in role assignments, whose access policy lets them get secrets."""
    public_network_access: Literal["Enabled", "Disabled"] = "Enabled"
    """Disabled lets in only apps with a VNet integration."""
    secrets: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name → versions, the newest last."""
