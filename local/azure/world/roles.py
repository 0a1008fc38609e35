"""Who may do what, where and from when: role definitions, assignments, groups, and their evaluation.

Rules of Azure RBAC (azure-docs: role-based-access-control/overview, conditions-format): assignments add up; within one
permission block a `not` action takes away; assignments at a scope count for everything below it.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from local.azure.world.names import is_within, same, stable_guid

_BUILT_IN = Path(__file__).parent.parent / "shapes" / "role_definitions.json"
_ACTION_MATCHES = re.compile(r"ActionMatches\{'([^']*)'\}", re.IGNORECASE)
_NAME_TEST = re.compile(
    r"@Request\[Microsoft\.ContainerRegistry/registries/repositories:name\]\s+(\w+)\s+'([^']*)'", re.IGNORECASE
)


@dataclass(frozen=True)
class Permission:
    """One permission block of a role."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()

    def allows(self, action: str, data: bool) -> bool:
        """Tell whether this block alone allows an action or data action."""
        granted, taken = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        return any(_matches(one, action) for one in granted) and not any(_matches(one, action) for one in taken)


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
    description: str | None = None
    created_by: str | None = None
    removed_on: datetime | None = None

    @property
    def id(self) -> str:
        """Answer its resource id."""
        return f"{self.scope.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{self.name}"

    def exists(self, at: datetime) -> bool:
        """Tell whether ARM lists it at a moment."""
        return self.created_on <= at and (self.removed_on is None or at < self.removed_on)

    def counts(self, at: datetime) -> bool:
        """Tell whether it has spread and is honoured at a moment."""
        return self.exists(at) and self.effective_on <= at


class Roles:
    """Every role definition, assignment and group of the world."""

    def __init__(self, custom: Iterable[RoleDefinition] = ()) -> None:
        self.definitions = [*built_in_roles(), *custom]
        self.groups: dict[str, set[str]] = {}
        """Object id of a group → object ids of its members."""
        self._assignments: list[RoleAssignment] = []

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

    def allows(
        self, principal_id: str, action: str, resource: str, at: datetime, data: bool = False, repository: str = ""
    ) -> bool:
        """Tell whether a principal may do an action (or data action) on a resource at a moment."""
        who = self.principals_of(principal_id)
        return any(
            one.counts(at)
            and one.principal_id in who
            and is_within(resource, one.scope)
            and self._role_allows(one.role, action, data)
            and _condition_holds(one.condition, action, repository)
            for one in self._assignments
        )

    def _role_allows(self, role: str, action: str, data: bool) -> bool:
        definition = self.definition(role)
        return definition is not None and any(block.allows(action, data) for block in definition.permissions)


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


def _condition_holds(condition: str | None, action: str, repository: str) -> bool:
    """Evaluate the canonical repository condition; one of another form grants nothing."""
    if condition is None:
        return True
    covered = _ACTION_MATCHES.findall(condition)
    if covered and not any(same(one, action) for one in covered):
        return True
    return any(_name_test(operator, value, repository) for operator, value in _NAME_TEST.findall(condition))


def _name_test(operator: str, value: str, repository: str) -> bool:
    match operator.lower():
        case "stringequals":
            return repository == value
        case "stringequalsignorecase":
            return repository.lower() == value.lower()
        case "stringstartswith":
            return repository.startswith(value)
        case "stringstartswithignorecase":
            return repository.lower().startswith(value.lower())
        case _:
            return False


@cache
def _pattern(wildcard: str) -> re.Pattern[str]:
    return re.compile(re.escape(wildcard).replace(r"\*", ".*"), re.IGNORECASE)


def _matches(wildcard: str, action: str) -> bool:
    return _pattern(wildcard).fullmatch(action) is not None
