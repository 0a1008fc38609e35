"""Role assignments, role definitions and deny assignments at ARM."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door
from local.azure.world.names import is_within, iso7, same
from local.azure.world.roles import Permission, RoleAssignment, RoleDefinition

_TERM = re.compile(r"atScope\(\)|assignedTo\('([^']*)'\)|principalId eq '([^']*)'", re.IGNORECASE)
_ROLE_NAME = re.compile(r"roleName eq '([^']*)'", re.IGNORECASE)
_BUILT_IN_SINCE = "2018-10-22T19:01:56.8227182Z"
_BUILT_IN_CHANGED = "2021-11-11T20:13:08.8779328Z"


@dataclass(frozen=True)
class _Filter:
    at_scope: bool = False
    assigned_to: str | None = None
    principal: str | None = None


def list_assignments(call: ArmCall) -> Response:
    """List the assignments at, above and (without atScope) below a scope."""
    wanted = _filter(call.query.get("$filter"))
    scope = call.place["scope"] or "/"
    who = call.world.roles.principals_of(wanted.assigned_to) if wanted.assigned_to else None
    rows = [
        one
        for one in call.world.roles.assignments(call.world.now())
        if (is_within(scope, one.scope) or (not wanted.at_scope and is_within(one.scope, scope)))
        and (who is None or one.principal_id in who)
        and (wanted.principal is None or same(one.principal_id, wanted.principal))
    ]
    return call.page([_assignment(call, one) for one in rows])


def get_assignment(call: ArmCall) -> Response:
    """Get one assignment by scope and name."""
    found = _find(call)
    if found is None:
        raise front_door(404, "RoleAssignmentNotFound", f"The role assignment '{call.place['name']}' is not found.")
    return JSONResponse(_assignment(call, found))


def put_assignment(call: ArmCall) -> Response:
    """Give a role; 201, or 200 where this very assignment exists."""
    asked = (call.body or {}).get("properties") or {}
    principal, role_id = str(asked.get("principalId") or ""), str(asked.get("roleDefinitionId") or "")
    definition = call.world.roles.definition(role_id.rpartition("/")[2])
    if definition is None:
        text = f"The specified role definition with ID '{role_id.rpartition('/')[2]}' does not exist."
        raise front_door(400, "RoleDefinitionDoesNotExist", text)
    if not asked.get("principalType") and not call.world.directory.knows(principal):
        raise front_door(400, "PrincipalNotFound", _principal_not_found(principal, call.world.scenario.tenant))
    now = call.world.now()
    made = RoleAssignment(
        name=call.place["name"],
        scope=call.place["scope"] or "/",
        role=definition.name,
        principal_id=principal.lower(),
        principal_type=asked.get("principalType") or call.world.directory.type_of(principal),
        created_on=now,
        effective_on=now + timedelta(seconds=call.world.scenario.role_spread_seconds),
        condition=asked.get("condition"),
        description=asked.get("description"),
        created_by=call.caller,
    )
    existing = _existing(call, made)
    if existing is None:
        call.world.roles.add(made)
        # the answer to the PUT does not know who made it; the next GET does (recorded)
        return JSONResponse(_assignment(call, replace(made, created_by=None), updated_by=call.caller), 201)
    if same(existing.name, made.name):
        return JSONResponse(_assignment(call, existing))
    known = existing.name.replace("-", "")
    text = f"The role assignment already exists. The ID of the existing role assignment is {known}."
    raise front_door(409, "RoleAssignmentExists", text)


def delete_assignment(call: ArmCall) -> Response:
    """Take a role away; answers what it was, or 204 where there was nothing."""
    found = _find(call)
    if found is None:
        return Response(status_code=204)
    call.world.roles.remove(found, call.world.now())
    return JSONResponse(_assignment(call, found))


def list_definitions(call: ArmCall) -> Response:
    """List role definitions; `roleName eq` compares without case, and any scope, even one that is not, lists all."""
    match = _ROLE_NAME.fullmatch(call.query.get("$filter", ""))
    rows = [one for one in call.world.roles.definitions if match is None or one.role_name.lower() == match[1].lower()]
    return call.page([_definition(call, one) for one in rows])


def get_definition(call: ArmCall) -> Response:
    """Get a role definition by its GUID."""
    found = next((one for one in call.world.roles.definitions if same(one.name, call.place["name"])), None)
    if found is None:
        text = f"The specified role definition with ID '{call.place['name']}' does not exist."
        raise front_door(404, "RoleDefinitionDoesNotExist", text)
    return JSONResponse(_definition(call, found))


def list_denials(call: ArmCall) -> Response:
    """List deny assignments: there are none."""
    return call.page([])


def _filter(text: str | None) -> _Filter:
    wanted = _Filter()
    for term in re.split(r"\s+and\s+", text or "", flags=re.IGNORECASE):
        if not term:
            continue
        match = _TERM.fullmatch(term.strip())
        if match is None:
            raise front_door(
                400,
                "UnsupportedQuery",
                f"The filter '{text}' is not supported. Supported filters are either 'atScope()' or "
                "'principalId eq '{value}' or assignedTo('{value}')'.",
            )
        if match[1]:
            wanted = replace(wanted, assigned_to=match[1])
        elif match[2]:
            wanted = replace(wanted, principal=match[2])
        else:
            wanted = replace(wanted, at_scope=True)
    return wanted


def _existing(call: ArmCall, made: RoleAssignment) -> RoleAssignment | None:
    for one in call.world.roles.assignments(call.world.now()):
        if one.principal_id == made.principal_id and one.role == made.role and same(one.scope, made.scope):
            return one
    return None


def _find(call: ArmCall) -> RoleAssignment | None:
    for one in call.world.roles.assignments(call.world.now()):
        if same(one.name, call.place["name"]) and same(one.scope, call.place["scope"] or "/"):
            return one
    return None


def _assignment(call: ArmCall, one: RoleAssignment, updated_by: str | None = None) -> dict[str, Any]:
    made = iso7(one.created_on)
    properties = {
        "roleDefinitionId": _definition_id(call, one.role),
        "principalId": one.principal_id,
        "principalType": one.principal_type,
        "scope": one.scope,
        "condition": one.condition,
        "conditionVersion": "2.0" if one.condition else None,
        "createdOn": made,
        "updatedOn": made,
        "createdBy": one.created_by,
        "updatedBy": updated_by or one.created_by,
        "delegatedManagedIdentityResourceId": None,
        "description": one.description,
    }
    return {
        "properties": properties,
        "id": one.id,
        "type": "Microsoft.Authorization/roleAssignments",
        "name": one.name,
    }


def _definition(call: ArmCall, one: RoleDefinition) -> dict[str, Any]:
    properties = {
        "roleName": one.role_name,
        "type": "CustomRole" if one.custom else "BuiltInRole",
        "description": one.description,
        "assignableScopes": ["/"] if not one.custom else [f"/subscriptions/{call.subscription}"],
        "permissions": [_permission(block) for block in one.permissions],
        "createdOn": _BUILT_IN_SINCE,
        "updatedOn": _BUILT_IN_CHANGED,
        "createdBy": None,
        "updatedBy": None,
    }
    return {
        "properties": properties,
        "id": _definition_id(call, one.name),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": one.name,
    }


def _permission(block: Permission) -> dict[str, list[str]]:
    return {
        "actions": list(block.actions),
        "notActions": list(block.not_actions),
        "dataActions": list(block.data_actions),
        "notDataActions": list(block.not_data_actions),
    }


def _definition_id(call: ArmCall, guid: str) -> str:
    """Answer a role's id: it carries the subscription that was asked, none at the root."""
    match = re.match(r"/subscriptions/[^/]+", call.place["scope"], re.IGNORECASE)
    return f"{match.group(0) if match else ''}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def _principal_not_found(principal: str, tenant: str) -> str:
    return (
        f"Principal {principal.replace('-', '')} does not exist in the directory {tenant}. Check that you have the "
        "correct principal ID. If you are creating this principal and then immediately assigning a role, this error "
        "might be related to a replication delay. In this case, set the role assignment principalType property to a "
        "value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype"
    )
