"""As whom an app pulls: a managed identity, a user of the registry, or nobody.

Sources: azure-docs, app-service/configure-custom-container (classic containers), app-service/configure-sidecar and
azure-rest-api, SiteContainerProperties (each container of a sidecar-enabled site for itself).
"""

from operators.core.access import Principal, Reason, identity_to_pull_as, pulling_principal
from operators.core.apps import PullSettings, SiteConfig, SiteIdentity
from operators.core.model import Model, Unknown


class RegistryUser(Model):
    """A user name and password: the registry's admin user, a token of it, or a service principal."""

    name: str | None
    """None where the setting is a Key Vault reference."""
    server: str | None = None
    """The host that the password is for; None where no setting says so."""


class Nobody(Model):
    """No credential at all: the registry has to let anybody pull."""


type Credential = Principal | RegistryUser | Nobody


def classic_credential(
    identity: SiteIdentity | Unknown, config: SiteConfig | Unknown, settings: PullSettings | Unknown | None
) -> Credential | Reason | Unknown:
    """As whom a classic container pulls; or why it cannot, or the read that kept us from knowing it.

    `Reason.NOT_MANAGED_IDENTITY` where it is no identity, and the settings that say what else were not read.
    """
    principal = pulling_principal(identity, config)
    if principal is not Reason.NOT_MANAGED_IDENTITY or not isinstance(settings, PullSettings):
        return principal
    if settings.has_user_name and settings.has_password:
        return RegistryUser(name=settings.user_name, server=settings.server)
    return Nobody()


def sidecar_credential(
    auth_type: str | None,
    identity: SiteIdentity | Unknown,
    client_id: str | None = None,
    user_name: str | None = None,
    server: str | None = None,
) -> Credential | Reason | Unknown:
    """As whom one container of a sidecar-enabled site pulls, by its `authType`.

    `client_id` is its `userManagedIdentityClientId`, `user_name` its `userName`. The site's acrUseManagedIdentityCreds
    and DOCKER_REGISTRY_SERVER_* do not count for it.
    """
    match (auth_type or "Anonymous").lower():
        case "systemidentity":
            return identity_to_pull_as(identity, None)
        case "userassigned":
            # without a client id no identity of the site is named
            return identity_to_pull_as(identity, client_id) if client_id else Reason.USER_ASSIGNED_IDENTITY_MISSING
        case "usercredentials":
            return RegistryUser(name=user_name, server=server)
        case "anonymous":
            return Nobody()
        case other:
            return Unknown(what="authType", reason=f"{other!r} is none that is documented")
