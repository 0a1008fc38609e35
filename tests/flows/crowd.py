"""A crowd of apps that follow one tag, over an in-memory store and queue whose time is the world's: waits are real."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from local.azure.scenario import read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.azure.world.journal import Call
from local.storage import MemoryStorage
from operators.assembly import Operator, assemble
from operators.cloud.queues import LOOKS, LookMessage
from operators.cloud.storage import Storage
from operators.core.deliveries import read_delivery
from operators.core.gate import Mode
from operators.core.rollouts import Rollout, Step
from operators.core.transitions import State
from operators.settings import Settings
from tests.flows.town import at_noon
from tests.storage import in_memory

FINE = {"pull_seconds": 2, "start_seconds": 3}


@dataclass
class Crowd:
    """Many apps that follow one tag, in a world whose time is also the queue's."""

    operator: Operator
    world: World
    clock: ManualClock
    storage: Storage
    size: int

    @classmethod
    async def build(cls, size: int, budgets: dict[str, Any], **each: object) -> "Crowd":
        """So many apps, adopted; the journal is empty and ARM's buckets are full. `each`: more of the scenario."""
        sites = [
            {
                "name": f"app-{n}",
                "image": "contoso.azurecr.io/shop:stable",
                "tags": {"pulley": "on"},
                "identity": {"user": ["puller"]},
                "acr_use_managed_identity_creds": True,
                "acr_user_managed_identity": "puller",
            }
            | each
            for n in range(size)
        ]
        scenario = {
            "budgets": budgets,
            "images": {"v1": FINE, "v2": FINE, "v3": FINE, "silent": {"port": None}},
            "registries": [{"name": "contoso", "tags": {"shop:stable": "v1"}}],
            "identities": [{"name": "puller"}],
            "sites": sites,
            "role_assignments": [{"principal": "puller", "role": "AcrPull", "scope": "contoso"}],
        }
        clock = ManualClock(at_noon())
        world, memory = World(read_scenario(scenario), clock), MemoryStorage(clock)
        storage = in_memory(memory)
        given = {
            "scopes": (f"/subscriptions/{world.default_subscription}",),
            "mode": Mode.ACT,
            "AzureWebJobsStorage": memory.connection_string,
        }
        operator = assemble(
            Settings.model_validate(given), storage, WorldCredential(world), clock.now, WorldTransport(world)
        )
        made = cls(operator, world, clock, storage, size)
        await operator.inventory.refresh()
        await made.run(600)
        clock.advance(3600)
        world.journal.clear()
        return made

    async def push(self, image: str) -> None:
        """Push the tag that all of them follow, and deliver the event."""
        pushed = self.world.push("contoso", "shop", "stable", image)
        await self.operator.intake.receive(read_delivery(pushed.event))

    async def run(self, seconds: float, tick: float = 0.5) -> None:
        """Work on messages as they become visible, until nothing is left or the time is over."""
        queue = await self.storage.queue(LOOKS)
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            message = await queue.receive_message(visibility_timeout=600)
            if message is not None:
                await self.operator.reconcile.run(LookMessage.read(message.content), owner=message.id)
                await queue.delete_message(message)
            elif (await queue.get_queue_properties()).approximate_message_count:
                self.clock.advance(tick)
            else:
                return

    def key(self, number: int) -> str:
        """The key of an app."""
        return f"{self.world.default_subscription}:apps:app-{number}"

    @property
    def restarts(self) -> list[float]:
        """When each restart was asked for, in seconds since the journal was cleared, and taken."""
        asked = [call for call in self.world.calls if call.operation == "sites.restart" and call.status == 200]
        return [call.at.timestamp() for call in asked]

    def most_in_a_second(self) -> int:
        """The most acts that were sent within any one second, refused ones too."""
        sent = [call.at.timestamp() for call in self.world.calls if call.path.endswith("/restart")]
        return max(sum(0 <= later - first < 1 for later in sent) for first in sent)

    @property
    def refused(self) -> list[Call]:
        """The acts that ARM did not take."""
        return [call for call in self.world.calls if call.path.endswith("/restart") and call.status == 429]

    async def states(self) -> set[State]:
        """In which states the apps' newest rollouts are."""
        found = [await self.operator.house.records.engine.rollout(self.key(n), 2) for n in range(self.size)]
        return {one.state for one in found if one}

    async def rollout(self, number: int = 0) -> Rollout:
        """An app's second rollout."""
        found = await self.operator.house.records.engine.rollout(self.key(number), 2)
        assert found is not None
        return found

    async def steps(self, number: int) -> tuple[Step, ...]:
        """The timeline of an app's second rollout."""
        return await self.operator.house.records.engine.steps(self.key(number), 2)

    async def waits(self) -> list[Step]:
        """The lines of all timelines that say that an act was put off."""
        return [step for n in range(self.size) for step in await self.steps(n) if step.reason == "throttled"]
