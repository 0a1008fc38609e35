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
from operators.errors import Conflict, Temporary

_API_VERSION = "2022-04-01"
_PROVIDER = "providers/Microsoft.Authorization"
_KEPT = timedelta(minutes=5)
"""As long a role that was taken away may still be thought to be there; a denial is never said from a kept read."""
_BUILT_IN_KEPT = timedelta(hours=24)
"""People cannot change built-in roles."""
_KEPT_IN_A_CHANGE = (
    "roleDefinitionId",
    "principalId",
    "principalType",
    "description",
    "delegatedManagedIdentityResourceId",
)


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
        return await self._list_assignments(registry_id, _held_by(principal_id), not_before)

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
        """Give a role, or widen the assignment that leaves the repository out. Given already is as good.

        With the principal's type said, a new identity need not be in the directory yet. Needs
        Microsoft.Authorization/roleAssignments/write. Raises operators.errors, Temporary where somebody was quicker and
        the rest has to be decided anew. Source: azure-rest-api, role-assignments/create.
        """
        if role.widens:
            return await self._widen(role, role.widens)
        subscription = "/".join(role.registry_id.split("/")[:3])
        properties = {
            "roleDefinitionId": f"{subscription}/{_PROVIDER}/roleDefinitions/{role.role_definition_id}",
            "principalId": role.principal_id,
            "principalType": "ServicePrincipal",
        }
        path = f"{role.registry_id}/{_PROVIDER}/roleAssignments/{role.name}"
        try:
            await self._arm.put(path, _API_VERSION, {"properties": properties | _under(role)})
        except Conflict as error:
            if error.code != "RoleAssignmentExists":
                raise
            there = await self._read_assignments(role.registry_id, _held_by(role.principal_id))
            if not any(role.given_by(one) for one in there):
                raise Temporary(str(role), "the role was given meanwhile, and not for this repository") from error

    async def _widen(self, role: MissingRole, there: RoleAssignment) -> None:
        """Nothing but the condition changes, and only if it is still the one that was read."""
        now = (await self._arm.get(there.id, _API_VERSION)).get("properties") or {}
        if (now.get("condition") or None) != there.condition:
            raise Temporary(str(role), "the condition of the assignment was changed meanwhile")
        kept = {name: now[name] for name in _KEPT_IN_A_CHANGE if now.get(name) is not None}
        await self._arm.put(there.id, _API_VERSION, {"properties": kept | _under(role)})

    async def _list_assignments(
        self, registry_id: str, wanted: str, not_before: datetime | None
    ) -> tuple[RoleAssignment, ...]:
        key = f"{registry_id} {wanted}".lower()
        return await self._assignments.get(key, lambda: self._read_assignments(registry_id, wanted), not_before)

    async def _read_assignments(self, registry_id: str, wanted: str) -> tuple[RoleAssignment, ...]:
        path = f"{registry_id}/{_PROVIDER}/roleAssignments"
        rows = self._arm.pages(path, _API_VERSION, {"$filter": wanted})
        found = [parsed(path, _role_assignment, row) async for row in rows]
        return tuple(one for one in found if reaches(one.scope, registry_id))


def _held_by(principal_id: str) -> str:
    """The filter for what a principal has, itself or through groups."""
    quoted = principal_id.replace("'", "''")
    return f"atScope() and assignedTo('{quoted}')"


def _under(role: MissingRole) -> Json:
    return {"condition": role.condition, "conditionVersion": "2.0"} if role.condition else {}


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
