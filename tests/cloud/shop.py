"""A world of a few sites, and its operator's view of them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.sites import Sites
from operators.core.apps import AppId

START = datetime(2026, 5, 1, 12, tzinfo=UTC)
V1 = "shop.azurecr.io/team/api:v1"
PULLS_AS_PULLER = {"acr_use_managed_identity_creds": True, "acr_user_managed_identity": "puller"}
SCENARIO: dict[str, Any] = {
    "page_size": 2,
    "images": {"api-v1": {}, "api-v2": {"start_seconds": 5}, "broken": {"exit_code": 3}},
    "registries": [{"name": "shopreg", "login_server": "shop.azurecr.io", "tags": {"team/api:v1": "api-v1"}}],
    "identities": [{"name": "puller"}],
    "sites": [
        {
            "name": "api",
            "tags": {"pulley": "on"},
            "image": V1,
            "identity": {"system": True, "user": ["puller"]},
            **PULLS_AS_PULLER,
            "health_check_path": "/healthz",
            "instances": 2,
            "slots": [
                {"name": "staging", "image": V1, "identity": {"user": ["puller"]}, **PULLS_AS_PULLER},
                {"name": "canary", "image": V1},
            ],
        },
        {"name": "worker", "image": V1, "always_on": False, "identity": {"user": ["puller"]}},
        {"name": "sleepy", "image": V1, "state": "Stopped"},
        {"name": "code", "resource_group": "other", "linux_fx_version": "PYTHON|3.13", "slots": [{"name": "next"}]},
        {"name": "windows", "resource_group": "other", "windows_fx_version": "DOCKER|shop.azurecr.io/team/api:v1"},
    ],
    "role_assignments": [{"principal": "puller", "role": "AcrPull", "scope": "shopreg"}],
}


class Shop:
    """A world with its operator's view of it."""

    def __init__(self, **changes: Any) -> None:
        self.clock = ManualClock(START)
        self.world = World(read_scenario(SCENARIO | changes), self.clock)
        self.sites = Sites(WorldCredential(self.world), WorldTransport(self.world))
        self.subscription = f"/subscriptions/{self.world.default_subscription}"

    def app(self, name: str) -> AppId:
        """The app of a scenario's name, `site` or `site/slot`."""
        return AppId.from_resource_id(self.world.site(name).id)

    def fault(self, path: str, **rule: Any) -> None:
        """Let calls to a path fail."""
        self.world.faults.add(FaultRule(path=path, **rule))

    def calls(self) -> Counter[str]:
        """How often each operation was called."""
        return Counter(call.operation for call in self.world.calls)

    async def names(self, scope: str) -> list[str]:
        """The names of all apps listed in a scope."""
        return [site.id.name async for site in self.sites.list_sites(scope)]
