"""As whom an app pulls: a managed identity, a user of the registry, or nobody.

Sources: azure-docs, app-service/configure-custom-container (classic containers), app-service/configure-sidecar and
azure-rest-api, SiteContainerProperties (each container of a sidecar-enabled site for itself).
"""

from operators.core.access import AccessFacts, Principal, Reason, identity_to_pull_as, pulling_principal
from operators.core.app_settings import PullSettings
from operators.core.apps import SiteConfig, SiteContainer, SiteIdentity
from operators.core.model import Model, Unknown


class RegistryUser(Model):
    """A user name and password: the registry's admin user, a token of it, or a service principal."""

    name: str | None
    """None where the setting is a Key Vault reference, or a container's own, which is not read."""
    server: str | None = None
    """The host that the password is for; None where no setting says so."""


class Nobody(Model):
    """No credential at all: the registry has to let anybody pull."""


type Credential = Principal | RegistryUser | Nobody


def credential_of(facts: AccessFacts) -> Credential | Reason | Unknown:
    """As whom the app, or the container in question, pulls."""
    if facts.container is not None:
        return container_credential(facts.container, facts.identity)
    return classic_credential(facts.identity, facts.config, facts.settings)


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


def container_credential(container: SiteContainer, identity: SiteIdentity | Unknown) -> Credential | Reason | Unknown:
    """As whom one container of a sidecar-enabled site pulls, by its `authType`.

    The site's acrUseManagedIdentityCreds and DOCKER_REGISTRY_SERVER_* do not count for it.
    """
    match (container.auth_type or "Anonymous").lower():
        case "systemidentity":
            return identity_to_pull_as(identity, None)
        case "userassigned" if container.client_id:
            return identity_to_pull_as(identity, container.client_id)
        case "userassigned":
            # without a client id no identity of the site is named
            return Reason.USER_ASSIGNED_IDENTITY_MISSING
        case "usercredentials":
            return RegistryUser(name=None)
        case "anonymous":
            return Nobody()
        case _:
            what = f"authType of container {container.name}"
            return Unknown(what=what, reason=f"{container.auth_type!r} is none that is documented")
