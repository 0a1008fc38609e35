"""Who may do what, where and from when: role definitions, assignments, groups, and their evaluation.

Rules of Azure RBAC (azure-docs: role-based-access-control/overview, conditions-format): assignments add up; within one
permission block a `not` action takes away; assignments at a scope count for everything below it; deny assignments win.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from local.azure.world.conditions import REPOSITORY, holds
from local.azure.world.denials import DenyAssignment
from local.azure.world.names import is_within, stable_guid
from local.azure.world.permissions import Permission

_BUILT_IN = Path(__file__).parent.parent / "shapes" / "role_definitions.json"


@dataclass(frozen=True)
class RoleDefinition:
    """A built-in or custom role."""

    name: str
    """Its GUID."""
    role_name: str
    description: str
    permissions: tuple[Permission, ...]
    custom: bool = False


@dataclass(frozen=True)
class RoleAssignment:
    """A role given to a principal at a scope."""

    name: str
    """Its GUID."""
    scope: str
    role: str
    """GUID of the role definition."""
    principal_id: str
    principal_type: str
    created_on: datetime
    effective_on: datetime
    condition: str | None = None
    condition_version: str | None = None
    description: str | None = None
    created_by: str | None = None
    updated_on: datetime | None = None
    updated_by: str | None = None
    before: "RoleAssignment | None" = None
    """What it said before it was changed, which counts until the change has spread."""
    removed_on: datetime | None = None

    @property
    def id(self) -> str:
        """Answer its resource id."""
        return f"{self.scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{self.name}"

    def exists(self, at: datetime) -> bool:
        """Tell whether ARM lists it at a moment."""
        return self.created_on <= at and (self.removed_on is None or at < self.removed_on)

    def honoured(self, at: datetime) -> "RoleAssignment | None":
        """Answer what of it has spread and counts at a moment, be it what it said before a change."""
        if not self.exists(at):
            return None
        if self.effective_on <= at:
            return self
        return self.before and self.before.honoured(at)


class Roles:
    """Every role definition, assignment and group of the world."""

    def __init__(self, custom: Iterable[RoleDefinition] = ()) -> None:
        self.definitions = [*built_in_roles(), *custom]
        self.groups: dict[str, set[str]] = {}
        """Object id of a group → object ids of its members."""
        self._assignments: list[RoleAssignment] = []
        self._denials: list[DenyAssignment] = []

    def definition(self, name_or_guid: str) -> RoleDefinition | None:
        """Find a role by GUID or by its name, without regard to case."""
        wanted = name_or_guid.lower()
        return next((one for one in self.definitions if wanted in (one.name, one.role_name.lower())), None)

    def add(self, assignment: RoleAssignment) -> RoleAssignment:
        """Take in an assignment."""
        self._assignments.append(assignment)
        return assignment

    def remove(self, assignment: RoleAssignment, at: datetime) -> None:
        """End an assignment at a moment; its history stays, as pulls before that moment were allowed."""
        self._assignments = [replace(one, removed_on=at) if one is assignment else one for one in self._assignments]

    def assignments(self, at: datetime) -> list[RoleAssignment]:
        """Answer the assignments that exist at a moment, spread or not."""
        return [one for one in self._assignments if one.exists(at)]

    def principals_of(self, principal_id: str) -> set[str]:
        """Answer the principal and every group it is in, groups within groups included."""
        found = {principal_id}
        while True:
            more = {group for group, members in self.groups.items() if members & found} - found
            if not more:
                return found
            found |= more

    def exchange(self, assignment: RoleAssignment, by: RoleAssignment) -> RoleAssignment:
        """Let an assignment of the same principal, role and scope stand in another's place."""
        self._assignments = [by if one is assignment else one for one in self._assignments]
        return by

    def deny(self, denial: DenyAssignment) -> DenyAssignment:
        """Take in a deny assignment."""
        self._denials.append(denial)
        return denial

    def lift(self, denial: DenyAssignment, at: datetime) -> None:
        """End a deny assignment at a moment."""
        self._denials = [replace(one, removed_on=at) if one is denial else one for one in self._denials]

    def denials(self, at: datetime) -> list[DenyAssignment]:
        """Answer the deny assignments that exist at a moment."""
        return [one for one in self._denials if one.exists(at)]

    def allows(
        self, principal_id: str, action: str, resource: str, at: datetime, data: bool = False, repository: str = ""
    ) -> bool:
        """Tell whether a principal may do an action (or data action) on a resource at a moment."""
        granted = self.grants(principal_id, action, resource, at, data, repository)
        return granted and self.denial(principal_id, action, resource, at, data) is None

    def grants(
        self, principal_id: str, action: str, resource: str, at: datetime, data: bool = False, repository: str = ""
    ) -> bool:
        """Tell whether a role gives it, deny assignments aside."""
        who = self.principals_of(principal_id)
        return any(
            one.principal_id in who
            and is_within(resource, one.scope)
            and self._role_allows(one.role, action, data)
            and holds(one.condition, action, {REPOSITORY: repository} if repository else {})
            for assignment in self._assignments
            if (one := assignment.honoured(at)) is not None
        )

    def denial(
        self, principal_id: str, action: str, resource: str, at: datetime, data: bool = False
    ) -> DenyAssignment | None:
        """Answer the deny assignment that takes it away, if there is one."""
        who = self.principals_of(principal_id)
        return next((one for one in self.denials(at) if one.denies(who, action, resource, data)), None)

    def _role_allows(self, role: str, action: str, data: bool) -> bool:
        definition = self.definition(role)
        return definition is not None and any(block.covers(action, data) for block in definition.permissions)


def custom_role(name: str, description: str, permission: Permission) -> RoleDefinition:
    """Make a custom role definition."""
    return RoleDefinition(stable_guid("role", name), name, description, (permission,), custom=True)


@cache
def built_in_roles() -> tuple[RoleDefinition, ...]:
    """Answer the built-in roles that matter here, as Azure lists them."""
    rows = json.loads(_BUILT_IN.read_text(encoding="utf-8"))
    return tuple(
        RoleDefinition(
            row["name"],
            row["roleName"],
            row["description"],
            tuple(
                Permission(
                    tuple(block["actions"]),
                    tuple(block["notActions"]),
                    tuple(block["dataActions"]),
                    tuple(block["notDataActions"]),
                )
                for block in row["permissions"]
            ),
        )
        for row in rows
    )
