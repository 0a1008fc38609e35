"""Deny assignments: which of them keeps an identity from an action, whatever its roles grant.

Azure makes them itself, for managed applications and deployment stacks.
Source: azure-docs, role-based-access-control/deny-assignments; azure-rest-api, denyAssignments (2022-04-01).
"""

from collections.abc import Set as AbstractSet

from operators.core.access.rbac import Permission, covers, covers_data, reaches
from operators.core.model import Model

_EVERYONE = "0" * 32


class Named(Model):
    """A principal that a deny assignment names."""

    id: str
    """An object id; Azure writes it with dashes or without. All zeros are everyone."""
    type: str
    """"User", "Group", "ServicePrincipal", or "SystemDefined" and "Everyone" for everyone."""

    @property
    def key(self) -> str:
        """The id as it can be compared."""
        return principal_key(self.id)


class DenyAssignment(Model):
    """What is denied to whom, where."""

    id: str
    name: str
    scope: str
    permissions: tuple[Permission, ...]
    principals: tuple[Named, ...]
    exclude_principals: tuple[Named, ...] = ()
    do_not_apply_to_child_scopes: bool = False
    condition: str | None = None


class Attempt(Model):
    """Who wants to do what on which resource."""

    principal_id: str
    groups: frozenset[str] = frozenset()
    """Groups that the principal is known to be in; there may be more."""
    action: str
    is_data: bool
    resource_id: str


def principal_key(principal_id: str) -> str:
    """An object id without what differs between answers: dashes and case."""
    return principal_id.replace("-", "").lower()


def denies(denial: DenyAssignment, attempt: Attempt) -> bool | None:
    """Whether it denies this; None where that hangs on a group's members or a condition, which cannot be read."""
    if not _is_about(denial, attempt):
        return False
    mine = frozenset({principal_key(attempt.principal_id)})
    groups = frozenset(principal_key(one) for one in attempt.groups)
    excluded = _names(denial.exclude_principals, mine, groups)
    if excluded is True:
        return False
    named = _names(denial.principals, mine, groups)
    if named is False:
        return False
    return True if named is True and excluded is False and not denial.condition else None


def _is_about(denial: DenyAssignment, attempt: Attempt) -> bool:
    covered = covers_data if attempt.is_data else covers
    if not covered(denial.permissions, attempt.action):
        return False
    if denial.do_not_apply_to_child_scopes:
        return denial.scope.rstrip("/").lower() == attempt.resource_id.rstrip("/").lower()
    return reaches(denial.scope, attempt.resource_id)


def _names(principals: tuple[Named, ...], mine: AbstractSet[str], groups: AbstractSet[str]) -> bool | None:
    """Whether one of these is the principal, or everyone, or a group of its; None where it may be in one of them."""
    if any(one.key == _EVERYONE or one.key in mine | groups for one in principals):
        return True
    return None if any(one.type.lower() == "group" for one in principals) else False
