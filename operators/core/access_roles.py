"""What each role of an identity does for its pull."""

from collections.abc import Iterable
from enum import StrEnum

from operators.core.access import PULL, REPOSITORY_READ
from operators.core.model import Model, Unknown
from operators.core.rbac import RoleAssignment, RoleDefinition, grants, grants_data, reaches, role_key
from operators.core.registries import Registry


class Effect(StrEnum):
    """What an assignment does, in the words that the evidence uses."""

    GRANTS = "grants the pull"
    CONDITIONAL = "would grant the pull, under a condition that is not evaluated"
    REPOSITORY = "grants the pull only where the registry decides by repository permissions"
    NOTHING = "does not grant the pull"
    UNREAD = "is a role that could not be read"


class HeldRole(Model):
    """An assignment that reaches the registry, and its role where that could be read."""

    assignment: RoleAssignment
    role: RoleDefinition | None

    @property
    def effect(self) -> Effect:
        """What it does for the pull."""
        if self.role is None:
            return Effect.UNREAD
        if grants(self.role, PULL):
            return Effect.CONDITIONAL if self.assignment.condition else Effect.GRANTS
        return Effect.REPOSITORY if grants_data(self.role, REPOSITORY_READ) else Effect.NOTHING

    @property
    def name(self) -> str:
        """What people call the role, or its id where it could not be read."""
        return self.role.name if self.role else self.assignment.role_definition_id


def held_roles(
    registry: Registry, assignments: Iterable[RoleAssignment], definitions: Iterable[RoleDefinition | Unknown]
) -> tuple[HeldRole, ...]:
    """The assignments that reach the registry, each with its role. The rest is left out."""
    roles = {role.key: role for role in definitions if isinstance(role, RoleDefinition)}
    return tuple(
        HeldRole(assignment=one, role=roles.get(role_key(one.role_definition_id)))
        for one in assignments
        if reaches(one.scope, registry.id)
    )
