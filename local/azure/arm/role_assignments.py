"""Role assignments at ARM: read, given, taken away."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, provider_error
from local.azure.arm.filters import filter_of, is_named
from local.azure.arm.role_definitions import definition_id
from local.azure.world.names import iso7, same
from local.azure.world.roles import RoleAssignment

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def list_assignments(call: ArmCall) -> Response:
    """List the assignments at, above and (without atScope) below a scope."""
    wanted = filter_of(call)
    who = call.world.roles.principals_of(wanted.assigned_to) if wanted.assigned_to else None
    rows = [
        one
        for one in call.world.roles.assignments(call.world.now())
        if wanted.reaches(call.scope, one.scope)
        and (who is None or one.principal_id in who)
        and is_named(wanted.principal, one.principal_id)
    ]
    return call.page([_body(call, one) for one in rows])


def get_assignment(call: ArmCall) -> Response:
    """Get one assignment by scope and name."""
    found = _find(call)
    if found is None:
        raise provider_error(404, "RoleAssignmentNotFound", f"The role assignment '{call.place['name']}' is not found.")
    return JSONResponse(_body(call, found))


def put_assignment(call: ArmCall) -> Response:
    """Give a role: 201; 200 where this very assignment exists, whose condition and description may then change."""
    asked = _asked(call)
    there = _find(call)
    if there is not None:
        return JSONResponse(_body(call, _update(call, there, asked)))
    twin = _twin(call, asked)
    if twin is not None:
        known = twin.name.replace("-", "")
        text = f"The role assignment already exists. The ID of the existing role assignment is {known}."
        raise provider_error(409, "RoleAssignmentExists", text)
    call.world.roles.add(asked)
    # the answer to the PUT does not know who made it; the next GET does (recorded)
    return JSONResponse(_body(call, replace(asked, created_by=None), updated_by=call.caller), 201)


def delete_assignment(call: ArmCall) -> Response:
    """Take a role away; answers what it was, or 204 where there was nothing."""
    found = _find(call)
    if found is None:
        return Response(status_code=204)
    call.world.roles.remove(found, call.world.now())
    return JSONResponse(_body(call, found))


def _asked(call: ArmCall) -> RoleAssignment:
    """Read the assignment that a PUT asks for; raises ARM's 400 for one that cannot be."""
    if not _GUID.fullmatch(call.place["name"]):
        text = f"The role assignment ID '{call.place['name']}' is not valid. The role assignment ID must be a GUID."
        raise provider_error(400, "InvalidRoleAssignmentId", text)
    asked = (call.body or {}).get("properties") or {}
    role_id = str(asked.get("roleDefinitionId") or "").rpartition("/")[2]
    definition = call.world.roles.definition(role_id)
    if definition is None:
        text = f"The specified role definition with ID '{role_id}' does not exist."
        raise provider_error(400, "RoleDefinitionDoesNotExist", text)
    now = call.world.now()
    principal = str(asked.get("principalId") or "").lower()
    return RoleAssignment(
        name=call.place["name"],
        scope=call.scope,
        role=definition.name,
        principal_id=principal,
        principal_type=_principal_type(call, principal, asked.get("principalType")),
        created_on=now,
        effective_on=now + timedelta(seconds=call.world.scenario.role_spread_seconds),
        condition=asked.get("condition"),
        condition_version=asked.get("conditionVersion"),
        description=asked.get("description"),
        created_by=call.caller,
    )


def _principal_type(call: ArmCall, principal: str, told: str | None) -> str:
    """Answer what the principal is; a told type spares the look-up, which may come before the directory knows it."""
    if not _GUID.fullmatch(principal):
        text = "A valid principal ID must be provided for role assignment."
        raise provider_error(400, "InvalidPrincipalId", text)
    directory = call.world.directory
    known = directory.knows(principal, call.world.now())
    if not told and not known:
        raise provider_error(400, "PrincipalNotFound", _principal_not_found(principal, call.world.scenario.tenant))
    actual = directory.type_of(principal)
    if told and known and told != actual:
        text = (
            f"The PrincipalId '{principal.replace('-', '')}' has type '{actual}' , "
            f"which is different from specified PrinciaplType '{told}'."
        )
        raise provider_error(400, "UnmatchedPrincipalType", text)
    return told or actual


def _update(call: ArmCall, there: RoleAssignment, asked: RoleAssignment) -> RoleAssignment:
    if (there.principal_id, there.role) != (asked.principal_id, asked.role):
        raise _not_updated()
    changes = (asked.condition, asked.condition_version, asked.description)
    if changes == (there.condition, there.condition_version, there.description):
        return there
    condition, version, description = changes
    changed = replace(
        there,
        condition=condition,
        condition_version=version,
        description=description,
        updated_on=asked.created_on,
        updated_by=asked.created_by,
        effective_on=asked.effective_on,
        before=there,
    )
    return call.world.roles.exchange(there, changed)


def _not_updated() -> ArmError:
    text = "Tenant ID, application ID, principal ID, and scope are not allowed to be updated."
    return provider_error(400, "RoleAssignmentUpdateNotPermitted", text)


def _twin(call: ArmCall, asked: RoleAssignment) -> RoleAssignment | None:
    """Find the assignment of the same role to the same principal at the same scope, whatever its condition."""
    for one in call.world.roles.assignments(call.world.now()):
        if (one.principal_id, one.role) == (asked.principal_id, asked.role) and same(one.scope, asked.scope):
            return one
    return None


def _find(call: ArmCall) -> RoleAssignment | None:
    for one in call.world.roles.assignments(call.world.now()):
        if same(one.name, call.place["name"]) and same(one.scope, call.scope):
            return one
    return None


def _body(call: ArmCall, one: RoleAssignment, updated_by: str | None = None) -> dict[str, Any]:
    made = iso7(one.created_on)
    properties = {
        "roleDefinitionId": definition_id(call, one.role),
        "principalId": one.principal_id,
        "principalType": one.principal_type,
        "scope": one.scope,
        "condition": one.condition,
        "conditionVersion": one.condition_version,
        "createdOn": made,
        "updatedOn": iso7(one.updated_on) if one.updated_on else made,
        "createdBy": one.created_by,
        "updatedBy": updated_by or one.updated_by or one.created_by,
        "delegatedManagedIdentityResourceId": None,
        "description": one.description,
    }
    return {
        "properties": properties,
        "id": one.id,
        "type": "Microsoft.Authorization/roleAssignments",
        "name": one.name,
    }


def _principal_not_found(principal: str, tenant: str) -> str:
    return (
        f"Principal {principal.replace('-', '')} does not exist in the directory {tenant}. Check that you have the "
        "correct principal ID. If you are creating this principal and then immediately assigning a role, this error "
        "might be related to a replication delay. In this case, set the role assignment principalType property to a "
        "value, such as ServicePrincipal, User, or Group.  See https://aka.ms/docs-principaltype"
    )
