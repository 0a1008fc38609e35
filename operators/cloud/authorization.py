"""Microsoft.Authorization: who has which role at a registry, and what the roles allow.

Source: azure-rest-api, role-assignments/list-for-scope, role-definitions/get-by-id (2022-04-01).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from operators.cloud.arm import Arm, Json
from operators.core.rbac import Permission, RoleAssignment, RoleDefinition, reaches, role_key

_API_VERSION = "2022-04-01"
_KEPT = timedelta(hours=24)


class Authorization:
    """Reads role assignments, always afresh, and role definitions. Raises operators.errors.

    Needs Microsoft.Authorization/*/read at the registry, which Reader gives.
    """

    def __init__(self, arm: Arm, now: Callable[[], datetime]) -> None:
        self._arm = arm
        self._now = now
        self._built_in: dict[str, tuple[datetime, RoleDefinition]] = {}

    async def role_assignments(self, registry_id: str, principal_id: str) -> tuple[RoleAssignment, ...]:
        """The assignments that reach the registry and hold for the principal, itself or through groups."""
        path = f"{registry_id}/providers/Microsoft.Authorization/roleAssignments"
        quoted = principal_id.replace("'", "''")
        rows = self._arm.pages(path, _API_VERSION, {"$filter": f"atScope() and assignedTo('{quoted}')"})
        found = [_role_assignment(row) async for row in rows]
        return tuple(one for one in found if reaches(one.scope, registry_id))

    async def role_definition(self, role_definition_id: str) -> RoleDefinition:
        """What a role allows. Built-in roles are kept for a day; custom ones never, for people change them."""
        key = role_key(role_definition_id)
        kept_until, role = self._built_in.get(key, (None, None))
        if kept_until and role and self._now() < kept_until:
            return role
        row = await self._arm.get(role_definition_id, _API_VERSION)
        role = _role_definition(row)
        if row["properties"].get("type") == "BuiltInRole":
            self._built_in[key] = (self._now() + _KEPT, role)
        return role


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
    )


def _role_definition(row: Json) -> RoleDefinition:
    properties = row["properties"]
    blocks = tuple(_permission(block) for block in properties["permissions"])
    return RoleDefinition(id=row["id"], name=properties["roleName"], permissions=blocks)


def _permission(block: Json) -> Permission:
    return Permission(
        actions=tuple(block.get("actions") or ()),
        not_actions=tuple(block.get("notActions") or ()),
        data_actions=tuple(block.get("dataActions") or ()),
        not_data_actions=tuple(block.get("notDataActions") or ()),
    )
