"""What a site or slot is, how it is configured, and what happened to it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from local.azure import scenario
from local.azure.world.names import resource_id, same, stable_guid

_SET_OTHERWISE = frozenset(
    {
        "name",
        "image",
        "linux_fx_version",
        "windows_fx_version",
        "acr_use_managed_identity_creds",
        "acr_user_managed_identity",
        "acr_user_managed_identity_id",
        "always_on",
        "health_check_path",
        "app_settings",
        "identity",
        "instances",
        "state",
        "idle",
        "slots",
        "resource_group",
        "subscription",
        "location",
    }
)
"""What a scenario says of an app and is then kept elsewhere."""


class Happened(StrEnum):
    """What can happen to a site that matters to its containers."""

    CREATED = "created"
    RESTARTED = "restarted"
    CONFIGURED = "configured"
    CHANGED = "changed"
    """Something that restarts nothing, and that the next start goes by."""
    STOPPED = "stopped"
    STARTED = "started"
    REQUESTED = "requested"


@dataclass(frozen=True)
class RunConfig:
    """The part of a site's configuration that a container start depends on."""

    linux_fx_version: str
    use_managed_identity: bool
    managed_identity_client_id: str
    always_on: bool
    app_settings: tuple[tuple[str, str], ...]
    outbound_ip_addresses: tuple[str, ...]
    pulls_over_vnet: bool

    @property
    def image(self) -> str | None:
        """Answer the configured image reference; None where the site runs code or anything else."""
        prefix, _, image = self.linux_fx_version.partition("|")
        return image if prefix.lower() == "docker" and image else None

    @property
    def start_limit(self) -> float:
        """Answer the seconds a container has to answer (azure-docs: app-service/reference-app-settings)."""
        return float(self.setting("WEBSITES_CONTAINER_START_TIME_LIMIT") or 230)

    @property
    def ports(self) -> tuple[int, ...]:
        """Answer the ports that the start-up probe tries: WEBSITES_PORT, or 80 and 8080 found by themselves."""
        told = self.setting("WEBSITES_PORT") or self.setting("PORT")
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


@dataclass(frozen=True)
class UserIdentity:
    """A user-assigned identity."""

    id: str
    name: str
    location: str
    principal_id: str
    client_id: str


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
    state: str = "Running"
    history: list[Happening] = field(default_factory=list)

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
    def deployment_id(self) -> str:
        """Answer the name that the platform's log uses: a slot's is `<site>__<4 hex>`."""
        return f"{self.site_name}__{stable_guid(self.id)[:4]}" if self.slot else self.site_name

    @property
    def principal_id(self) -> str | None:
        """Answer the object id of its system-assigned identity, or None."""
        return stable_guid("principal", self.id) if self.told.identity.system else None

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
        if told is None or told.startswith("/"):
            return told
        network, _, subnet = told.partition("/")
        kind = "Microsoft.Network/virtualNetworks"
        return resource_id(self.subscription, self.resource_group, kind, network, "subnets", subnet)

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
        return RunConfig(
            linux_fx_version=self.linux_fx_version,
            use_managed_identity=bool(self.config.get("acrUseManagedIdentityCreds")),
            managed_identity_client_id=str(self.config.get("acrUserManagedIdentityID") or ""),
            always_on=bool(self.config.get("alwaysOn")),
            app_settings=tuple(sorted(self.app_settings.items())),
            outbound_ip_addresses=self.told.outbound_ip_addresses,
            pulls_over_vnet=self.told.virtual_network_subnet is not None and self._routes_pulls(),
        )

    def change(self, at: datetime, changes: dict[str, Any]) -> None:
        """Change what is neither configuration nor a setting; raises KeyError or pydantic's ValidationError."""
        for name in changes:
            if name in _SET_OTHERWISE:
                raise KeyError(f"{name} is changed by configuring, or not at all")
        self.told = type(self.told).model_validate(self.told.model_dump() | changes)
        self.record(at, Happened.CHANGED)

    def _routes_pulls(self) -> bool:
        asked = self.app_settings.get("WEBSITE_PULL_IMAGE_OVER_VNET", "").lower() in ("true", "1")
        return asked or self.told.vnet_image_pull or self.told.vnet_all_traffic

    def record(self, at: datetime, what: Happened) -> None:
        """Note that something happened."""
        self.history.append(Happening(at, what, self.run_config()))
        if what is not Happened.REQUESTED:
            self.modified = at


def make_site(
    told: scenario.App,
    parent: scenario.Site,
    subscription: str,
    identities: dict[str, UserIdentity],
    created: datetime,
) -> Site:
    """Make a site or, where `told` is not its own parent, a slot of it."""
    slot = None if told is parent else told.name
    tail = (parent.name, "slots", told.name) if slot else (parent.name,)
    site = Site(
        told=told,
        id=resource_id(subscription, parent.resource_group, "Microsoft.Web/sites", *tail),
        site_name=parent.name,
        slot=slot,
        subscription=subscription,
        resource_group=parent.resource_group,
        location=parent.location,
        user_identities=tuple(identities[name] for name in told.identity.user),
        modified=created,
        config=_initial_config(told, identities),
        app_settings=dict(told.app_settings),
        state=told.state,
    )
    site.record(created, Happened.CREATED)
    return site


def _initial_config(told: scenario.App, identities: dict[str, UserIdentity]) -> dict[str, Any]:
    client_id = told.acr_user_managed_identity_id or ""
    if told.acr_user_managed_identity:
        client_id = identities[told.acr_user_managed_identity].client_id
    return {
        "linuxFxVersion": f"DOCKER|{told.image}" if told.image else (told.linux_fx_version or ""),
        "windowsFxVersion": told.windows_fx_version,
        "acrUseManagedIdentityCreds": told.acr_use_managed_identity_creds,
        "acrUserManagedIdentityID": client_id,
        "alwaysOn": told.always_on,
        "healthCheckPath": told.health_check_path,
        "numberOfWorkers": told.instances,
    }
