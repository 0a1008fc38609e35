"""The registries of a scenario."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from local.azure.scenario.parts import Guid, Part, Seconds
from local.azure.scenario.webhooks import Webhook

RegistryName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{5,50}$")]


class NetworkRuleSet(Part):
    """A registry's firewall."""

    default_action: Literal["Allow", "Deny"] = "Allow"
    ip_rules: tuple[str, ...] = ()
    """Addresses and ranges that are let in."""


class PrivateEndpoint(Part):
    """A private endpoint of a registry, and its connection."""

    name: str
    resource_group: str | None = None
    """Null: the registry's."""
    virtual_network_subnet: str = "network/endpoints"
    """`network/subnet` of this resource group, or a resource id: only what is integrated with that network comes in."""
    status: Literal["Approved", "Pending", "Rejected", "Disconnected"] = "Approved"


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
    network_rule_set: NetworkRuleSet | None = None
    network_rule_bypass_options: Literal["AzureServices", "None"] = "AzureServices"
    """It lets trusted services past the firewall; App Service is none of them."""
    private_endpoints: tuple[PrivateEndpoint, ...] = ()
    quarantine_enabled: bool = False
    """What is pushed cannot be pulled until it is released."""
    webhooks: tuple[Webhook, ...] = ()
    admin_user_enabled: bool = False
    anonymous_pull_enabled: bool = False
    azure_ad_authentication_as_arm: bool = True
    """It takes tokens for Azure Resource Manager too; only shown, no client here comes with such a one."""
    replica_lag: Seconds = 0
    """How long after a push this replica still shows what was there before."""
    tags: dict[str, str] = Field(default_factory=dict)
    """`repository:tag` → name of an image, there before the story begins."""
