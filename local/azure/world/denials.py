"""Deny assignments: what takes rights away again, whatever roles give (azure-docs: role-based-access-control)."""

from dataclasses import dataclass
from datetime import datetime

from local.azure.world.names import is_within, same
from local.azure.world.permissions import Permission

EVERYONE = "00000000-0000-0000-0000-000000000000"
"""The principal that means all of them."""


@dataclass(frozen=True)
class DenyAssignment:
    """One deny assignment."""

    name: str
    """Its GUID."""
    display_name: str
    scope: str
    permission: Permission
    principals: tuple[str, ...]
    """Object ids; EVERYONE for all principals."""
    excluded: tuple[str, ...]
    only_here: bool
    """It does not apply to what lies below its scope."""
    system_protected: bool
    created_on: datetime
    description: str = ""
    removed_on: datetime | None = None

    @property
    def id(self) -> str:
        """Answer its resource id."""
        return f"{self.scope.rstrip('/')}/providers/Microsoft.Authorization/denyAssignments/{self.name}"

    def exists(self, at: datetime) -> bool:
        """Tell whether it is there at a moment."""
        return self.created_on <= at and (self.removed_on is None or at < self.removed_on)

    def names(self, who: set[str]) -> bool:
        """Tell whether it is meant for a principal with these object ids, its own and its groups'."""
        if any(one in who for one in self.excluded):
            return False
        return EVERYONE in self.principals or any(one in who for one in self.principals)

    def denies(self, who: set[str], action: str, resource: str, data: bool) -> bool:
        """Tell whether it takes an action or data action on a resource away from a principal."""
        here = same(resource, self.scope) if self.only_here else is_within(resource, self.scope)
        return here and self.names(who) and self.permission.covers(action, data)
