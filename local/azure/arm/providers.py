"""Resource providers at ARM: every one that is spoken to here is registered."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door
from local.azure.arm.versions import SUPPORTED
from local.azure.world.names import same, subscription_id

_TYPES = {
    "Microsoft.Web": ("sites", "sites/slots", "serverFarms", "checkNameAvailability"),
    "Microsoft.ContainerRegistry": ("registries", "registries/webhooks", "checkNameAvailability"),
    "Microsoft.Authorization": ("roleAssignments", "roleDefinitions", "denyAssignments"),
    "Microsoft.EventGrid": ("eventSubscriptions", "systemTopics"),
    "Microsoft.Insights": ("eventtypes",),
    "Microsoft.KeyVault": ("vaults",),
    "Microsoft.ManagedIdentity": ("userAssignedIdentities",),
    "Microsoft.Network": ("privateEndpoints",),
    "Microsoft.Resources": ("resourceGroups", "subscriptions", "tags"),
}
"""The types of a provider that a client may look up, in order to learn which api-version to speak."""


def list_providers(call: ArmCall) -> Response:
    """List the providers of a subscription."""
    return call.page([_body(call, name) for name in SUPPORTED])


def get_provider(call: ArmCall) -> Response:
    """Get one provider; registering one that is registered answers the same."""
    for name in SUPPORTED:
        if same(name, call.place["namespace"]):
            return JSONResponse(_body(call, name))
    wanted = call.place["namespace"]
    raise front_door(404, "InvalidResourceNamespace", f"The resource namespace '{wanted}' is invalid.")


def _type(provider: str, kind: str) -> dict[str, Any]:
    versions = sorted(SUPPORTED[provider], reverse=True)
    stable = next(version for version in versions if not version.endswith("preview"))
    return {
        "resourceType": kind,
        "locations": [],
        "apiVersions": versions,
        "defaultApiVersion": stable,
        "capabilities": "None",
    }


def _body(call: ArmCall, name: str) -> dict[str, Any]:
    return {
        "id": f"{subscription_id(call.subscription)}/providers/{name}",
        "namespace": name,
        "registrationPolicy": "RegistrationRequired",
        "resourceTypes": [_type(name, kind) for kind in _TYPES.get(name, ())],
        "registrationState": "Registered",
    }
