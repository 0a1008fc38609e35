"""Container registries: what ARM says about one, and what it says about its images."""

import re

from pydantic import field_validator

from operators.core.model import Digest, Instant, Model

ABAC = "AbacRepositoryPermissions"
LEGACY = "LegacyRegistryPermissions"
_AZURE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.azurecr\.(io|cn|us)")


def is_azure_registry(login_server: str) -> bool:
    """Whether a host belongs to Azure's registries, in any of its clouds; an app may name any host."""
    return _AZURE.fullmatch(login_server.lower()) is not None


class Registry(Model):
    """An Azure container registry."""

    id: str
    """The ARM resource id."""
    name: str
    login_server: str
    """In lower case. Not always `name` + ".azurecr.io": with a domain name label there is a hash in it."""
    role_assignment_mode: str | None = None
    """`LEGACY` or `ABAC`; None where the answer did not say, which is not known to mean legacy."""
    admin_user_enabled: bool = False
    anonymous_pull_enabled: bool = False
    azure_ad_authentication_as_arm: bool = True
    """It takes Entra tokens for Azure Resource Manager too, not for registries alone."""
    public_network_access: str | None = None
    """"Enabled" or "Disabled"; None where the answer did not say."""
    network_default_action: str | None = None
    """What befalls whoever no rule names, `networkRuleSet.defaultAction`: "Allow", "Deny", or None without rules."""
    ip_rules: tuple[str, ...] = ()
    """Addresses and ranges that are let in."""
    private_endpoints: tuple[str, ...] | None = None
    """Resource ids of its private endpoints whose connection is approved; None where the answer did not say."""
    quarantine_enabled: bool = False
    """Pushed images cannot be pulled until somebody passes them."""

    @property
    def honours_acr_pull(self) -> bool:
        """Whether AcrPull lets an identity pull here; taken for granted where the answer did not tell the mode.

        Source: azure-management-docs, container-registry-rbac-abac-repository-permissions.
        """
        return self.role_assignment_mode in (LEGACY, None)

    @property
    def uses_abac(self) -> bool:
        """Whether it decides by repository permissions alone."""
        return self.role_assignment_mode == ABAC

    @property
    def open_to_all(self) -> bool:
        """Whether it answers whoever asks from the internet, rights aside."""
        return self.public_network_access != "Disabled" and self.network_default_action != "Deny"

    @property
    def let_in_from_outside(self) -> tuple[str, ...]:
        """The addresses and ranges that get past a closed door."""
        return () if self.public_network_access == "Disabled" else self.ip_rules

    @field_validator("login_server")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower()


class PrivateEndpoint(Model):
    """A private endpoint, by which a registry is reached out of a virtual network."""

    id: str
    """The ARM resource id."""
    subnet_id: str
    """The subnet that it stands in."""


class ManifestFacts(Model):
    """What a registry says about a manifest."""

    digest: Digest
    platforms: tuple[str, ...] | None = None
    """"linux/amd64" and the like, of an index that says it of each image; None where the manifest does not say it."""
    quarantine_state: str | None = None
    """"Passed" once it may be pulled; None where the registry did not say."""


class NotThere(Model):
    """The registry's word that it has no such image, or none that the reader may see."""

    image: str


class TagFacts(Model):
    """What a registry says about a tag now."""

    digest: Digest
    last_updated: Instant
    """When the tag was last moved, by the registry's clock."""
