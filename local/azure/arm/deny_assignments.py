"""Deny assignments at ARM. They can be read, never made (azure-docs: role-based-access-control/deny-assignments)."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import provider_error
from local.azure.arm.filters import filter_of, is_named
from local.azure.arm.role_definitions import permission_body
from local.azure.world.denials import EVERYONE, DenyAssignment
from local.azure.world.names import iso7, same

_DASHES_SINCE = "2022-04-01"
"""The recorded 2018 version writes ids without dashes and says Everyone; the documentation of this one does not."""


def list_denials(call: ArmCall) -> Response:
    """List what is denied at, above and (without atScope) below a scope."""
    wanted = filter_of(call)
    who = call.world.roles.principals_of(wanted.assigned_to) if wanted.assigned_to else None
    rows = [
        one
        for one in call.world.roles.denials(call.world.now())
        if wanted.reaches(call.scope, one.scope)
        and (who is None or one.names(who))
        and (wanted.principal is None or any(same(wanted.principal, principal) for principal in one.principals))
        and is_named(wanted.name, one.display_name)
    ]
    return call.page([_body(call, one) for one in rows])


def get_denial(call: ArmCall) -> Response:
    """Get one deny assignment by scope and name."""
    for one in call.world.roles.denials(call.world.now()):
        if same(one.name, call.place["name"]) and same(one.scope, call.scope):
            return JSONResponse(_body(call, one))
    raise provider_error(404, "DenyAssignmentNotFound", f"The deny assignment '{call.place['name']}' is not found.")


def _body(call: ArmCall, one: DenyAssignment) -> dict[str, Any]:
    made = iso7(one.created_on)
    properties = {
        "denyAssignmentName": one.display_name,
        "description": one.description,
        "permissions": [permission_body(one.permission)],
        "scope": one.scope,
        "doNotApplyToChildScopes": one.only_here,
        "principals": [_principal(call, principal) for principal in one.principals],
        "excludePrincipals": [_principal(call, principal) for principal in one.excluded],
        "isSystemProtected": one.system_protected,
        "createdOn": made,
        "updatedOn": made,
        "createdBy": None,
        "updatedBy": None,
    }
    return {
        "properties": properties,
        "id": one.id,
        "type": "Microsoft.Authorization/denyAssignments",
        "name": one.name,
    }


def _principal(call: ArmCall, object_id: str) -> dict[str, str]:
    with_dashes = call.query["api-version"] >= _DASHES_SINCE
    kind = call.world.directory.type_of(object_id)
    if object_id == EVERYONE:
        kind = "SystemDefined" if with_dashes else "Everyone"
    return {"id": object_id if with_dashes else object_id.replace("-", ""), "type": kind}
