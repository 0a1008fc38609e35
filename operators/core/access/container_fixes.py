"""What a person has to do so that one container of a sidecar-enabled site is pulled with an identity of the site."""

from operators.core.access import AccessFacts, Principal
from operators.core.access import commands as az
from operators.core.access.fixes import fix_role, with_new_identity, with_user_identity
from operators.core.apps import SiteContainer, SiteIdentity
from operators.core.registries import Registry


def fix_container(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    """Name an identity that the container is pulled with, or put the one that it names on the site.

    None where the site's identities could not be read.
    """
    container, identity = facts.container, facts.identity
    if container is None or not isinstance(identity, SiteIdentity):
        return ()
    if _names_one(container):
        return _as_named(facts, container, identity, registry)
    return _as_one_of_the_site(facts, container, identity, registry)


def _names_one(container: SiteContainer) -> bool:
    return (container.auth_type or "").lower() == "userassigned" and bool(container.client_id)


def _as_named(
    facts: AccessFacts, container: SiteContainer, identity: SiteIdentity, registry: Registry
) -> tuple[str, ...]:
    """It names one that is not on the site, or names it by its resource id."""
    app, repository, given = facts.app, facts.image.repository, container.client_id or ""
    if not given.startswith("/"):
        return with_user_identity(app, given, registry, repository)
    for one in identity.user_assigned:
        if one.resource_id.lower() == given.lower():
            choose = az.pull_container_as_user_identity(container.resource_id_in(app), one.client_id)
            return (*fix_role(Principal(principal_id=one.principal_id), registry, repository), choose)
    choose = az.pull_container_as_user_identity_of(container.resource_id_in(app), given)
    return (*with_user_identity(app, given, registry, repository), choose)


def _as_one_of_the_site(
    facts: AccessFacts, container: SiteContainer, identity: SiteIdentity, registry: Registry
) -> tuple[str, ...]:
    """The system-assigned one, the only user-assigned one, or else a new system-assigned one; the role comes first."""
    app, repository, at = facts.app, facts.image.repository, container.resource_id_in(facts.app)
    as_system = az.pull_container_as_system_identity(at)
    if identity.system_principal_id:
        principal = Principal(principal_id=identity.system_principal_id)
        return (*fix_role(principal, registry, repository), as_system)
    if len(identity.user_assigned) == 1:
        (one,) = identity.user_assigned
        principal = Principal(principal_id=one.principal_id)
        choose = az.pull_container_as_user_identity(at, one.client_id)
        return (*fix_role(principal, registry, repository), choose)
    new = with_new_identity(app, registry, repository)
    is_told = (container.auth_type or "").lower() == "systemidentity"
    return new if is_told else (*new, as_system)
