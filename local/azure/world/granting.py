"""Who is given which role, and what is denied to whom, in the names of a scenario."""

from datetime import datetime, timedelta

from local.azure import scenario as told
from local.azure.world.building import permission_of
from local.azure.world.denials import EVERYONE, DenyAssignment
from local.azure.world.names import same, stable_guid
from local.azure.world.places import Places
from local.azure.world.principals import Directory
from local.azure.world.roles import RoleAssignment, Roles


class Granting:
    """Gives roles and takes them away; every name that means nothing is a KeyError."""

    def __init__(self, roles: Roles, directory: Directory, places: Places) -> None:
        self._roles = roles
        self._directory = directory
        self._places = places

    def assign(self, grant: told.Grant, at: datetime) -> RoleAssignment:
        """Give a role; it counts `spreads_in` seconds later."""
        principal, scope = self._directory.principal_id(grant.principal), self._places.scope_id(grant.scope)
        role = self._role(grant.role)
        return self._roles.add(
            RoleAssignment(
                name=stable_guid("assignment", principal, scope, role, at.isoformat()),
                scope=scope,
                role=role,
                principal_id=principal,
                principal_type=self._directory.type_of(principal),
                created_on=at,
                effective_on=at + timedelta(seconds=grant.spreads_in),
                condition=grant.condition,
                condition_version="2.0" if grant.condition else None,
            )
        )

    def remove(self, principal: str, role: str, scope: str, at: datetime) -> int:
        """Take a role away; answers how many assignments there were."""
        who, where, what = self._directory.principal_id(principal), self._places.scope_id(scope), self._role(role)
        found = [
            one
            for one in self._roles.assignments(at)
            if one.principal_id == who and same(one.scope, where) and one.role == what
        ]
        for one in found:
            self._roles.remove(one, at)
        return len(found)

    def deny(self, denial: told.DenyAssignment, at: datetime) -> DenyAssignment:
        """Make a deny assignment, which counts at once."""
        scope = self._places.scope_id(denial.scope)
        return self._roles.deny(
            DenyAssignment(
                name=stable_guid("denial", scope, denial.name),
                display_name=denial.name,
                description=denial.description,
                scope=scope,
                permission=permission_of(denial),
                principals=tuple(self._denied(one) for one in denial.principals),
                excluded=tuple(self._directory.principal_id(one) for one in denial.exclude_principals),
                only_here=denial.do_not_apply_to_child_scopes,
                system_protected=denial.is_system_protected,
                created_on=at,
            )
        )

    def lift(self, name: str, at: datetime) -> int:
        """Take deny assignments of a name away; answers how many there were."""
        found = [one for one in self._roles.denials(at) if same(one.display_name, name)]
        for one in found:
            self._roles.lift(one, at)
        return len(found)

    def _denied(self, name: str) -> str:
        return EVERYONE if name == "everyone" else self._directory.principal_id(name)

    def _role(self, name: str) -> str:
        definition = self._roles.definition(name)
        if definition is None:
            raise KeyError(f"there is no role {name}")
        return definition.name
