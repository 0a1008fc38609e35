"""May this app pull this image? The words of the answer, and the facts that it is given from."""

from enum import StrEnum

from operators.core.apps import AppId, SiteConfig, SiteIdentity
from operators.core.images import ImageReference
from operators.core.model import Model, Unknown
from operators.core.rbac import RoleAssignment, RoleDefinition
from operators.core.registries import Registry

PULL = "Microsoft.ContainerRegistry/registries/pull/read"
"""The action that lets an identity pull, where the registry is not in ABAC mode."""
REPOSITORY_READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"
"""The data action that does so where it is."""


class Verdict(StrEnum):
    """The answer. `UNKNOWN` is neither of the others: we could not look, or what we saw does not decide it."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"


class Reason(StrEnum):
    """Why the verdict is what it is: each reason has one verdict."""

    ROLE_GRANTED = "role_granted"
    IDENTITY_MISSING = "identity_missing"
    USER_ASSIGNED_IDENTITY_MISSING = "user_assigned_identity_missing"
    CLIENT_ID_IS_RESOURCE_ID = "client_id_is_resource_id"
    ROLE_MISSING = "role_missing"
    ROLE_CONDITIONAL = "role_conditional"
    """A role that would do is given under a condition, which is not evaluated."""
    ANONYMOUS_PULL = "anonymous_pull"
    """No role, but anybody may pull from this registry; whether that holds for who signs in is not documented."""
    REGISTRY_ABAC = "registry_abac"
    """The registry decides by repository permissions and does not honour AcrPull; they are not evaluated."""
    NOT_MANAGED_IDENTITY = "not_managed_identity"
    """The app pulls with a user name and password, or as nobody; its settings are not read."""
    REGISTRY_NOT_FOUND = "registry_not_found"
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
    failed_reads: tuple[Unknown, ...] = ()
    """Reads that the verdict would have needed. Where one is temporary, it is worth asking again."""


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
    identity: SiteIdentity | Unknown
    config: SiteConfig | Unknown
    registry: Registry | Unknown | None
    """The registry of the image; None where its login server is none of the registries that we can read."""
    assignments: tuple[RoleAssignment, ...] | Unknown | None = None
    """Those of the identity that pulls, directly or through groups, asked with `atScope()` at the registry.

    None where nobody asked, for want of an identity or a registry to ask about.
    """
    definitions: tuple[RoleDefinition | Unknown, ...] = ()
    """The roles that these assignments give."""


def pulling_principal(identity: SiteIdentity | Unknown, config: SiteConfig | Unknown) -> Principal | Reason | Unknown:
    """Which identity the platform pulls as: that, or why there is none, or the read that kept us from knowing it."""
    if isinstance(config, Unknown):
        return config
    if not config.acr_use_managed_identity_creds:
        return Reason.NOT_MANAGED_IDENTITY
    return identity_to_pull_as(identity, config)


def identity_to_pull_as(identity: SiteIdentity | Unknown, config: SiteConfig) -> Principal | Reason | Unknown:
    """The same, for `acrUseManagedIdentityCreds` set, or about to be.

    Source: azure-docs, app-service/configure-custom-container; azure-rest-api, SiteConfig.acrUserManagedIdentityID.
    """
    client_id = (config.acr_user_managed_identity_id or "").strip()
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
