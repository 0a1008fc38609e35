"""May this app pull this image? The verdict from the facts, with the chain a person would have walked in the portal.

As whom it pulls; what the registry grants to that; what is denied all the same; the road there; the image itself.
Sources: azure-docs, app-service/configure-custom-container; azure-management-docs, container-registry-roles.
"""

from datetime import datetime, timedelta

from operators.core.access import SPREADING, Access, AccessFacts, Principal, Reason
from operators.core.access import commands as az
from operators.core.access.container_fixes import fix_container
from operators.core.access.credential import Nobody, RegistryUser, credential_of
from operators.core.access.evidence import config_evidence, credential_evidence, registry_evidence
from operators.core.access.fixes import fix_identity, fix_towards_identity
from operators.core.access.image import image_part
from operators.core.access.own_rights import fix_sight
from operators.core.access.parts import Part, concluded, not_asked, read_failed, reads
from operators.core.access.rights import rights_parts
from operators.core.access.road import road_needs_settings, road_part
from operators.core.apps import SiteConfig
from operators.core.model import Unknown
from operators.core.registries import Registry, is_azure_registry


def evaluate_access(facts: AccessFacts, now: datetime, spreading: timedelta = SPREADING) -> Access:
    """Whether the app may pull the image. Never allowed or denied where a read that decides it gave no answer."""
    return concluded(facts, _parts(facts, now, spreading))


def needs_settings(facts: AccessFacts) -> bool:
    """Whether the verdict hangs on the app settings, which hold secrets and which few may list."""
    config = facts.config
    if facts.container is None and isinstance(config, SiteConfig) and not config.acr_use_managed_identity_creds:
        return True
    return isinstance(facts.registry, Registry) and road_needs_settings(facts, facts.registry)


def _parts(facts: AccessFacts, now: datetime, spreading: timedelta) -> tuple[Part, ...]:
    registry, config = facts.registry, facts.config
    if isinstance(config, Unknown):
        return (read_failed(config),)
    told = Part(evidence=config_evidence(facts))
    if registry is None:
        return (told, _no_registry(facts))
    if isinstance(registry, Unknown):
        return (told, read_failed(registry))
    credential = credential_of(facts)
    who = Part(evidence=credential_evidence(facts, credential))
    where = Part(evidence=registry_evidence(registry))
    if isinstance(credential, Principal):
        where = where.model_copy(update={"warnings": _tokens_refused(registry)})
        rights = rights_parts(facts, registry, credential, now, spreading)
    else:
        rights = (_without_principal(facts, registry, credential),)
    return (told, who, where, *rights, road_part(facts, registry), image_part(facts, registry))


def _tokens_refused(registry: Registry) -> tuple[str, ...]:
    """A registry that takes no tokens for ARM keeps Container Apps out; of App Service it is not documented.

    Source: azure-docs, container-apps/managed-identity-image-pull.
    """
    if registry.azure_ad_authentication_as_arm:
        return ()
    return (
        f"{registry.name} refuses tokens for Azure Resource Manager (azureADAuthenticationAsArmPolicy): whether "
        f"App Service pulls with such a token is not documented. If it fails: {az.take_arm_tokens(registry)}",
    )


def _no_registry(facts: AccessFacts) -> Part:
    server = facts.image.registry
    if not is_azure_registry(server):
        return Part(reason=Reason.NOT_AN_AZURE_REGISTRY)
    return Part(reason=Reason.REGISTRY_NOT_FOUND, fix=fix_sight(facts))


def _without_principal(
    facts: AccessFacts, registry: Registry, credential: RegistryUser | Nobody | Reason | Unknown
) -> Part:
    match credential:
        case Unknown():
            return read_failed(credential)
        case RegistryUser():
            return _registry_user(facts, registry, credential)
        case Nobody():
            return _nobody(facts, registry)
        case Reason.NOT_MANAGED_IDENTITY:
            return _settings_unread(facts)
        case reason:
            setting = "userManagedIdentityClientId" if facts.container else "acrUserManagedIdentityID"
            words = {"client_id": facts.client_id or "(not given)", "setting": setting}
            fix = fix_container(facts, registry) if facts.container else fix_identity(facts, registry, reason)
            return Part(reason=reason, words=words, fix=fix)


def _settings_unread(facts: AccessFacts) -> Part:
    unread = facts.settings if isinstance(facts.settings, Unknown) else not_asked(f"app settings of {facts.app.name}")
    fix = fix_towards_identity(facts)
    return Part(reason=Reason.NOT_MANAGED_IDENTITY, words=reads((unread,)), fix=fix, failed_reads=(unread,))


def _registry_user(facts: AccessFacts, registry: Registry, user: RegistryUser) -> Part:
    who = "a user of its own" if facts.container else "the user of DOCKER_REGISTRY_SERVER_USERNAME"
    words = {"user": who, "server": user.server or ""}
    fix = _fix_towards_identity(facts, registry)
    if user.server and user.server != registry.login_server:
        return Part(reason=Reason.CREDENTIALS_OF_ANOTHER_SERVER, words=words, fix=fix)
    is_admin = user.name is not None and user.name.lower() == registry.name.lower()
    if is_admin and not registry.admin_user_enabled:
        return Part(reason=Reason.ADMIN_USER_DISABLED, words=words, fix=fix)
    return Part(reason=Reason.PASSWORD_NOT_TRIED, words=words, fix=fix)


def _nobody(facts: AccessFacts, registry: Registry) -> Part:
    if registry.anonymous_pull_enabled:
        return Part(reason=Reason.ANONYMOUS_PULL)
    return Part(reason=Reason.CREDENTIALS_MISSING, fix=_fix_towards_identity(facts, registry))


def _fix_towards_identity(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    return fix_container(facts, registry) if facts.container else fix_towards_identity(facts)
