"""Resource groups at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door
from local.azure.world.groups import ResourceGroup


def list_groups(call: ArmCall) -> Response:
    """List the resource groups of a subscription."""
    return call.page([_body(one) for one in call.world.places.groups.of(call.subscription)])


def get_group(call: ArmCall) -> Response:
    """Get one resource group."""
    return JSONResponse(_body(call.needs_group()))


def head_group(call: ArmCall) -> Response:
    """Tell whether a resource group exists: 204 or 404, both without a body."""
    found = call.world.places.groups.find(call.subscription, call.place["group"])
    return Response(status_code=404 if found is None else 204)


def put_group(call: ArmCall) -> Response:
    """Make a resource group, 201, or change its tags, 200."""
    asked = call.body or {}
    if not asked.get("location"):
        text = "The location property is required for this definition."
        raise front_door(400, "LocationRequired", text)
    group = ResourceGroup(call.subscription, call.place["group"], asked["location"], asked.get("tags") or {})
    is_new = call.world.places.groups.put(group)
    return JSONResponse(_body(group), 201 if is_new else 200)


def _body(group: ResourceGroup) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": group.id,
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "properties": {"provisioningState": "Succeeded"},
    }
    return body | ({"tags": dict(group.tags)} if group.tags else {})
