"""The sites and slots of a scenario, and the managed identities they have."""

from typing import Annotated, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from local.azure.scenario.parts import Guid, Part, Seconds


class Identity(Part):
    """A user-assigned managed identity."""

    name: str
    resource_group: str = "identities"
    subscription: Guid | None = None
    location: str = "eastus2"
    replicates_in: Seconds = 0
    """How long from the beginning the directory does not know its principal yet."""


class SiteIdentity(Part):
    """Which managed identities a site or slot has."""

    system: bool = False
    user: tuple[str, ...] = ()
    """Names of user-assigned identities."""
    replicates_in: Seconds = 0
    """How long from the beginning the directory does not know the system identity's principal yet."""


class SlotSwap(Part):
    """The last swap that an app took part in."""

    source_slot_name: str
    destination_slot_name: str
    timestamp_utc: AwareDatetime


class IpRestriction(Part):
    """One rule of who may reach an app."""

    ip_address: str
    """A range such as `203.0.113.0/24`, or `Any`."""
    action: Literal["Allow", "Deny"] = "Allow"
    priority: Annotated[int, Field(ge=1)] = 100
    name: str = "rule"


class Deployment(Part):
    """A deployment of code that the platform keeps a status of."""

    id: Guid
    status: str = "BuildInProgress"
    """As DeploymentBuildStatus (azure-rest-api: web); RuntimeSuccessful is a good end."""
    started: AwareDatetime | None = None
    """When it began, in the deployments list of the deployment site; null: that has no row of it."""
    instances_in_progress: int = 0
    instances_successful: int = 0
    instances_failed: int = 0


class SiteContainer(Part):
    """One container of a sidecar-enabled site (azure-docs: app-service/configure-sidecar)."""

    name: str
    image: str
    is_main: bool = False
    """It gets the traffic, and it is the one that runs here."""
    target_port: str | None = None
    auth_type: Literal["Anonymous", "UserCredentials", "SystemIdentity", "UserAssigned"] = "Anonymous"
    user_managed_identity: str | None = None
    """Name of a user-assigned identity, whose client id is then configured."""
    user_managed_identity_client_id: str | None = None
    """The configured value as it is, right or wrong."""
    user_name: str | None = None


class App(Part):
    """What a site and a slot have in common."""

    name: str
    tags: dict[str, str] = Field(default_factory=dict)
    """Resource tags."""
    image: str | None = None
    """Short for `linux_fx_version: DOCKER|<image>`."""
    linux_fx_version: str | None = None
    site_containers: tuple[SiteContainer, ...] = ()
    """Makes it a sidecar-enabled site: `linux_fx_version: sitecontainers`."""
    windows_fx_version: str | None = None
    kind: str | None = None
    identity: SiteIdentity = SiteIdentity()
    acr_use_managed_identity_creds: bool = False
    acr_user_managed_identity: str | None = None
    """Name of a user-assigned identity, whose client id is then configured."""
    acr_user_managed_identity_id: str | None = None
    """The configured value as it is, right or wrong."""
    always_on: bool = True
    idle: bool = False
    """Not running at the beginning because nobody asked for it; needs `always_on: false`."""
    health_check_path: str | None = None
    instances: Annotated[int, Field(ge=1, le=100)] = 1
    state: Literal["Running", "Stopped"] = "Running"
    app_settings: dict[str, str] = Field(default_factory=dict)
    """WEBSITES_PORT, WEBSITES_CONTAINER_START_TIME_LIMIT, DOCKER_REGISTRY_SERVER_USERNAME and _PASSWORD,
    DOCKER_ENABLE_CI and WEBSITE_PULL_IMAGE_OVER_VNET have effect; Key Vault references are resolved or not."""
    scm_basic_auth: bool = True
    """The deployment site takes the publishing credentials, which webhooks of registries need."""
    virtual_network_subnet: str | None = None
    """`network/subnet` of its VNet integration, or a resource id."""
    vnet_image_pull: bool = False
    """Pulls go through the VNet integration; WEBSITE_PULL_IMAGE_OVER_VNET and `vnet_all_traffic` do the same."""
    vnet_all_traffic: bool = False
    outbound_ip_addresses: tuple[str, ...] = ("203.0.113.10",)
    """Where its pulls come from."""
    possible_outbound_ip_addresses: tuple[str, ...] | None = None
    """Null: the same."""
    usage_state: Literal["Normal", "Exceeded"] = "Normal"
    key_vault_reference_identity: str = "SystemAssigned"
    """Or the name of a user-assigned identity."""
    in_progress_operation_id: str | None = None
    target_swap_slot: str | None = None
    """The other slot of a swap with preview that is not completed."""
    slot_swap_status: SlotSwap | None = None
    public_network_access: Literal["Enabled", "Disabled"] | None = None
    ip_security_restrictions: tuple[IpRestriction, ...] = ()
    """Any rule keeps out whoever no rule names."""
    ip_security_restrictions_default_action: Literal["Allow", "Deny"] | None = None
    container_logging: bool = True
    """What containers write is kept in files, as `httpLogs.fileSystem` of config/logs says."""
    deployment: Deployment | None = None
    pull_error: str | None = None
    """Its workers pull nothing, for this reason in the registry client's words: an outage, say, of the registry's."""
    sick_instances: frozenset[int] = frozenset()
    """Which of its instances, counted from 0, have no memory left: every container is killed (137) as it starts."""
    log_format: Literal["new", "old"] = "new"
    """The platform that runs it; the old one falls back to its local copy when a pull fails."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if self.image is not None and (self.linux_fx_version or self.windows_fx_version):
            raise ValueError("give either image or linux_fx_version or windows_fx_version")
        if self.site_containers and (self.image or self.linux_fx_version or self.windows_fx_version):
            raise ValueError("a site with site_containers has no image or fx version of its own")
        if self.acr_user_managed_identity and self.acr_user_managed_identity_id:
            raise ValueError("give either acr_user_managed_identity or acr_user_managed_identity_id")
        if self.idle and self.always_on:
            raise ValueError("an idle app has always_on: false")
        return self


class Slot(App):
    """A deployment slot: everything of its own but the place."""


class Site(App):
    """A site with its slots."""

    resource_group: str = "apps"
    subscription: Guid | None = None
    location: str = "East US 2"
    slots: tuple[Slot, ...] = ()
