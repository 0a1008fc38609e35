"""What a site or slot is, how it is configured, and what happened to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from local.azure import scenario
from local.azure.world.names import same, stable_guid, subnet_id
from local.azure.world.site_changes import changed

_CLIENT_ID = "acrUserManagedIdentityID"


class Happened(StrEnum):
    """What can happen to a site that matters to its containers."""

    CREATED = "created"
    """It has long been running when the story begins."""
    IDLE = "idle"
    """It was there when the story began, and nobody had asked for it."""
    RESTARTED = "restarted"
    CONFIGURED = "configured"
    CHANGED = "changed"
    """Something that restarts nothing, and that the next start goes by."""
    STOPPED = "stopped"
    STARTED = "started"
    REQUESTED = "requested"


@dataclass(frozen=True)
class UserIdentity:
    """A user-assigned identity."""

    id: str
    name: str
    location: str
    principal_id: str
    client_id: str


@dataclass(frozen=True)
class SiteContainer:
    """One container of a sidecar-enabled site (azure-docs: app-service/configure-sidecar)."""

    name: str
    properties: dict[str, Any]
    """As ARM was told."""

    @property
    def image(self) -> str:
        """Answer its image reference."""
        return str(self.properties.get("image") or "")

    @property
    def is_main(self) -> bool:
        """Tell whether it gets the traffic."""
        return bool(self.properties.get("isMain"))

    @property
    def target_port(self) -> str | None:
        """Answer the port it is asked at."""
        return self.properties.get("targetPort")

    @property
    def user_name(self) -> str | None:
        """Answer the name of its registry credentials."""
        return self.properties.get("userName")

    @property
    def uses_identity(self) -> bool:
        """Tell whether it is pulled with a managed identity."""
        return self.properties.get("authType") in ("SystemIdentity", "UserAssigned")

    @property
    def client_id(self) -> str | None:
        """Answer the client id of the user-assigned identity that it is pulled with."""
        by_user = self.properties.get("authType") == "UserAssigned"
        return self.properties.get("userManagedIdentityClientId") if by_user else None


@dataclass(frozen=True)
class RunConfig:
    """The part of a site's configuration that a container start depends on."""

    linux_fx_version: str
    use_managed_identity: bool
    managed_identity_client_id: str
    always_on: bool
    app_settings: tuple[tuple[str, str], ...]
    outbound_ip_addresses: tuple[str, ...]
    pull_subnet: str | None
    """Of its VNet integration, where pulls are routed through that."""
    principal_id: str | None = None
    """Object id of the system-assigned identity."""
    user_identities: tuple[UserIdentity, ...] = ()
    main_container: SiteContainer | None = None
    """Of a sidecar-enabled site: the one that gets the traffic."""
    pull_error: str | None = None
    """Why no pull works for now."""
    sick_instances: frozenset[int] = frozenset()
    """Where every container is killed as it starts."""

    @property
    def image(self) -> str | None:
        """Answer the configured image reference; None where the site runs code or anything else."""
        if self.main_container is not None:
            return self.main_container.image
        prefix, _, image = self.linux_fx_version.partition("|")
        return image if prefix.lower() == "docker" and image else None

    @property
    def registry_username(self) -> str | None:
        """Answer the name of the registry credentials that are configured."""
        if self.main_container is not None:
            return self.main_container.user_name
        return self.setting("DOCKER_REGISTRY_SERVER_USERNAME")

    @property
    def start_limit(self) -> float:
        """Answer the seconds a container has to answer (azure-docs: app-service/reference-app-settings)."""
        return float(self.setting("WEBSITES_CONTAINER_START_TIME_LIMIT") or 230)

    @property
    def ports(self) -> tuple[int, ...]:
        """Answer the ports that the start-up probe tries: WEBSITES_PORT, or 80 and 8080 found by themselves."""
        told = self.setting("WEBSITES_PORT") or self.setting("PORT")
        if self.main_container is not None:
            told = self.main_container.target_port
        return (int(told),) if told else (80, 8080)

    def setting(self, name: str) -> str | None:
        """Answer an app setting, or None."""
        return dict(self.app_settings).get(name)


@dataclass(frozen=True)
class Happening:
    """Something that happened to a site, with the configuration that held from then on."""

    at: datetime
    what: Happened
    config: RunConfig


