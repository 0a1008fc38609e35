"""May this app pull this image? The words of the answer, and the facts that it is given from."""

from datetime import timedelta
from enum import StrEnum

from operators.core.access.deny_assignments import DenyAssignment
from operators.core.access.rbac import RoleAssignment, RoleDefinition
from operators.core.app_settings import PullSettings
from operators.core.apps import AppId, SiteConfig, SiteContainer, SiteIdentity, SiteNetwork
from operators.core.images import ImageReference
from operators.core.model import Instant, Model, Unknown
from operators.core.registries import ManifestFacts, NotThere, PrivateEndpoint, Registry

SPREADING = timedelta(minutes=10)
"""How long a new role assignment may take until the registry honours it.

Source: azure-docs, role-based-access-control/troubleshooting ("up to 10 minutes for changes to take effect").
"""

PULL = "Microsoft.ContainerRegistry/registries/pull/read"
"""The action that lets an identity pull, where the registry is not in ABAC mode."""
REPOSITORY_READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"
"""The data action that does so where it is."""


class Verdict(StrEnum):
    """The answer. `UNKNOWN` is neither of the others: we could not look, or what we saw does not decide it."""

    ALLOWED = "allowed"
    PROPAGATING = "propagating"
    """What would allow it was given so lately that the registry may not honour it yet."""
    DENIED = "denied"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why the verdict is what it is. access/catalogue.py says of each which verdict it gives, and what it means."""

    ROLE_GRANTED = "role_granted"
    ROLE_PROPAGATING = "role_propagating"
    ROLE_MISSING = "role_missing"
    ROLE_MISSING_ANONYMOUS_PULL = "role_missing_anonymous_pull"
    ROLE_CONDITION_UNMET = "role_condition_unmet"
    ROLE_CONDITIONAL = "role_conditional"
    ACR_PULL_NOT_HONOURED = "acr_pull_not_honoured"
    REGISTRY_MODE_UNKNOWN = "registry_mode_unknown"
    DENY_ASSIGNMENT = "deny_assignment"
    DENY_ASSIGNMENT_UNDECIDED = "deny_assignment_undecided"
    IDENTITY_MISSING = "identity_missing"
    USER_ASSIGNED_IDENTITY_MISSING = "user_assigned_identity_missing"
    CLIENT_ID_IS_RESOURCE_ID = "client_id_is_resource_id"
    NOT_MANAGED_IDENTITY = "not_managed_identity"
    ANONYMOUS_PULL = "anonymous_pull"
    CREDENTIALS_MISSING = "credentials_missing"
    ADMIN_USER_DISABLED = "admin_user_disabled"
    PASSWORD_NOT_TRIED = "password_not_tried"
    CREDENTIALS_OF_ANOTHER_SERVER = "credentials_of_another_server"
    REGISTRY_NOT_FOUND = "registry_not_found"
    NOT_AN_AZURE_REGISTRY = "not_an_azure_registry"
    REGISTRY_CLOSED = "registry_closed"
    NO_PRIVATE_ENDPOINT = "no_private_endpoint"
    FIREWALL = "firewall"
    FIREWALL_PARTLY_OPEN = "firewall_partly_open"
    NETWORK_ADDRESS_UNKNOWN = "network_address_unknown"
    ENDPOINT_NOT_IN_NETWORK = "endpoint_not_in_network"
    IMAGE_PULL_NOT_OVER_VNET = "image_pull_not_over_vnet"
    IMAGE_NOT_FOUND = "image_not_found"
    IMAGE_QUARANTINED = "image_quarantined"
    PLATFORM_MISSING = "platform_missing"
    READ_FAILED = "read_failed"


class Evidence(Model):
    """One thing that was seen on the way to the verdict, as a person would have seen it in the portal."""

    fact: str
    """What was looked at, in Azure's words: "acrUseManagedIdentityCreds"."""
    value: str
    source: str
    """Where: a resource id, or a part of one of the app's."""


class Access(Model):
    """Whether an app may pull an image: the verdict, what it rests on, and what a person has to do about it."""

    verdict: Verdict
    reason: Reason
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    fix: tuple[str, ...] = ()
    """`az` commands, to be run in this order."""
    warnings: tuple[str, ...] = ()
    """What else may keep the app from pulling, or what was taken for granted."""
    until: Instant | None = None
    """When what is propagating should have spread at the latest."""
    failed_reads: tuple[Unknown, ...] = ()
    """Reads that the verdict would have needed. Where one is temporary, it is worth asking again."""
    containers: tuple["ContainerAccess", ...] = ()
    """Of a sidecar-enabled site: the verdict on each of its containers, which this is the worst of."""

    @property
    def fix_of_app(self) -> tuple[str, ...]:
        """The fix, where it is not the operator that lacks a right."""
        return () if self.reason in (Reason.READ_FAILED, Reason.REGISTRY_NOT_FOUND) else self.fix


