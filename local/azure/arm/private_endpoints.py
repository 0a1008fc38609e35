"""Private endpoints at ARM: those of the registries, and the subnet that each stands in."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import resource_not_found
from local.azure.world.names import same
from local.azure.world.network import PrivateEndpoint, endpoints_of
from local.azure.world.registries import Registry

_KIND = "Microsoft.Network/privateEndpoints"


def get(call: ArmCall) -> Response:
    """Get one private endpoint."""
    for registry in call.world.registries:
        for one in endpoints_of(registry, registry.told):
            if same(one.id, call.path):
                return JSONResponse(_body(registry, one))
    raise resource_not_found(_KIND, call.place["endpoint"], call.place["group"])


def _body(registry: Registry, one: PrivateEndpoint) -> dict[str, Any]:
    state = {"status": one.told.status, "description": "", "actionsRequired": "None"}
    connection = {
        "id": f"{one.id}/privateLinkServiceConnections/{one.told.name}",
        "name": one.told.name,
        "properties": {
            "provisioningState": "Succeeded",
            "privateLinkServiceId": registry.id,
            "groupIds": ["registry"],
            "privateLinkServiceConnectionState": state,
        },
    }
    return {
        "id": one.id,
        "name": one.told.name,
        "type": _KIND,
        "location": registry.told.location,
        "properties": {
            "provisioningState": "Succeeded",
            "privateLinkServiceConnections": [connection],
            "manualPrivateLinkServiceConnections": [],
            "customNetworkInterfaceName": "",
            "subnet": {"id": one.subnet_id},
            "ipConfigurations": [],
            "networkInterfaces": [],
            "customDnsConfigs": [],
        },
    }