@dataclass
class Site:
    """A site or a slot."""

    told: scenario.App
    id: str
    site_name: str
    slot: str | None
    subscription: str
    resource_group: str
    location: str
    user_identities: tuple[UserIdentity, ...]
    modified: datetime
    config: dict[str, Any] = field(default_factory=dict)
    """Properties of config/web that differ from a new site's."""
    app_settings: dict[str, str] = field(default_factory=dict)
    log_retention_days: int | None = None
    application_log_level: str = "Off"
    state: str = "Running"
    history: list[Happening] = field(default_factory=list)
    plan_id: str = ""
    has_system_identity: bool = False
    slot_setting_names: dict[str, Any] = field(default_factory=dict)
    """Of a site, for it and its slots: which settings stay where they are in a swap."""
    site_containers: dict[str, SiteContainer] = field(default_factory=dict)
    connection_strings: dict[str, Any] = field(default_factory=dict)
    kept_settings: dict[str, str] | None = None
    """While it is the source of a swap: its own sticky settings, for afterwards."""
    ftp_basic_auth: bool = True
    deployment_id: str = ""
    """The name that the platform's log uses; it moves with what runs here when slots are swapped (recorded)."""
    written: dict[str, Any] = field(default_factory=dict)
    """Properties of its body that were written and mean nothing here."""

    @property
    def name(self) -> str:
        """Answer ARM's name: `site` or `site/slot`."""
        return f"{self.site_name}/{self.slot}" if self.slot else self.site_name

    @property
    def type(self) -> str:
        """Answer ARM's resource type."""
        return "Microsoft.Web/sites/slots" if self.slot else "Microsoft.Web/sites"

    @property
    def host(self) -> str:
        """Answer its address."""
        return f"{self.host_label}.azurewebsites.net"

    @property
    def host_label(self) -> str:
        """Answer the first label of its address."""
        return f"{self.site_name}-{self.slot}" if self.slot else self.site_name

    @property
    def scm_host(self) -> str:
        """Answer the address of its deployment site."""
        return f"{self.host_label}.scm.azurewebsites.net"

    @property
    def publishing_user(self) -> str:
        """Answer the user name of its publishing credentials."""
        return f"${self.host_label}"

    @property
    def principal_id(self) -> str | None:
        """Answer the object id of its system-assigned identity, or None."""
        return stable_guid("principal", self.id) if self.has_system_identity else None

    @property
    def is_linux(self) -> bool:
        """Tell whether it runs on Linux workers."""
        return self.told.windows_fx_version is None

    @property
    def linux_fx_version(self) -> str:
        """Answer the configured linuxFxVersion."""
        return str(self.config.get("linuxFxVersion") or "")

    @property
    def instance_ids(self) -> tuple[str, ...]:
        """Answer the ids of its workers."""
        return tuple(sha256(f"{self.id} {n}".lower().encode()).hexdigest() for n in range(self.told.instances))

    @property
    def subnet_id(self) -> str | None:
        """Answer the resource id of the subnet that it is integrated into."""
        told = self.told.virtual_network_subnet
        return subnet_id(told, self.subscription, self.resource_group) if told else None

    @property
    def key_vault_reference_identity(self) -> str:
        """Answer `SystemAssigned`, or the resource id of the identity that reads Key Vault references."""
        told = self.told.key_vault_reference_identity
        return next((one.id for one in self.user_identities if same(one.name, told)), told)

    def machine(self, instance: int) -> str:
        """Answer the machine name of a worker, as log files carry it."""
        return f"lw0{stable_guid(self.id)[:5]}{instance:06d}"

    def run_config(self) -> RunConfig:
        """Answer what a container started now would be started with."""
        uses_identity, client_id = self.config.get("acrUseManagedIdentityCreds"), self.config.get(_CLIENT_ID)
        main = self.main_container
        if main is not None:
            uses_identity, client_id = main.uses_identity, main.client_id
        return RunConfig(
            linux_fx_version=self.linux_fx_version,
            use_managed_identity=bool(uses_identity),
            managed_identity_client_id=str(client_id or ""),
            always_on=bool(self.config.get("alwaysOn")),
            app_settings=tuple(sorted(self.app_settings.items())),
            outbound_ip_addresses=self.told.outbound_ip_addresses,
            pull_subnet=self.subnet_id if self._routes_pulls() else None,
            principal_id=self.principal_id,
            user_identities=self.user_identities,
            main_container=main,
            pull_error=self.told.pull_error,
            sick_instances=self.told.sick_instances,
        )

    @property
    def main_container(self) -> SiteContainer | None:
        """Answer the main container; None where the site is not sidecar-enabled or has no such container yet."""
        if self.linux_fx_version.lower() != "sitecontainers":
            return None
        return next((one for one in self.site_containers.values() if one.is_main), None)

    def change(self, at: datetime, changes: dict[str, Any]) -> None:
        """Change what is neither configuration nor a setting; raises KeyError or pydantic's ValidationError."""
        self.told = changed(self.told, changes)
        self.record(at, Happened.CHANGED)

    def _routes_pulls(self) -> bool:
        asked = self.app_settings.get("WEBSITE_PULL_IMAGE_OVER_VNET", "").lower() in ("true", "1")
        return asked or self.told.vnet_image_pull or self.told.vnet_all_traffic

    def record(self, at: datetime, what: Happened) -> None:
        """Note that something happened."""
        self.history.append(Happening(at, what, self.run_config()))
        if what is not Happened.REQUESTED:
            self.modified = at
