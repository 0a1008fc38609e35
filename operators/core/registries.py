"""Container registries: what ARM says about one, and what it says about its images."""

from pydantic import field_validator

from operators.core.model import Digest, Instant, Model

ABAC = "AbacRepositoryPermissions"
LEGACY = "LegacyRegistryPermissions"


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
    public_network_access: str | None = None
    """"Enabled" or "Disabled"; None where the answer did not say."""

    @property
    def honours_acr_pull(self) -> bool:
        """Whether AcrPull lets an identity pull here; taken for granted where the answer did not tell the mode.

        Source: azure-management-docs, container-registry-rbac-abac-repository-permissions.
        """
        return self.role_assignment_mode in (LEGACY, None)

    @field_validator("login_server")
    @classmethod
    def _lower(cls, value: str) -> str:
        return value.lower()


class TagFacts(Model):
    """What a registry says about a tag now."""

    digest: Digest
    last_updated: Instant
    """When the tag was last moved, by the registry's clock."""
