"""Microsoft.ContainerRegistry/registries/webhooks: what a registry calls, and how many it may call.

Source: azure-rest-api, containerregistry/resource-manager (2025-11-01): Webhooks_List, Webhooks_GetCallbackConfig,
Registries_ListUsages.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from operators.cloud.arm import Arm
from operators.cloud.arm_errors import parsed, read_or_unknown
from operators.cloud.web_addresses import web_address
from operators.core.doctor.facts import Quota, WebAddress, Webhook
from operators.core.registries import Registry

_API_VERSION = "2025-11-01"
_AT_ONCE = 5


class RegistryWebhooks:
    """Reads. Raises operators.errors; an address that cannot be read is unknown in its webhook."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def webhooks(self, registry: Registry) -> tuple[Webhook, ...]:
        """All of them: one call a page, and one for the address of each that a push sets off.

        An address needs Microsoft.ContainerRegistry/registries/webhooks/getCallbackConfig/action, which Reader does
        not give.
        """
        what = f"webhooks of {registry.login_server}"
        rows = [row async for row in self._arm.pages(f"{registry.id}/webhooks", _API_VERSION)]
        webhooks = [parsed(what, _webhook, row) for row in rows]
        few = asyncio.Semaphore(_AT_ONCE)
        return tuple(await asyncio.gather(*(self._with_address(few, webhook) for webhook in webhooks)))

    async def quota(self, registry: Registry) -> Quota | None:
        """How many webhooks the registry has and may have by its SKU; None where it does not say."""
        answer = await self._arm.get(f"{registry.id}/listUsages", _API_VERSION)
        return parsed(f"usages of {registry.login_server}", _quota, answer)

    async def _with_address(self, few: asyncio.Semaphore, webhook: Webhook) -> Webhook:
        if not webhook.sends_pushes:
            return webhook
        async with few:
            address = await read_or_unknown(f"address of webhook {webhook.name}", self._address(webhook))
        return webhook.model_copy(update={"address": address})

    async def _address(self, webhook: Webhook) -> WebAddress:
        """The answer has the password in its address and secrets in its headers: neither goes further than here."""
        answer = await self._arm.ask(f"{webhook.id}/getCallbackConfig", _API_VERSION)
        return parsed(f"address of webhook {webhook.name}", lambda body: web_address(body["serviceUri"]), answer)


def _webhook(row: Mapping[str, Any]) -> Webhook:
    properties = row["properties"]
    return Webhook(
        id=row["id"],
        name=row["name"],
        enabled=properties.get("status", "enabled") == "enabled",
        actions=tuple(properties["actions"]),
        scope=properties.get("scope") or "",
    )


def _quota(answer: Mapping[str, Any]) -> Quota | None:
    for usage in answer["value"]:
        if usage["name"] == "Webhooks":
            return Quota(used=usage["currentValue"], limit=usage["limit"])
    return None
