"""Key vaults at ARM: what kind they are, never what is in them."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import resource_not_found
from local.azure.world.names import same
from local.azure.world.vaults import Vault


def list_vaults(call: ArmCall) -> Response:
    """List the vaults of a subscription."""
    return call.page([_body(call, one) for one in call.world.vaults if one.subscription == call.subscription])


def get_vault(call: ArmCall) -> Response:
    """Get one vault."""
    for one in call.world.vaults:
        if same(one.id, call.path):
            return JSONResponse(_body(call, one))
    raise resource_not_found("Microsoft.KeyVault/vaults", call.place["vault"], call.place["group"])


def _body(call: ArmCall, one: Vault) -> dict[str, Any]:
    tenant = call.world.scenario.tenant
    readers = sorted(call.world.vault_policies[one.id])
    permissions: dict[str, list[str]] = {"keys": [], "secrets": ["get"], "certificates": []}
    policies = [{"tenantId": tenant, "objectId": reader, "permissions": permissions} for reader in readers]
    return {
        "id": one.id,
        "name": one.name,
        "type": "Microsoft.KeyVault/vaults",
        "location": one.told.location,
        "tags": {},
        "properties": {
            "sku": {"family": "A", "name": "standard"},
            "tenantId": tenant,
            "accessPolicies": policies,
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "enableRbacAuthorization": one.told.enable_rbac_authorization,
            "vaultUri": f"https://{one.name}.vault.azure.net/",
            "provisioningState": "Succeeded",
            "publicNetworkAccess": one.told.public_network_access,
        },
    }
