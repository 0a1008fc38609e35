"""What a person has to do so that an app may pull: which commands, in which order."""

from operators.core import access_commands as az
from operators.core.access import AccessFacts, Principal, Reason, identity_to_pull_as
from operators.core.apps import SiteConfig, SiteIdentity
from operators.core.model import Unknown
from operators.core.registries import Registry


def fix_role(principal: Principal, registry: Registry) -> tuple[str, ...]:
    """Give the identity the role. None yet for a registry that does not honour AcrPull."""
    if not registry.honours_acr_pull:
        return ()
    return (az.grant_acr_pull(principal.principal_id, registry.id),)


def fix_identity(facts: AccessFacts, registry: Registry, reason: Reason) -> tuple[str, ...]:
    """Give the app the identity that it is told to pull as, or tell it to pull as the one that it has."""
    app, config, identity = facts.app, facts.config, facts.identity
    given = config.acr_user_managed_identity_id or "" if isinstance(config, SiteConfig) else ""
    on_app = identity.user_assigned if isinstance(identity, SiteIdentity) else ()
    if reason is Reason.USER_ASSIGNED_IDENTITY_MISSING:
        return (az.assign_user_identity_by_client_id(app, given),)
    if reason is Reason.IDENTITY_MISSING and len(on_app) == 1:
        return (az.pull_as_user_identity(app, on_app[0].client_id),)
    if reason is Reason.IDENTITY_MISSING:
        grant = (az.grant_acr_pull_to_system_identity(app, registry.id),) if registry.honours_acr_pull else ()
        return (az.assign_system_identity(app), *grant)
    for one in on_app:
        if one.resource_id.lower() == given.lower():
            return (az.pull_as_user_identity(app, one.client_id),)
    return (az.assign_user_identity(app, given), az.pull_as_user_identity_of(app, given))


def fix_towards_identity(facts: AccessFacts) -> tuple[str, ...]:
    """From a user name and password to an identity: the identity and its role come before the flag that needs them."""
    if not isinstance(facts.registry, Registry) or isinstance(facts.config, Unknown):
        return ()
    principal = identity_to_pull_as(facts.identity, facts.config)
    if isinstance(principal, Unknown):
        return ()
    if isinstance(principal, Principal):
        first = fix_role(principal, facts.registry)
    else:
        first = fix_identity(facts, facts.registry, principal)
    return (*first, az.pull_as_managed_identity(facts.app))
