"""Azure role-based access control: which assignments reach a resource, and which actions a role grants.

Source: azure-docs, role-based-access-control/overview, role-definitions, scope-overview.
"""

import re
from functools import lru_cache

from operators.core.model import Instant, Model

_MANAGEMENT_GROUP = "/providers/microsoft.management/managementgroups/"


class RoleAssignment(Model):
    """Who has which role where, as Microsoft.Authorization/roleAssignments answers it."""

    id: str
    scope: str
    """Where it was given: "/", a management group, a subscription, a group or a resource. It holds for all below."""
    role_definition_id: str
    principal_id: str
    """The identity, or a group that it is a member of."""
    principal_type: str
    """"ServicePrincipal", "User", "Group", "ForeignGroup" or "Device"."""
    condition: str | None = None
    """An attribute-based condition: without evaluating it nobody knows whether the assignment holds."""
    created_on: Instant
    updated_on: Instant | None = None

    @property
    def since(self) -> Instant:
        """Since when it says what it says: a condition may have been changed later, anything else may not."""
        return self.updated_on if self.condition and self.updated_on else self.created_on


class Permission(Model):
    """One block of a role: its notActions take out of its actions, and leave other blocks alone."""

    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = ()


class RoleDefinition(Model):
    """A role, built in or custom."""

    id: str
    name: str
    """What people call it: "AcrPull"."""
    permissions: tuple[Permission, ...]
    is_custom: bool = False
    """People can change it."""

    @property
    def key(self) -> str:
        """The same for this role and for every assignment of it."""
        return role_key(self.id)


def role_key(role_definition_id: str) -> str:
    """What of a role definition's id names the role: its last segment.

    What stands before it depends on who asks: the caller's subscription, or nothing at all.
    """
    return role_definition_id.rstrip("/").rpartition("/")[2].lower()


def reaches(scope: str, resource_id: str) -> bool:
    """Whether an assignment at `scope`, from a list asked with `atScope()` at the resource, holds for the resource.

    An id does not tell which management groups are above it; `atScope()` lists no others.
    """
    above, below = scope.lower().rstrip("/"), resource_id.lower().rstrip("/")
    if above.startswith(_MANAGEMENT_GROUP):
        return True
    return f"{below}/".startswith(f"{above}/")


def grants(role: RoleDefinition, action: str) -> bool:
    """Whether the role allows an action of the control plane: "Microsoft.ContainerRegistry/registries/read"."""
    return covers(role.permissions, action)


def grants_data(role: RoleDefinition, data_action: str) -> bool:
    """Whether the role allows an action of the data plane."""
    return covers_data(role.permissions, data_action)


def covers(permissions: tuple[Permission, ...], action: str) -> bool:
    """Whether one of the blocks names an action of the control plane and does not take it out again."""
    return any(_allows(block.actions, block.not_actions, action) for block in permissions)


def covers_data(permissions: tuple[Permission, ...], data_action: str) -> bool:
    """The same for an action of the data plane."""
    return any(_allows(block.data_actions, block.not_data_actions, data_action) for block in permissions)


def _allows(patterns: tuple[str, ...], excepted: tuple[str, ...], action: str) -> bool:
    return _any_matches(patterns, action) and not _any_matches(excepted, action)


def _any_matches(patterns: tuple[str, ...], action: str) -> bool:
    return any(matches(pattern, action) for pattern in patterns)


def matches(pattern: str, action: str) -> bool:
    """Whether an action is one that the pattern names: without case, `*` stands for any characters, "/" included."""
    return _compiled(pattern).fullmatch(action) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(re.escape(part) for part in pattern.split("*")), re.IGNORECASE | re.DOTALL)
