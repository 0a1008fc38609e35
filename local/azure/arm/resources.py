"""Subscriptions, resource groups and user-assigned identities at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import resource_not_found
from local.azure.scenario import Subscription
from local.azure.world.names import group_id, same, subscription_id


def list_subscriptions(call: ArmCall) -> Response:
    """List the subscriptions."""
    return call.page([_subscription(call, one) for one in call.world.scenario.subscriptions])


def get_subscription(call: ArmCall) -> Response:
    """Get one subscription."""
    found = next(one for one in call.world.scenario.subscriptions if same(one.id, call.subscription))
    return JSONResponse(_subscription(call, found))


def list_groups(call: ArmCall) -> Response:
    """List the resource groups of a subscription."""
    groups = sorted(group for owner, group in call.world.places.resource_groups() if owner == call.subscription)
    return call.page([_group(call, group) for group in groups])


def get_group(call: ArmCall) -> Response:
    """Get one resource group."""
    return JSONResponse(_group(call, call.needs_group()))


def get_identity(call: ArmCall) -> Response:
    """Get a user-assigned identity."""
    for one in call.world.identities.values():
        if same(one.id, call.path):
            ids = {"principalId": one.principal_id, "clientId": one.client_id}
            return JSONResponse(
                {
                    "location": one.location,
                    "tags": {},
                    "id": one.id,
                    "name": one.name,
                    "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
                    "properties": {"tenantId": call.world.scenario.tenant, **ids},
                }
            )
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    raise resource_not_found(kind, call.place["name"], call.place["group"])


def _subscription(call: ArmCall, one: Subscription) -> dict[str, Any]:
    return {
        "id": subscription_id(one.id),
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": one.id,
        "tenantId": call.world.scenario.tenant,
        "displayName": one.name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _group(call: ArmCall, name: str) -> dict[str, Any]:
    return {
        "id": group_id(call.subscription, name),
        "name": name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": "eastus2",
        "properties": {"provisioningState": "Succeeded"},
    }
