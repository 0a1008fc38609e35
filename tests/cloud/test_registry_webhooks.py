"""Webhooks of a registry and their quota, through the real pipeline against the simulated Azure."""

from collections import Counter
from typing import Any

import pytest

from local.azure.scenario import FaultRule
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.azure.world.kudu import password_of
from operators.cloud.arm import Arm
from operators.cloud.registries import Registries
from operators.cloud.registry_webhooks import RegistryWebhooks
from operators.core.doctor.facts import Quota, WebAddress
from operators.core.model import Unknown
from operators.core.registries import Registry
from operators.errors import Forbidden, Temporary
from tests.local_azure.worlds import world_of

SECRET = "hunter2"
CHAT = f"https://hooks.example.com/services/T0/{SECRET}?sig={SECRET}"
WEBHOOKS: list[dict[str, Any]] = [
    {"name": "webappweb", "app": "web", "scope": "team/web:*"},
    {"name": "chatter", "service_uri": CHAT, "custom_headers": {"Authorization": f"Bearer {SECRET}"}},
    {"name": "sleeping", "service_uri": CHAT, "status": "disabled"},
    {"name": "deletions", "service_uri": CHAT, "actions": ["delete"]},
]
ADDRESSES: dict[str, Any] = {
    "role_definitions": [
        {
            "name": "Webhook addresses",
            "actions": ["Microsoft.ContainerRegistry/registries/webhooks/getCallbackConfig/action"],
        }
    ],
    "operator": {"roles": ["Reader", "Webhook addresses"]},
}
"""The right that Reader lacks."""


class House:
    """A world with the reader on it, and one registry."""

    def __init__(self, webhooks: list[dict[str, Any]] = WEBHOOKS, sku: str = "Standard", **changes: Any) -> None:
        self.world: World
        self.clock: ManualClock
        told = {"name": "store", "sku": sku, "tags": {"team/web:latest": "v1"}, "webhooks": webhooks}
        self.world, self.clock = world_of(registries=[told], **changes)
        credential, transport = WorldCredential(self.world), WorldTransport(self.world)
        self.webhooks = RegistryWebhooks(Arm(credential, transport=transport))
        subscriptions = [self.world.default_subscription]
        self._registries = Registries(credential, subscriptions, self.clock.now, transport=transport)

    async def registry(self) -> Registry:
        """The registry, as it is found."""
        found = await self._registries.find("store.azurecr.io")
        assert found is not None
        return found

    def calls(self, part: str) -> Counter[str]:
        """How often each operation was called whose name has this in it."""
        return Counter(call.operation for call in self.world.calls if part in call.operation)


async def test_webhooks_with_their_addresses() -> None:
    """What they are set to, and where those go that a push sets off: one call for the list, one for each of these."""
    house = House(**ADDRESSES)
    read = {hook.name: hook for hook in await house.webhooks.webhooks(await house.registry())}
    kudu = WebAddress(host=house.world.site("web").scm_host, path="/api/registry/webhook")
    assert read["webappweb"].address == kudu
    assert (read["webappweb"].scope, read["webappweb"].actions) == ("team/web:*", ("push",))
    assert read["chatter"].address == WebAddress(host="hooks.example.com", path=None)
    assert (read["sleeping"].enabled, read["sleeping"].address) == (False, None)
    assert (read["deletions"].sends_pushes, read["deletions"].address) == (False, None)
    assert house.calls("webhooks") == {"webhooks.list": 1, "webhooks.callback_config": 2}


async def test_no_secret_of_a_webhook_is_read() -> None:
    """Neither the publishing password in an address, nor a query, a header, or a path that may be one."""
    house = House(**ADDRESSES)
    read = await house.webhooks.webhooks(await house.registry())
    told = "".join(hook.model_dump_json() for hook in read)
    assert SECRET not in told
    assert password_of(house.world.site("web")) not in told


async def test_without_the_right_the_address_is_unknown_and_the_rest_is_not() -> None:
    """Reader lists webhooks and may not see their addresses; the right that is missing is named."""
    house = House(operator={"roles": ["Reader"]})
    read = {hook.name: hook for hook in await house.webhooks.webhooks(await house.registry())}
    address = read["webappweb"].address
    assert isinstance(address, Unknown)
    assert "Microsoft.ContainerRegistry/registries/webhooks/getCallbackConfig/action" in address.reason
    assert read["sleeping"].address is None


async def test_an_address_that_is_none_is_unknown_and_not_quoted() -> None:
    """An address that Python refuses, and would quote, is unknown for a reason of ours."""
    house = House([{"name": "brackets", "service_uri": f"https://[{SECRET}"}], **ADDRESSES)
    (read,) = await house.webhooks.webhooks(await house.registry())
    assert isinstance(read.address, Unknown)
    assert "unknown shape" in read.address.reason
    assert SECRET not in read.model_dump_json()


async def test_a_list_that_fails_is_an_error() -> None:
    """On whichever page."""
    house = House(page_size=2)
    registry = await house.registry()
    house.world.faults.add(FaultRule(path="/webhooks$", skip=1, status=503))
    with pytest.raises(Temporary):
        await house.webhooks.webhooks(registry)


@pytest.mark.parametrize(("sku", "limit"), [("Basic", 2), ("Standard", 10), ("Premium", 500)])
async def test_quota(sku: str, limit: int) -> None:
    """The registry's own word on what its SKU allows."""
    house = House(WEBHOOKS[:2], sku)
    assert await house.webhooks.quota(await house.registry()) == Quota(used=2, limit=limit)


async def test_the_quota_needs_a_right() -> None:
    """The error names it."""
    house = House(operator={"roles": []})
    registry = Registry(id=house.world.registry("store").id, name="store", login_server="store.azurecr.io")
    with pytest.raises(Forbidden) as caught:
        await house.webhooks.quota(registry)
    assert caught.value.action == "Microsoft.ContainerRegistry/registries/listUsages/read"
