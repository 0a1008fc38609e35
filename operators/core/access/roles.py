"""What each role of an identity does for its pull of one repository."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from operators.core.access import PULL, REPOSITORY_READ
from operators.core.access.conditions import lets_through
from operators.core.access.rbac import RoleAssignment, RoleDefinition, grants, grants_data, reaches, role_key
from operators.core.model import Model, Unknown
from operators.core.registries import Registry


class Effect(StrEnum):
    """What an assignment does, in the words that the evidence uses."""

    GRANTS = "grants the pull"
    UNMET = "grants the pull under a condition that this repository does not meet"
    CONDITIONAL = "grants the pull under a condition that is not understood"
    REGISTRY_ONLY = "grants the pull only where the registry does not decide by repository permissions"
    REPOSITORY_ONLY = "grants the pull only where the registry decides by repository permissions"
    NOTHING = "does not grant the pull"
    UNREAD = "is a role that could not be read"


class HeldRole(Model):
    """An assignment that reaches the registry, and its role where that could be read."""

    assignment: RoleAssignment
    role: RoleDefinition | None
    effect: Effect

    @property
    def name(self) -> str:
        """What people call the role, or its id where it could not be read."""
        return self.role.name if self.role else self.assignment.role_definition_id


def held_roles(
    registry: Registry,
    repository: str,
    assignments: Iterable[RoleAssignment],
    definitions: Iterable[RoleDefinition | Unknown],
) -> tuple[HeldRole, ...]:
    """The assignments that reach the registry, each with its role and what it does. The rest is left out."""
    roles = {role.key: role for role in definitions if isinstance(role, RoleDefinition)}
    reaching = [one for one in assignments if reaches(one.scope, registry.id)]
    return tuple(_held(registry, repository, one, roles.get(role_key(one.role_definition_id))) for one in reaching)


def has_spread(held: HeldRole, now: datetime, spreading: timedelta) -> bool:
    """Whether it was given so long ago that the registry honours it."""
    return held.assignment.since + spreading <= now


def grants_directly(held: Iterable[HeldRole], principal_id: str, now: datetime, spreading: timedelta) -> bool:
    """Whether one of these lets the identity pull already, without a group being asked for."""
    own = (one for one in held if one.assignment.principal_id.lower() == principal_id.lower())
    return any(one.effect is Effect.GRANTS and has_spread(one, now, spreading) for one in own)


def _held(registry: Registry, repository: str, assignment: RoleAssignment, role: RoleDefinition | None) -> HeldRole:
    effect = _effect(registry, repository, assignment, role) if role else Effect.UNREAD
    return HeldRole(assignment=assignment, role=role, effect=effect)


def _effect(registry: Registry, repository: str, assignment: RoleAssignment, role: RoleDefinition) -> Effect:
    by_registry, by_repository = grants(role, PULL), grants_data(role, REPOSITORY_READ)
    if registry.honours_acr_pull and by_registry:
        # the condition is asked for the action that is tried; a registry in this mode may not know the repository
        return _under(assignment.condition, PULL, None)
    if registry.uses_abac and by_repository:
        return _under(assignment.condition, REPOSITORY_READ, repository)
    if by_registry:
        return Effect.REGISTRY_ONLY
    return Effect.REPOSITORY_ONLY if by_repository else Effect.NOTHING


def _under(condition: str | None, action: str, repository: str | None) -> Effect:
    match lets_through(condition, action, repository):
        case None:
            return Effect.CONDITIONAL
        case met:
            return Effect.GRANTS if met else Effect.UNMET
