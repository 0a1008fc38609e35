"""Role definitions at ARM."""

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import provider_error
from local.azure.world.names import same
from local.azure.world.permissions import Permission
from local.azure.world.roles import RoleDefinition

_ROLE_NAME = re.compile(r"roleName eq '([^']*)'", re.IGNORECASE)
_BUILT_IN_SINCE = "2018-10-22T19:01:56.8227182Z"
_BUILT_IN_CHANGED = "2021-11-11T20:13:08.8779328Z"


def list_definitions(call: ArmCall) -> Response:
    """List role definitions; `roleName eq` compares without case, and any scope, even one that is not, lists all."""
    match = _ROLE_NAME.fullmatch(call.query.get("$filter", ""))
    rows = [one for one in call.world.roles.definitions if match is None or one.role_name.lower() == match[1].lower()]
    return call.page([_body(call, one) for one in rows])


def get_definition(call: ArmCall) -> Response:
    """Get a role definition by its GUID."""
    found = next((one for one in call.world.roles.definitions if same(one.name, call.place["name"])), None)
    if found is None:
        text = f"The specified role definition with ID '{call.place['name']}' does not exist."
        raise provider_error(404, "RoleDefinitionDoesNotExist", text)
    return JSONResponse(_body(call, found))


def definition_id(call: ArmCall, guid: str) -> str:
    """Answer a role's id: it carries the subscription that was asked, none at the root."""
    match = re.match(r"/subscriptions/[^/]+", call.place["scope"], re.IGNORECASE)
    return f"{match.group(0) if match else ''}/providers/Microsoft.Authorization/roleDefinitions/{guid}"


def permission_body(block: Permission) -> dict[str, list[str]]:
    """Write a permission block."""
    return {
        "actions": list(block.actions),
        "notActions": list(block.not_actions),
        "dataActions": list(block.data_actions),
        "notDataActions": list(block.not_data_actions),
    }


def _body(call: ArmCall, one: RoleDefinition) -> dict[str, Any]:
    properties = {
        "roleName": one.role_name,
        "type": "CustomRole" if one.custom else "BuiltInRole",
        "description": one.description,
        "assignableScopes": ["/"] if not one.custom else [f"/subscriptions/{call.subscription}"],
        "permissions": [permission_body(block) for block in one.permissions],
        "createdOn": _BUILT_IN_SINCE,
        "updatedOn": _BUILT_IN_CHANGED,
        "createdBy": None,
        "updatedBy": None,
    }
    return {
        "properties": properties,
        "id": definition_id(call, one.name),
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": one.name,
    }
