"""What a person has to do so that one container of a sidecar-enabled site is pulled with an identity of the site."""

from operators.core.access import AccessFacts
from operators.core.access import commands as az
from operators.core.access.fixes import fix_missing_identity, fix_named_identity, give_and_choose
from operators.core.apps import SiteIdentity
from operators.core.registries import Registry


def fix_container(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    """Name an identity that the container is pulled with, or put the one that it names on the site.

    None where the site's identities could not be read.
    """
    container, identity = facts.container, facts.identity
    if container is None or not isinstance(identity, SiteIdentity):
        return ()
    auth_type = (container.auth_type or "").lower()
    if auth_type == "userassigned" and container.client_id:
        return fix_named_identity(facts, registry)
    as_system = az.pull_container_as_system_identity(container.resource_id_in(facts.app))
    if identity.system_principal_id:
        return give_and_choose(facts, registry, identity.system_principal_id, as_system)
    fix = fix_missing_identity(facts, registry)
    is_told = auth_type == "systemidentity" or len(identity.user_assigned) == 1
    return fix if is_told else (*fix, as_system)
