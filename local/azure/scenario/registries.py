"""The registries of a scenario."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from local.azure.scenario.parts import Guid, Part, Seconds

RegistryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{5,50}$")]


class Registry(Part):
    """A container registry with its initial tags."""

    name: RegistryName
    resource_group: str = "registries"
    subscription: Guid | None = None
    login_server: str | None = None
    """Default `<name>.azurecr.io`; registries with a domain name label have another."""
    location: str = "eastus2"
    sku: Literal["Basic", "Standard", "Premium"] = "Standard"
    role_assignment_mode: Literal["LegacyRegistryPermissions", "AbacRepositoryPermissions"] | None = (
        "LegacyRegistryPermissions"
    )
    public_network_access: Literal["Enabled", "Disabled"] = "Enabled"
    admin_user_enabled: bool = False
    anonymous_pull_enabled: bool = False
    replica_lag: Seconds = 0
    """How long after a push this replica still shows what was there before."""
    tags: dict[str, str] = Field(default_factory=dict)
    """`repository:tag` → name of an image, there before the story begins."""
