"""What a person has to do so that an app may pull: which commands, in which order."""

from collections.abc import Iterable

from operators.core.access import AccessFacts, Principal, Reason, identity_to_pull_as
from operators.core.access import commands as az
from operators.core.access.granting import MissingRole, pull_role, role_to_give
from operators.core.access.rbac import RoleAssignment
from operators.core.apps import AppId, SiteIdentity, UserAssignedIdentity
from operators.core.model import Unknown
from operators.core.registries import Registry

_MOST_RULES = 20
"""A firewall takes a hundred rules; an app with more addresses than this is better off in a virtual network."""


def fix_role(
    principal: Principal, registry: Registry, repository: str, assignments: Iterable[RoleAssignment] = ()
) -> tuple[str, ...]:
    """Give the identity the role that this registry honours. None for one whose mode nobody knows.

    `assignments` are those of the identity, as far as they were read; one that is in the way is shown.
    """
    match role_to_give(principal, registry, repository, assignments):
        case MissingRole(widens=RoleAssignment() as there, condition=str(condition)):
            return (az.widen_assignment(there, condition),)
        case RoleAssignment() as there:
            return (az.show_assignment(there),)
        case MissingRole() as missing:
            return (az.grant_role(principal.principal_id, missing.pull_role, registry.id),)
        case None:
            return ()


def fix_identity(facts: AccessFacts, registry: Registry, reason: Reason) -> tuple[str, ...]:
    """Give the app the identity that it is told to pull as, or tell it to pull as the one that it has."""
    if reason is Reason.IDENTITY_MISSING:
        return fix_missing_identity(facts, registry)
    return fix_named_identity(facts, registry)


def fix_missing_identity(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    """Choose the only user-assigned identity of an app that has no system-assigned one, or else make it that."""
    on_app = _user_assigned(facts)
    if len(on_app) == 1:
        return _choose(facts, registry, on_app[0])
    return _with_new_identity(facts, registry)


def fix_named_identity(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    """Put the user-assigned identity that is named on the app, and name it by its client id."""
    given = (facts.client_id or "").strip()
    for one in _user_assigned(facts):
        if one.resource_id.lower() == given.lower():
            return _choose(facts, registry, one)
    put = _with_user_identity(facts, registry, given)
    return (*put, _pull_as_user_identity_of(facts, given)) if given.startswith("/") else put


def give_and_choose(facts: AccessFacts, registry: Registry, principal_id: str, choose: str) -> tuple[str, ...]:
    """The role that an identity of the app needs is given before it is chosen."""
    return (*fix_role(Principal(principal_id=principal_id), registry, facts.image.repository), choose)


def fix_towards_identity(facts: AccessFacts) -> tuple[str, ...]:
    """From a user name and password to an identity: the identity and its role come before the flag that needs them."""
    if not isinstance(facts.registry, Registry) or isinstance(facts.config, Unknown):
        return ()
    principal = identity_to_pull_as(facts.identity, facts.config.acr_user_managed_identity_id)
    if isinstance(principal, Unknown):
        return ()
    if isinstance(principal, Principal):
        first = fix_role(principal, facts.registry, facts.image.repository)
    else:
        first = fix_identity(facts, facts.registry, principal)
    return (*first, az.pull_as_managed_identity(facts.app))


def fix_by_network(app: AppId) -> tuple[str, ...]:
    """Bring the app into a network, which only a person can choose, and let it pull through that."""
    return (az.integrate_network(app), az.pull_over_network(app))


def fix_by_addresses(registry: Registry, addresses: Iterable[str]) -> tuple[str, ...]:
    """Let the addresses through the firewall. None where there are too many."""
    rules = tuple(az.allow_address(registry, one) for one in addresses)
    return rules if len(rules) <= _MOST_RULES else ()


def show_way_to_endpoints(subnet_id: str | None, endpoints: Iterable[str]) -> tuple[str, ...]:
    """See what leads out of a network to where the endpoints stand; of a network that is not told, only the latter."""
    ways = (az.show_peerings(subnet_id),) if subnet_id else ()
    return (*ways, *map(az.show_endpoint, endpoints))


def show_way_out(registry: Registry, subnet_id: str | None) -> tuple[str, ...]:
    """See by which address a network goes out, and which are let in."""
    ways = (az.show_way_out(subnet_id),) if subnet_id else ()
    return (*ways, az.show_rules(registry))


def _user_assigned(facts: AccessFacts) -> tuple[UserAssignedIdentity, ...]:
    return facts.identity.user_assigned if isinstance(facts.identity, SiteIdentity) else ()


def _with_new_identity(facts: AccessFacts, registry: Registry) -> tuple[str, ...]:
    """Make the app a system-assigned identity, with the role."""
    app, role = facts.app, pull_role(registry, facts.image.repository)
    grant = (az.grant_role_to_system_identity(app, role, registry.id),) if role else ()
    return (az.assign_system_identity(app), *grant)


def _with_user_identity(facts: AccessFacts, registry: Registry, given: str) -> tuple[str, ...]:
    """Put the user-assigned identity on the app that it is told by client id or resource id, with the role.

    Where the identity has the role already, for the repository, giving it again changes nothing.
    """
    app, role, at = facts.app, pull_role(registry, facts.image.repository), registry.id
    if given.startswith("/"):
        grant = (az.grant_role_to_user_identity(given, role, at),) if role else ()
        return (az.assign_user_identity(app, given), *grant)
    grant = (az.grant_role_to_user_identity_by_client_id(app, given, role, at),) if role else ()
    return (az.assign_user_identity_by_client_id(app, given), *grant)


def _choose(facts: AccessFacts, registry: Registry, one: UserAssignedIdentity) -> tuple[str, ...]:
    """One that is on the app, for the app or for its container."""
    if facts.container is None:
        choose = az.pull_as_user_identity(facts.app, one.client_id)
    else:
        choose = az.pull_container_as_user_identity(facts.container.resource_id_in(facts.app), one.client_id)
    return give_and_choose(facts, registry, one.principal_id, choose)


def _pull_as_user_identity_of(facts: AccessFacts, resource_id: str) -> str:
    if facts.container is None:
        return az.pull_as_user_identity_of(facts.app, resource_id)
    return az.pull_container_as_user_identity_of(facts.container.resource_id_in(facts.app), resource_id)
