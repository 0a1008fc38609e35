"""The access verdict of apps in a simulated Azure, read through the real clients, without the operator's storage."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from local.azure.scenario import Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.assembly import assemble
from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.storage import Storage
from operators.core.access import Access
from operators.core.apps import AppId
from operators.core.model import Unknown
from operators.flows.access import AccessQuestion, AccessReads
from operators.flows.facts import configured_image
from operators.settings import Settings


class Asker:
    """A world, and somebody who asks for verdicts in it."""

    def __init__(self, story: Mapping[str, object]) -> None:
        self.clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
        self.world = World(Scenario.model_validate(story), self.clock)
        scopes = tuple(f"/subscriptions/{one.id}" for one in self.world.scenario.subscriptions)
        settings = Settings.model_validate({"scopes": scopes, "AzureWebJobsStorage": "UseDevelopmentStorage=true"})
        nowhere = Storage(connection_string="UseDevelopmentStorage=true")
        credential, wire = WorldCredential(self.world), WorldTransport(self.world)
        self.house = assemble(settings, nowhere, credential, self.clock.now, wire).house

    async def access(self, app: str = "shop") -> Access | Unknown:
        """May it pull what it is configured to? Unknown where the app itself could not be read."""
        site_id = AppId.from_resource_id(self.world.site(app).id)
        site = await read_or_unknown(f"site {site_id.name}", self.house.azure.sites.site(site_id))
        config = await read_or_unknown(f"config/web of {site_id.name}", self.house.azure.sites.config(site_id))
        if isinstance(site, Unknown):
            return site
        if isinstance(config, Unknown):
            return config
        image = configured_image(config)
        assert image is not None
        reads = AccessReads(self.house, began=self.house.now())
        return await AccessQuestion(site, config, image, reads).verdict()

    async def verdict(self, app: str = "shop") -> Access:
        """The same, for an app that can be read."""
        access = await self.access(app)
        assert isinstance(access, Access)
        return access

    def pulls(self, app: str = "shop") -> bool:
        """Whether the platform gets the image where the app is restarted now: it does not ask us."""
        restarted = self.clock.now()
        self.world.restart(app)
        self.clock.advance(timedelta(minutes=1).total_seconds())
        (instance, *_) = self.world.instances(app)
        return instance.serving_since is not None and instance.serving_since >= restarted

    def calls(self) -> list[str]:
        """What was called since this was last asked."""
        calls = [call.operation for call in self.world.calls]
        self.world.journal.clear()
        return calls


def story(
    app: Mapping[str, Any] | None = None, registry: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """The tutorial done right: an app with its identity and AcrPull at the registry; changed here and there."""
    told: dict[str, Any] = {
        "images": {"v1": {}, "arm": {"platforms": ["linux/arm64", "linux/arm/v7"]}},
        "registries": [{"name": "contoso", "tags": {"shop:v1": "v1", "arm:v1": "arm"}} | dict(registry or {})],
        "sites": [
            {
                "name": "shop",
                "image": "contoso.azurecr.io/shop:v1",
                "identity": {"system": True},
                "acr_use_managed_identity_creds": True,
            }
            | dict(app or {})
        ],
        "role_assignments": [{"principal": "shop", "role": "AcrPull", "scope": "contoso"}],
    }
    return told | more
