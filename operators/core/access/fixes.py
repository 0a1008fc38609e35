"""What a person has to do so that an app may pull: which commands, in which order."""

from collections.abc import Iterable

from operators.core.access import AccessFacts, Principal, Reason, identity_to_pull_as
from operators.core.access import commands as az
from operators.core.access.deny_assignments import DenyAssignment
from operators.core.access.granting import MissingRole, pull_role, role_to_give
from operators.core.access.rbac import RoleAssignment
from operators.core.apps import AppId, SiteIdentity
from operators.core.images import ImageReference
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
            return show_assignment(there)
        case MissingRole() as missing:
            return (az.grant_role(principal.principal_id, missing.pull_role, registry.id),)
        case None:
            return ()


def with_new_identity(app: AppId, registry: Registry, repository: str) -> tuple[str, ...]:
    """Make the app a system-assigned identity, with the role."""
    role = pull_role(registry, repository)
    grant = (az.grant_role_to_system_identity(app, role, registry.id),) if role else ()
    return (az.assign_system_identity(app), *grant)


def with_user_identity(app: AppId, given: str, registry: Registry, repository: str) -> tuple[str, ...]:
    """Put the user-assigned identity on the app that it is told by client id or resource id, with the role.

    Where the identity has the role already, for the repository, giving it again changes nothing.
    """
    role, at = pull_role(registry, repository), registry.id
    if given.startswith("/"):
        grant = (az.grant_role_to_user_identity(given, role, at),) if role else ()
        return (az.assign_user_identity(app, given), *grant)
    grant = (az.grant_role_to_user_identity_by_client_id(app, given, role, at),) if role else ()
    return (az.assign_user_identity_by_client_id(app, given), *grant)


def fix_identity(facts: AccessFacts, registry: Registry, reason: Reason) -> tuple[str, ...]:
    """Give the app the identity that it is told to pull as, or tell it to pull as the one that it has.

    The role that an identity needs is given before it is chosen.
    """
    app, identity, given, repository = facts.app, facts.identity, facts.client_id or "", facts.image.repository
    on_app = identity.user_assigned if isinstance(identity, SiteIdentity) else ()
    if reason is Reason.USER_ASSIGNED_IDENTITY_MISSING:
        return with_user_identity(app, given, registry, repository)
    if reason is Reason.IDENTITY_MISSING and len(on_app) != 1:
        return with_new_identity(app, registry, repository)
    for one in on_app:
        if reason is Reason.IDENTITY_MISSING or one.resource_id.lower() == given.lower():
            principal = Principal(principal_id=one.principal_id)
            return (*fix_role(principal, registry, repository), az.pull_as_user_identity(app, one.client_id))
    return (*with_user_identity(app, given, registry, repository), az.pull_as_user_identity_of(app, given))


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


def fix_image_pull(app: AppId) -> tuple[str, ...]:
    """Let the app pull its image through the network that it is integrated with."""
    return (az.pull_over_network(app),)


def fix_by_network(app: AppId) -> tuple[str, ...]:
    """Bring the app into a network, which only a person can choose, and let it pull through that."""
    return (az.integrate_network(app), az.pull_over_network(app))


def fix_by_addresses(registry: Registry, addresses: Iterable[str]) -> tuple[str, ...]:
    """Let the addresses through the firewall. None where there are too many."""
    rules = tuple(az.allow_address(registry.name, _subscription(registry.id), one) for one in addresses)
    return rules if len(rules) <= _MOST_RULES else ()


def show_endpoints(registry: Registry) -> tuple[str, ...]:
    """See the private endpoints that wait to be approved."""
    return (az.show_endpoints(registry.name, _subscription(registry.id)),)


def show_way_to_endpoints(subnet_id: str | None, endpoints: Iterable[str]) -> tuple[str, ...]:
    """See what leads out of a network to where the endpoints stand; of a network that is not told, only the latter."""
    ways = (az.show_peerings(subnet_id),) if subnet_id else ()
    return (*ways, *map(az.show_endpoint, endpoints))


def show_way_out(registry: Registry, subnet_id: str | None) -> tuple[str, ...]:
    """See by which address a network goes out, and which are let in."""
    ways = (az.show_way_out(subnet_id),) if subnet_id else ()
    return (*ways, az.show_rules(registry.name, _subscription(registry.id)))


def show_tags(registry: Registry, repository: str) -> tuple[str, ...]:
    """See what the repository has, newest first."""
    return (az.show_tags(registry.name, _subscription(registry.id), repository),)


def show_manifests(registry: Registry, repository: str) -> tuple[str, ...]:
    """See the manifests with their state."""
    return (az.show_manifests(registry.name, _subscription(registry.id), repository),)


def build_for(registry: Registry, image: ImageReference, platform: str) -> tuple[str, ...]:
    """Build the image where App Service can run it, in the registry itself."""
    return (az.build(registry.name, _subscription(registry.id), image.repository, image.tag, platform),)


def show_assignment(assignment: RoleAssignment) -> tuple[str, ...]:
    """See the assignment with its condition."""
    return (az.show_assignments(assignment.principal_id, assignment.scope),)


def show_registry(registry: Registry) -> tuple[str, ...]:
    """See how the registry decides."""
    return (az.show_mode(registry.id),)


def take_arm_tokens(registry: Registry) -> str:
    """Let the registry take tokens for Azure Resource Manager, beside those for registries."""
    return az.take_arm_tokens(registry.name, _subscription(registry.id))


def show_denial(denial: DenyAssignment) -> tuple[str, ...]:
    """See whom the deny assignment means, and who made it."""
    return (az.show(denial.id),)


def _subscription(registry_id: str) -> str:
    return registry_id.split("/")[2]
