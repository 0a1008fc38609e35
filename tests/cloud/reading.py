"""What two registries in a simulated Azure hold, and somebody who reads it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.azure.scenario import Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.registry_content import RegistryContent
from operators.core.registries import ABAC

STORY = {
    "images": {"v1": {}, "v2": {"platforms": ["linux/amd64", "linux/arm64"]}, "v3": {"media_type": "oci"}},
    "registries": [
        {"name": "tutorial", "tags": {"team/hello:latest": "v1", "team/hello:multi": "v2", "other:oci": "v3"}},
        {"name": "strict", "role_assignment_mode": ABAC, "tags": {"hello:latest": "v1"}},
    ],
}
TUTORIAL = "tutorial.azurecr.io"


class Interleaved(WorldTransport):
    """Lets others have their turn before each call, as a network does."""

    async def send(self, request: Any, **options: Any) -> Any:
        """Send one request."""
        await asyncio.sleep(0)
        return await super().send(request, **options)


class Reader:
    """A world, and somebody who reads its registries' content."""

    def __init__(self, story: Mapping[str, object]) -> None:
        self.clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
        self.world = World(Scenario.model_validate(story), self.clock)
        self.content = self.over(Interleaved(self.world))

    def over(self, transport: WorldTransport) -> RegistryContent:
        """The reads over another network."""
        return RegistryContent(WorldCredential(self.world), self.clock.now, transport=transport)

    async def digest(self, repository: str = "team/hello", tag: str = "latest") -> str:
        """What a tag stands for now."""
        facts = await self.content.tag(TUTORIAL, repository, tag)
        assert facts
        return facts.digest

    def calls(self) -> list[str]:
        """What was called since this was last asked."""
        calls = [call.operation for call in self.world.calls]
        self.world.journal.clear()
        return calls
