"""A clinic: the operator over the simulated Azure with storage in memory, and apps to be examined."""

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.storage import MemoryStorage
from operators.assembly import assemble
from operators.settings import Settings
from operators.web.admin import Admin
from operators.web.doctor import DoctorApi, ExaminationAnswer
from tests.core.samples import NOW
from tests.storage import in_memory

OPERATOR_SITE = "pulley-ops"
SECRET = "hunter2"
FUNCTION = f"/subscriptions/s/resourceGroups/ops/providers/Microsoft.Web/sites/{OPERATOR_SITE}/functions/image_pushed"
PORT = {"WEBSITES_PORT": "80"}
DB = {"DATABASE_URL": "@Microsoft.KeyVault(VaultName=safe;SecretName=db-url)"}

HEALTHY: dict[str, Any] = {
    "images": {"v1": {"paths": {"/health": 200}}},
    "operator": {"roles": ["Reader", "Website Contributor", "Webhook addresses"]},
    "role_definitions": [
        {
            "name": "Webhook addresses",
            "actions": ["Microsoft.ContainerRegistry/registries/webhooks/getCallbackConfig/action"],
        }
    ],
    "registries": [{"name": "contoso", "tags": {"shop:stable": "v1", "blog:stable": "v1"}}],
    "event_subscriptions": [
        {"name": "pulley", "registry": "contoso", "endpoint_type": "AzureFunction", "endpoint": FUNCTION}
    ],
    "key_vaults": [{"name": "safe", "secrets": {"db-url": ["0" * 32]}}],
    "sites": [
        {
            "name": "shop",
            "image": "contoso.azurecr.io/shop:stable",
            "tags": {"pulley": "on"},
            "identity": {"system": True},
            "acr_use_managed_identity_creds": True,
            "health_check_path": "/health",
            "always_on": True,
            "instances": 2,
            "app_settings": PORT | DB,
        }
    ],
    "role_assignments": [
        {"principal": "shop", "role": "AcrPull", "scope": "contoso"},
        {"principal": "shop", "role": "Key Vault Secrets User", "scope": "safe"},
    ],
}
"""One app with which everything is right."""


def story(**changes: Any) -> dict[str, Any]:
    """The healthy story but for these parts."""
    return deepcopy(HEALTHY) | changes


def site(name: str = "shop", **changes: Any) -> dict[str, Any]:
    """The healthy story's app, by another name or with other properties."""
    usual: dict[str, Any] = deepcopy(HEALTHY["sites"][0])
    return usual | {"name": name, "image": f"contoso.azurecr.io/{name}:stable"} | changes


@dataclass
class Clinic:
    """The doctor, and the world that it looks at."""

    world: World
    clock: ManualClock
    api: DoctorApi
    admin: Admin

    @classmethod
    async def open(cls, told: dict[str, Any], **settings: object) -> "Clinic":
        """Assemble the operator and list the apps, without a look at any."""
        clock = ManualClock(NOW)
        world, memory = World(read_scenario(told), clock), MemoryStorage(clock)
        storage = in_memory(memory)
        given = {
            "scopes": (f"/subscriptions/{world.default_subscription}",),
            "AzureWebJobsStorage": memory.connection_string,
            "WEBSITE_SITE_NAME": OPERATOR_SITE,
        }
        read = Settings.model_validate(given | settings)
        operator = assemble(read, storage, WorldCredential(world), clock.now, WorldTransport(world))
        await operator.inventory.refresh()
        world.journal.clear()
        return cls(world, clock, operator.doctor, operator.admin)

    async def examine(self, name: str = "shop") -> ExaminationAnswer:
        """GET /api/apps/{name}/doctor."""
        return await self.api.app(name)

    async def statuses(self, name: str = "shop") -> dict[str, str]:
        """What is not ok, by check."""
        checks = (await self.examine(name)).checks
        return {check.code: check.status for check in checks if check.status != "ok"}

    def refuse(self, path: str, action: str = "Some/right/read", scope: str = "/subscriptions/s") -> None:
        """From now on calls to this path lack a right, as ARM says it."""
        message = (
            f"The client 'x' with object id 'x' does not have authorization to perform action '{action}' over scope "
            f"'{scope}' or the scope is invalid."
        )
        self.world.faults.add(FaultRule(path=path, status=403, code="AuthorizationFailed", message=message))

    def calls(self) -> Counter[str]:
        """How often each operation of Azure was called."""
        return Counter(call.operation for call in self.world.calls)
