"""Apps: a site or a slot, and the facts about it that decide what it runs and as whom it pulls."""

import re
from typing import Self

from pydantic import field_validator

from operators.core.model import Instant, Model

_SITE = re.compile(
    r"^/subscriptions/(?P<subscription>[^/]+)/resourceGroups/(?P<resource_group>[^/]+)"
    r"/providers/Microsoft\.Web/sites/(?P<site>[^/]+)(?:/slots/(?P<slot>[^/]+))?$",
    re.IGNORECASE,
)


class AppId(Model):
    """Which app. ARM compares ids without case, so every part is kept in lower case."""

    subscription: str
    resource_group: str
    site: str
    slot: str | None = None

    @field_validator("subscription", "resource_group", "site", "slot")
    @classmethod
    def _lower(cls, value: str | None) -> str | None:
        return value.lower() if value else None

    @classmethod
    def from_resource_id(cls, resource_id: str) -> Self:
        """Parse an ARM resource id of a site or slot. Raises ValueError where it is none."""
        match = _SITE.match(resource_id)
        if match is None:
            raise ValueError(f"{resource_id!r} is not the resource id of a site or slot")
        return cls.model_validate(match.groupdict())

    @classmethod
    def from_key(cls, key: str) -> Self:
        """Parse what `key` gives. Raises ValueError where it is none."""
        parts = key.split(":")
        if len(parts) not in (3, 4) or not all(parts):
            raise ValueError(f"{key!r} is not an app key (subscription:resource-group:site[:slot])")
        subscription, resource_group, site, *slot = parts
        return cls(subscription=subscription, resource_group=resource_group, site=site, slot=slot[0] if slot else None)

    @property
    def key(self) -> str:
        """`subscription:resource-group:site[:slot]`: fit for a table key, a queue message and a URL segment."""
        return ":".join(part for part in (self.subscription, self.resource_group, self.site, self.slot) if part)

    @property
    def name(self) -> str:
        """What a person calls it: `site` or `site:slot`."""
        return f"{self.site}:{self.slot}" if self.slot else self.site

    @property
    def site_id(self) -> Self:
        """The app itself, where this is one of its slots."""
        return self.model_copy(update={"slot": None})

    def slot_id(self, name: str | None) -> Self:
        """The app's slot of this name; the app itself where there is none."""
        return self.model_copy(update={"slot": name})

    @property
    def resource_id(self) -> str:
        """The ARM resource id."""
        slot = f"/slots/{self.slot}" if self.slot else ""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Web/sites/{self.site}{slot}"
        )


class UserAssignedIdentity(Model):
    """One user-assigned identity on a site, as `identity.userAssignedIdentities` shows it."""

    resource_id: str
    client_id: str
    principal_id: str


class SiteIdentity(Model):
    """The managed identities of a site or slot; both empty where `identity` is missing or None."""

    system_principal_id: str | None = None
    user_assigned: tuple[UserAssignedIdentity, ...] = ()


class SiteNetwork(Model):
    """How a site or slot goes out into the network.

    Source: azure-docs, app-service/configure-vnet-integration-routing, overview-inbound-outbound-ips.
    """

    subnet_id: str | None = None
    """`virtualNetworkSubnetId`: the subnet that it is integrated with."""
    pulls_over_subnet: bool = False
    """It pulls its image through that subnet, by `outboundVnetRouting` or the older `vnetImagePullEnabled`.

    The app setting WEBSITE_PULL_IMAGE_OVER_VNET does the same and is not shown in a site's answer.
    """
    in_environment: bool = False
    """It runs in an App Service Environment, which stands in a network of its own."""
    possible_outbound_ips: tuple[str, ...] = ()
    """Every address that it may come from, outside of a network."""


class IpRestriction(Model):
    """One rule of `ipSecurityRestrictions`: who is let in, or kept out."""

    source: str
    """An address range, a service tag or a subnet's id; "Any" is everybody."""
    action: str
    """"Allow" or "Deny"."""
    name: str | None = None


class SiteContainer(Model):
    """One container of a sidecar-enabled site, which says for itself as whom it is pulled.

    Its `userName` and `passwordSecret` are not read. Source: azure-rest-api, SiteContainerProperties.
    """

    name: str
    image: str
    """As it is written there, be it an image reference or not."""
    is_main: bool
    """It is the one that gets the traffic."""
    auth_type: str | None
    """"SystemIdentity", "UserAssigned", "UserCredentials" or "Anonymous"; None where the answer did not say."""
    client_id: str | None = None
    """`userManagedIdentityClientId`, which counts with "UserAssigned" only."""
    target_port: str | None = None

    def name_in(self, app: AppId) -> str:
        """What a person calls it."""
        return f"container {self.name} of {app.name}"

    def resource_id_in(self, app: AppId) -> str:
        """The ARM resource id."""
        return f"{app.resource_id}/sitecontainers/{self.name}"


class Site(Model):
    """A site or slot as the list and GET calls of Microsoft.Web/sites answer."""

    id: AppId
    location: str
    resource_tags: dict[str, str]
    default_host_name: str
    state: str
    """The desired state, "Running" or "Stopped". It says nothing about health."""
    linux_fx_version: str | None
    identity: SiteIdentity
    usage_state: str | None = None
    """The plan's quota, "Normal" or "Exceeded"; nothing starts in the latter."""
    in_progress_operation_id: str | None = None
    """A management operation that is under way."""
    swapped_at: Instant | None = None
    """When it last took part in a slot swap."""
    target_swap_slot: str | None = None
    """The other slot of a swap with preview that was begun and neither completed nor cancelled."""
    scm_host_name: str | None = None
    """Where its deployment site (Kudu) answers; never to be made from the site's name, which need not be in it."""
    public_network_access: str | None = None
    """"Enabled" or "Disabled"; None where the answer did not say."""
    key_vault_reference_identity: str | None = None
    """The resource id of the identity that reads Key Vault references; None is the system-assigned one."""
    network: SiteNetwork = SiteNetwork()

    @property
    def stopped(self) -> bool:
        """Whether somebody stopped it: nothing starts in it until it is started."""
        return self.state.lower() == "stopped"


class SiteConfig(Model):
    """The part of `config/web` that decides what the app runs, as whom it pulls, and who may ask it for its health."""

    linux_fx_version: str | None
    acr_use_managed_identity_creds: bool
    acr_user_managed_identity_id: str | None
    """A client id; None (or empty at Azure) means the system-assigned identity."""
    health_check_path: str | None
    always_on: bool
    ip_restrictions: tuple[IpRestriction, ...] = ()
    """In the platform's order; none lets everybody in."""
    ip_restrictions_default_action: str | None = None
    """What befalls whoever no rule names: "Allow" or "Deny"; None where that is left to the rules."""
    public_network_access: str | None = None
    """As `Site.public_network_access`; either place may have it."""
