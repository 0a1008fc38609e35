"""Container registries at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.scenario import NetworkRuleSet, PrivateEndpoint
from local.azure.world.names import is_within, iso7, subscription_id
from local.azure.world.registries import Registry

_MODE_SINCE = "2025-03-01-preview"
"""roleAssignmentMode is missing, not null, in answers of older api-versions."""


def list_subscription(call: ArmCall) -> Response:
    """List the registries of a subscription."""
    return _list(call, subscription_id(call.subscription))


def list_group(call: ArmCall) -> Response:
    """List the registries of a resource group."""
    call.needs_group()
    return _list(call, call.path.partition("/providers/")[0])


def get(call: ArmCall) -> Response:
    """Get one registry."""
    return JSONResponse(registry_body(call.registry(), call.query["api-version"]))


def _list(call: ArmCall, scope: str) -> Response:
    version = call.query["api-version"]
    return call.page([registry_body(one, version) for one in call.world.registries if is_within(one.id, scope)])


def registry_body(registry: Registry, version: str) -> dict[str, Any]:
    """Write the body of a registry as an api-version shows it."""
    told = registry.told
    created = iso7(registry.created)
    changed = created.replace("Z", "+00:00")
    properties: dict[str, Any] = {
        "loginServer": registry.login_server,
        "creationDate": created,
        "provisioningState": "Succeeded",
        "adminUserEnabled": told.admin_user_enabled,
        "policies": {
            "quarantinePolicy": {"status": "enabled" if told.quarantine_enabled else "disabled"},
            "trustPolicy": {"type": "Notary", "status": "disabled"},
            "retentionPolicy": {"days": 7, "lastUpdatedTime": changed, "status": "disabled"},
            "exportPolicy": {"status": "enabled"},
            "azureADAuthenticationAsArmPolicy": {"status": "enabled"},
        },
        "encryption": {"status": "disabled"},
        "dataEndpointEnabled": False,
        "dataEndpointHostNames": [],
        "privateEndpointConnections": [_private_endpoint(registry, one) for one in told.private_endpoints],
        "publicNetworkAccess": told.public_network_access,
        "networkRuleBypassOptions": told.network_rule_bypass_options,
        "zoneRedundancy": "Disabled",
        "anonymousPullEnabled": told.anonymous_pull_enabled,
    }
    if told.network_rule_set is not None:
        properties["networkRuleSet"] = _network_rule_set(told.network_rule_set)
    if version >= _MODE_SINCE and told.role_assignment_mode is not None:
        properties["roleAssignmentMode"] = told.role_assignment_mode
    who = {"createdBy": "user@example.com", "createdByType": "User", "createdAt": changed}
    last = {"lastModifiedBy": "user@example.com", "lastModifiedByType": "User", "lastModifiedAt": changed}
    return {
        "sku": {"name": told.sku, "tier": told.sku},
        "type": "Microsoft.ContainerRegistry/registries",
        "id": registry.id,
        "name": registry.name,
        "location": told.location,
        "tags": {},
        "systemData": who | last,
        "properties": properties,
    }


def _network_rule_set(rules: NetworkRuleSet) -> dict[str, Any]:
    rows = [{"action": "Allow", "value": rule} for rule in rules.ip_rules]
    return {"defaultAction": rules.default_action, "ipRules": rows}


def _private_endpoint(registry: Registry, one: PrivateEndpoint) -> dict[str, Any]:
    group = registry.id.partition("/providers/")[0]
    state = {"status": one.status, "description": "", "actionsRequired": "None"}
    return {
        "id": f"{registry.id}/privateEndpointConnections/{one.name}",
        "name": one.name,
        "type": "Microsoft.ContainerRegistry/registries/privateEndpointConnections",
        "properties": {
            "privateEndpoint": {"id": f"{group}/providers/Microsoft.Network/privateEndpoints/{one.name}"},
            "privateLinkServiceConnectionState": state,
            "provisioningState": "Succeeded",
        },
    }