class ContainerAccess(Model):
    """Whether the image of one container of a sidecar-enabled site may be pulled."""

    container: SiteContainer
    access: Access


class Principal(Model):
    """The identity that pulls."""

    principal_id: str
    """Its object id in the directory; role assignments name this one, not the client id."""
    client_id: str | None = None
    """Of a user-assigned identity; None is the system-assigned one."""
    resource_id: str | None = None
    """Of a user-assigned identity; None is the system-assigned one."""

    def __str__(self) -> str:
        if self.resource_id is None:
            return "system-assigned identity"
        return f"user-assigned identity {self.resource_id.rpartition('/')[2]}"


class AccessFacts(Model):
    """All that the verdict depends on. Whatever could not be read is unknown, never empty."""

    app: AppId
    image: ImageReference
    container: SiteContainer | None = None
    """Whose image that is; None for a classic container, which the site's own configuration names."""
    identity: SiteIdentity | Unknown
    config: SiteConfig | Unknown
    network: SiteNetwork | Unknown = SiteNetwork()
    settings: PullSettings | Unknown | None = None
    """None where nobody asked: they hold secrets, so they are read only where the verdict hangs on them."""
    registry: Registry | Unknown | None
    """The registry of the image; None where its login server is none of the registries that we can read."""
    endpoints: tuple[PrivateEndpoint | Unknown, ...] = ()
    """The registry's private endpoints, where the road may lead through one of them; else nobody asked."""
    assignments: tuple[RoleAssignment, ...] | Unknown | None = None
    """Those of the identity that pulls, directly or through groups, asked with `atScope()` at the registry.

    None where nobody asked, for want of an identity or a registry to ask about.
    """
    definitions: tuple[RoleDefinition | Unknown, ...] = ()
    """The roles that these assignments give."""
    denials: tuple[DenyAssignment, ...] | Unknown | None = None
    """Deny assignments at or above the registry, whomever they name; None as with `assignments`."""
    manifest: ManifestFacts | NotThere | Unknown | None = None
    """What the registry says about the image; None where nobody asked."""
    operator_id: str | None = None
    """The object id of the operator's own identity, which needs rights too; None where its token does not tell it."""

    @property
    def whose(self) -> str:
        """What a person calls that which pulls: the app, or a container of it."""
        return self.container.name_in(self.app) if self.container else self.app.name

    @property
    def client_id(self) -> str | None:
        """The client id of the identity that is to pull, as it is written, right or wrong."""
        if self.container is not None:
            return self.container.client_id
        return None if isinstance(self.config, Unknown) else self.config.acr_user_managed_identity_id


def pulling_principal(identity: SiteIdentity | Unknown, config: SiteConfig | Unknown) -> Principal | Reason | Unknown:
    """Which identity the platform pulls as: that, or why there is none, or the read that kept us from knowing it."""
    if isinstance(config, Unknown):
        return config
    if not config.acr_use_managed_identity_creds:
        return Reason.NOT_MANAGED_IDENTITY
    return identity_to_pull_as(identity, config.acr_user_managed_identity_id)


def identity_to_pull_as(identity: SiteIdentity | Unknown, client_id: str | None) -> Principal | Reason | Unknown:
    """The identity with this client id; the system-assigned one where it is empty.

    Source: azure-docs, app-service/configure-custom-container; azure-rest-api, SiteConfig.acrUserManagedIdentityID.
    """
    client_id = (client_id or "").strip()
    if client_id.startswith("/"):
        return Reason.CLIENT_ID_IS_RESOURCE_ID
    if isinstance(identity, Unknown):
        return identity
    if client_id:
        return _user_assigned(identity, client_id)
    if not identity.system_principal_id:
        return Reason.IDENTITY_MISSING
    return Principal(principal_id=identity.system_principal_id)


def _user_assigned(identity: SiteIdentity, client_id: str) -> Principal | Reason:
    for one in identity.user_assigned:
        if one.client_id.lower() == client_id.lower():
            return Principal(principal_id=one.principal_id, client_id=one.client_id, resource_id=one.resource_id)
    return Reason.USER_ASSIGNED_IDENTITY_MISSING
