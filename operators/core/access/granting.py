"""The role assignment that would let an app pull: which role, where, under which condition, under which name."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import NAMESPACE_URL, uuid5

from operators.core.access import PULL, REPOSITORY_READ, Principal, Reason
from operators.core.access.conditions import ConditionError, lets_through, repository_condition
from operators.core.access.rbac import RoleAssignment, role_key
from operators.core.access.widening import widened
from operators.core.model import Instant, Model
from operators.core.registries import Registry

# Built-in roles have the same id everywhere. Source: azure-docs, role-based-access-control/built-in-roles/containers.
_ACR_PULL = ("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d")
_REPOSITORY_READER = ("Container Registry Repository Reader", "b93aa761-3e63-49ed-ac28-beffa264f7ac")
_MENDED_BY_A_ROLE = frozenset(
    {
        Reason.ROLE_MISSING,
        Reason.ROLE_MISSING_ANONYMOUS_PULL,
        Reason.ROLE_CONDITION_UNMET,
        Reason.ACR_PULL_NOT_HONOURED,
    }
)


class PullRole(NamedTuple):
    """What lets an identity pull from a registry."""

    name: str
    """What people call the role."""
    definition_id: str
    """The GUID of the built-in role."""
    condition: str | None


class MissingRole(Model):
    """A role assignment that would do: one that is not there, or one that leaves this repository out."""

    principal_id: str
    registry_id: str
    repository: str
    role: str
    role_definition_id: str
    """The GUID of the built-in role."""
    condition: str | None
    widens: RoleAssignment | None = None
    """The assignment that gives the role for other repositories only; it is to be given `condition` instead."""

    @property
    def name(self) -> str:
        """The name of a new assignment, the same for the same grant: giving it twice changes nothing."""
        parts = (self.registry_id, self.principal_id, self.role_definition_id, self.condition or "")
        return str(uuid5(NAMESPACE_URL, "\n".join(parts).lower()))

    @property
    def pull_role(self) -> PullRole:
        """What it gives."""
        return PullRole(self.role, self.role_definition_id, self.condition)

    def given_by(self, assignment: RoleAssignment) -> bool:
        """Whether this assignment, of the role at the registry itself, lets the repository be pulled."""
        action = REPOSITORY_READ if self.condition else PULL
        there = _is_the_same(assignment, self.principal_id, self.registry_id, self.role_definition_id)
        return there and lets_through(assignment.condition, action, self.repository) is True

    def __str__(self) -> str:
        where = f"{self.role} at {self.registry_id.rpartition('/')[2]} to {self.principal_id}"
        if self.condition is None:
            return where
        return f"{where}, for this repository {'too' if self.widens else 'only'}"


class GrantState(StrEnum):
    """How far it got."""

    INTENDED = "intended"
    GRANTED = "granted"
    REFUSED = "refused"


class Grant(Model):
    """One grant, as it is recorded: before it is given, and with what came of it."""

    app: str
    role: MissingRole
    by: str
    at: Instant
    state: GrantState = GrantState.INTENDED
    detail: str = ""

    def came_out(self, state: GrantState, detail: str, at: datetime) -> "Grant":
        """The same with its result."""
        return self.model_copy(update={"state": state, "detail": detail, "at": at})


def pull_role(registry: Registry, repository: str) -> PullRole | None:
    """The role that the registry honours, for this repository alone where it can be; None for a mode nobody knows."""
    if registry.honours_acr_pull:
        return PullRole(*_ACR_PULL, None)
    if registry.uses_abac:
        return PullRole(*_REPOSITORY_READER, repository_condition(repository))
    return None


def role_to_give(
    principal: Principal, registry: Registry, repository: str, assignments: Iterable[RoleAssignment]
) -> MissingRole | RoleAssignment | None:
    """The assignment that would let the identity pull; the one that stands in its way; None for a mode nobody knows.

    Azure keeps one assignment of a role to a principal at a place. One whose condition leaves the repository out is
    widened; it stands in the way where that is not ours to do: the condition cannot be read, or is not about names.
    """
    role = pull_role(registry, repository)
    if role is None:
        return None
    missing = MissingRole(
        principal_id=principal.principal_id,
        registry_id=registry.id,
        repository=repository,
        role=role.name,
        role_definition_id=role.definition_id,
        condition=role.condition,
    )
    for one in assignments:
        if _is_the_same(one, principal.principal_id, registry.id, role.definition_id):
            return _widening(missing, one)
    return missing


def missing_role(
    reason: Reason, principal: Principal, registry: Registry, repository: str, assignments: Iterable[RoleAssignment]
) -> MissingRole | None:
    """The assignment that mends a verdict; None where none would, or none that is ours to give."""
    if reason not in _MENDED_BY_A_ROLE:
        return None
    role = role_to_give(principal, registry, repository, assignments)
    return role if isinstance(role, MissingRole) else None


def _widening(missing: MissingRole, there: RoleAssignment) -> MissingRole | RoleAssignment:
    if missing.condition is None or there.condition is None:
        return there
    try:
        condition = widened(there.condition, missing.repository)
    except ConditionError:
        return there
    return missing.model_copy(update={"condition": condition, "widens": there})


def _is_the_same(one: RoleAssignment, principal_id: str, registry_id: str, role_definition_id: str) -> bool:
    """Whether Azure takes the two for one: the condition makes no difference."""
    is_theirs = one.principal_id.lower() == principal_id.lower()
    is_there = one.scope.lower().rstrip("/") == registry_id.lower()
    return is_theirs and is_there and role_key(one.role_definition_id) == role_definition_id
