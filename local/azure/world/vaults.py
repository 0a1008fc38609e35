"""Key vaults, and what becomes of the references to their secrets in app settings.

azure-docs: app-service/app-service-key-vault-references. Only the fate of a reference is told, never a value.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from local.azure import scenario
from local.azure.world.names import resource_id, same
from local.azure.world.roles import Roles
from local.azure.world.sites import Site

GET_SECRET = "Microsoft.KeyVault/vaults/secrets/getSecret/action"
_REFERENCE = re.compile(r"@Microsoft\.KeyVault\((?P<inside>.*)\)\s*", re.IGNORECASE | re.DOTALL)
_SECRET_URI = re.compile(
    r"https://(?P<vault>[A-Za-z0-9-]+)\.vault\.[a-z.]+/secrets/(?P<secret>[^/]+)(?:/(?P<version>[^/]*))?/?",
    re.IGNORECASE,
)
_DETAILS = {
    "Resolved": "Reference has been successfully resolved.",
    "InvalidSyntax": "Reference was not able to be resolved because its syntax is invalid.",
    "MSINotEnabled": "Reference was not able to be resolved because site Managed Identity not enabled.",
    "VaultNotFound": "Key Vault reference was not able to be resolved because the vault was not found.",
    "SecretNotFound": "Key Vault reference was not able to be resolved because the secret was not found.",
    "SecretVersionNotFound": "Key Vault reference was not able to be resolved because the version was not found.",
    "AccessToKeyVaultDenied": "Key Vault reference was not able to be resolved because site was denied access to "
    "Key Vault reference's vault.",
}


class Vault:
    """One key vault."""

    def __init__(self, told: scenario.KeyVault, default_subscription: str) -> None:
        self.told = told
        self.name = told.name
        self.subscription = told.subscription or default_subscription
        self.id = resource_id(self.subscription, told.resource_group, "Microsoft.KeyVault/vaults", told.name)


@dataclass(frozen=True)
class Reference:
    """A reference of an app setting to a secret; without a vault it was not understood."""

    setting: str
    text: str
    vault: str | None = None
    secret: str | None = None
    version: str | None = None


@dataclass(frozen=True)
class Resolution:
    """What became of a reference."""

    reference: Reference
    status: str
    identity_type: str
    active_version: str | None = None

    @property
    def details(self) -> str:
        """Answer the platform's sentence."""
        return _DETAILS[self.status]


def references_of(site: Site) -> list[Reference]:
    """Find the references in a site's app settings, by name."""
    found = []
    for setting, value in sorted(site.app_settings.items()):
        if value.strip().lower().startswith("@microsoft.keyvault("):
            found.append(_read(setting, value.strip()))
    return found


class SecretReader:
    """Resolves references as the platform does, with the identity that the site names for it."""

    def __init__(self, vaults: list[Vault], policies: dict[str, set[str]], roles: Roles) -> None:
        self._vaults = vaults
        self._policies = policies
        """Vault id → object ids that its access policies let get secrets."""
        self._roles = roles

    def resolve(self, site: Site, reference: Reference, at: datetime) -> Resolution:
        """Answer what becomes of a reference."""
        by_system = site.key_vault_reference_identity == "SystemAssigned"
        kind = "SystemAssigned" if by_system else "UserAssigned"
        vault = next((one for one in self._vaults if same(one.name, reference.vault or "")), None)
        status = self._status(site, reference, vault, at)
        active = None
        if status == "Resolved" and vault is not None and reference.version is None:
            active = (vault.told.secrets[reference.secret or ""] or (None,))[-1]
        return Resolution(reference, status, kind, active or reference.version)

    def _status(self, site: Site, reference: Reference, vault: Vault | None, at: datetime) -> str:
        if reference.vault is None or reference.secret is None:
            return "InvalidSyntax"
        principal = _principal(site)
        if principal is None:
            return "MSINotEnabled"
        if vault is None:
            return "VaultNotFound"
        if not self._may_read(site, vault, principal, at):
            return "AccessToKeyVaultDenied"
        if reference.secret not in vault.told.secrets:
            return "SecretNotFound"
        if reference.version and reference.version not in vault.told.secrets[reference.secret]:
            return "SecretVersionNotFound"
        return "Resolved"

    def _may_read(self, site: Site, vault: Vault, principal: str, at: datetime) -> bool:
        if vault.told.public_network_access == "Disabled" and site.subnet_id is None:
            return False
        if vault.told.enable_rbac_authorization:
            return self._roles.allows(principal, GET_SECRET, vault.id, at, data=True)
        return bool(self._policies[vault.id] & self._roles.principals_of(principal))


def _principal(site: Site) -> str | None:
    """Answer who reads the secrets; None where the site does not have the identity that it names."""
    named = site.key_vault_reference_identity
    if named == "SystemAssigned":
        return site.principal_id
    return next((one.principal_id for one in site.user_identities if same(one.id, named)), None)


def _read(setting: str, text: str) -> Reference:
    match = _REFERENCE.fullmatch(text)
    pairs = [part.partition("=") for part in match["inside"].split(";")] if match else []
    named = {name.strip().lower(): value.strip() for name, _, value in pairs}
    if uri := _SECRET_URI.fullmatch(named.get("secreturi", "")):
        return Reference(setting, text, uri["vault"], uri["secret"], uri["version"] or None)
    if named.get("vaultname") and named.get("secretname"):
        return Reference(setting, text, named["vaultname"], named["secretname"], named.get("secretversion") or None)
    return Reference(setting, text)
