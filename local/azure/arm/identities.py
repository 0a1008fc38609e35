"""User-assigned managed identities at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door, resource_not_found
from local.azure.world.names import is_within, same
from local.azure.world.sites import UserIdentity

_KIND = "Microsoft.ManagedIdentity/userAssignedIdentities"


def list_subscription(call: ArmCall) -> Response:
    """List the identities of a subscription (azure-rest-api: user-assigned-identities/list-by-subscription)."""
    scope = f"/subscriptions/{call.subscription}"
    return call.page([_body(call, one) for one in call.world.identities.values() if is_within(one.id, scope)])


def list_group(call: ArmCall) -> Response:
    """List the identities of a resource group."""
    scope = call.needs_group().id
    return call.page([_body(call, one) for one in call.world.identities.values() if is_within(one.id, scope)])


def get_identity(call: ArmCall) -> Response:
    """Get one identity."""
    found = _find(call)
    if found is None:
        raise resource_not_found(_KIND, call.place["name"], call.place["group"])
    return JSONResponse(_body(call, found))


def put_identity(call: ArmCall) -> Response:
    """Make an identity, 201, or answer the one that is there, 200."""
    group = call.needs_group().name
    found = _find(call)
    if found is not None:
        return JSONResponse(_body(call, found))
    location = (call.body or {}).get("location")
    if not location:
        raise front_door(400, "LocationRequired", "The location property is required for this definition.")
    made = call.world.make_identity(call.place["name"], group, call.subscription, location)
    return JSONResponse(_body(call, made), 201, {"location": made.id})


def _find(call: ArmCall) -> UserIdentity | None:
    return next((one for one in call.world.identities.values() if same(one.id, call.path)), None)


def _body(call: ArmCall, one: UserIdentity) -> dict[str, Any]:
    ids = {"principalId": one.principal_id, "clientId": one.client_id}
    return {
        "location": one.location,
        "tags": {},
        "id": one.id,
        "name": one.name,
        "type": _KIND,
        "properties": {"tenantId": call.world.scenario.tenant, **ids},
    }
