"""Subscriptions at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.scenario import Subscription
from local.azure.world.names import same, subscription_id


def list_subscriptions(call: ArmCall) -> Response:
    """List the subscriptions."""
    return call.page([_subscription(call, one) for one in call.world.scenario.subscriptions])


def get_subscription(call: ArmCall) -> Response:
    """Get one subscription."""
    found = next(one for one in call.world.scenario.subscriptions if same(one.id, call.subscription))
    return JSONResponse(_subscription(call, found))


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
