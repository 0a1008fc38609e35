"""Microsoft.Authorization: who has which role at a registry, what the roles allow, and what is denied all the same.

Sources: azure-rest-api, role-assignments/list-for-scope, role-definitions/get-by-id, deny-assignments/list-for-scope
(2022-04-01).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from operators.cloud.arm import Arm, Json
from operators.cloud.arm_errors import parsed
from operators.cloud.kept import Kept
from operators.core.access.deny_assignments import DenyAssignment, Named
from operators.core.access.granting import MissingRole
from operators.core.access.rbac import Permission, RoleAssignment, RoleDefinition, reaches, role_key
from operators.errors import Conflict

_API_VERSION = "2022-04-01"
_PROVIDER = "providers/Microsoft.Authorization"
_KEPT = timedelta(minutes=5)
"""As long a role that was taken away may still be thought to be there; a denial is never said from a kept read."""
_BUILT_IN_KEPT = timedelta(hours=24)
"""People cannot change built-in roles."""


class Authorization:
    """Reads by registry, shared by all its apps and kept for five minutes. Raises operators.errors.

    `not_before` asks for what was read since then. Needs Microsoft.Authorization/*/read at the registry, which Reader
    gives.
    """

    def __init__(self, arm: Arm, now: Callable[[], datetime]) -> None:
        self._arm = arm
        self._now = now
        self._assignments: Kept[tuple[RoleAssignment, ...]] = Kept(now, _KEPT)
        self._denials: Kept[tuple[DenyAssignment, ...]] = Kept(now, _KEPT)
        self._roles: Kept[RoleDefinition] = Kept(now, _BUILT_IN_KEPT)

    async def assignments_at(self, registry_id: str, not_before: datetime | None = None) -> tuple[RoleAssignment, ...]:
        """Everybody's assignments that reach the registry: at it and above it."""
        return await self._list_assignments(registry_id, "atScope()", not_before)

    async def assignments_of(
        self, registry_id: str, principal_id: str, not_before: datetime | None = None
    ) -> tuple[RoleAssignment, ...]:
        """Those that hold for one principal, itself or through groups, which the service looks up by itself."""
        quoted = principal_id.replace("'", "''")
        return await self._list_assignments(registry_id, f"atScope() and assignedTo('{quoted}')", not_before)

    async def denials_at(self, registry_id: str, not_before: datetime | None = None) -> tuple[DenyAssignment, ...]:
        """Everybody's deny assignments at the registry and above it."""

        async def read() -> tuple[DenyAssignment, ...]:
            path = f"{registry_id}/{_PROVIDER}/denyAssignments"
            rows = self._arm.pages(path, _API_VERSION, {"$filter": "atScope()"})
            return tuple([parsed(path, _deny_assignment, row) async for row in rows])

        return await self._denials.get(registry_id.lower(), read, not_before)

    async def role_definition(self, role_definition_id: str, not_before: datetime | None = None) -> RoleDefinition:
        """What a role allows. A built-in one is kept for a day, whatever `not_before` says."""

        async def read() -> RoleDefinition:
            return parsed(role_definition_id, _role_definition, await self._arm.get(role_definition_id, _API_VERSION))

        key = role_key(role_definition_id)
        role = await self._roles.get(key, read)
        if not role.is_custom:
            return role
        oldest = self._now() - _KEPT
        return await self._roles.get(key, read, max(oldest, not_before) if not_before else oldest)

    async def assign(self, role: MissingRole) -> None:
        """Give a role. Given already, by whoever and under whichever name, is as good.

        With the principal's type said, a new identity need not be in the directory yet. Needs
        Microsoft.Authorization/roleAssignments/write. Source: azure-rest-api, role-assignments/create.
        """
        subscription = "/".join(role.registry_id.split("/")[:3])
        properties = {
            "roleDefinitionId": f"{subscription}/{_PROVIDER}/roleDefinitions/{role.role_definition_id}",
            "principalId": role.principal_id,
            "principalType": "ServicePrincipal",
        }
        if role.condition:
            properties |= {"condition": role.condition, "conditionVersion": "2.0"}
        path = f"{role.registry_id}/{_PROVIDER}/roleAssignments/{role.name}"
        try:
            await self._arm.put(path, _API_VERSION, {"properties": properties})
        except Conflict as error:
            if error.code != "RoleAssignmentExists":
                raise

    async def _list_assignments(
        self, registry_id: str, wanted: str, not_before: datetime | None
    ) -> tuple[RoleAssignment, ...]:
        async def read() -> tuple[RoleAssignment, ...]:
            path = f"{registry_id}/{_PROVIDER}/roleAssignments"
            rows = self._arm.pages(path, _API_VERSION, {"$filter": wanted})
            found = [parsed(path, _role_assignment, row) async for row in rows]
            return tuple(one for one in found if reaches(one.scope, registry_id))

        return await self._assignments.get(f"{registry_id} {wanted}".lower(), read, not_before)


def _role_assignment(row: Json) -> RoleAssignment:
    properties = row["properties"]
    return RoleAssignment(
        id=row["id"],
        scope=properties["scope"],
        role_definition_id=properties["roleDefinitionId"],
        principal_id=properties["principalId"],
        principal_type=properties.get("principalType") or "Unknown",
        condition=properties.get("condition") or None,
        created_on=properties["createdOn"],
        updated_on=properties.get("updatedOn") or None,
    )


def _deny_assignment(row: Json) -> DenyAssignment:
    properties = row["properties"]
    return DenyAssignment(
        id=row["id"],
        name=properties.get("denyAssignmentName") or row["name"],
        scope=properties["scope"],
        permissions=tuple(_permission(block) for block in properties["permissions"]),
        principals=tuple(_named(one) for one in properties["principals"]),
        exclude_principals=tuple(_named(one) for one in properties.get("excludePrincipals") or ()),
        do_not_apply_to_child_scopes=bool(properties.get("doNotApplyToChildScopes")),
        condition=properties.get("condition") or None,
    )


def _named(principal: Json) -> Named:
    return Named(id=principal["id"], type=principal.get("type") or "Unknown")


def _role_definition(row: Json) -> RoleDefinition:
    properties = row["properties"]
    blocks = tuple(_permission(block) for block in properties["permissions"])
    is_custom = properties.get("type") != "BuiltInRole"
    return RoleDefinition(id=row["id"], name=properties["roleName"], permissions=blocks, is_custom=is_custom)


def _permission(block: Json) -> Permission:
    return Permission(
        actions=tuple(block.get("actions") or ()),
        not_actions=tuple(block.get("notActions") or ()),
        data_actions=tuple(block.get("dataActions") or ()),
        not_data_actions=tuple(block.get("notDataActions") or ()),
    )
