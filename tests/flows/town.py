"""A town for the operator: the simulated Azure, real storage, and a queue host whose time is the world's."""

from dataclasses import dataclass
from datetime import datetime

from azure.storage.queue.aio import QueueClient

from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.assembly import Operator, assemble
from operators.cloud.queues import LOOKS, LookMessage
from operators.cloud.storage import Storage
from operators.core.deliveries import read_delivery
from operators.core.gate import Mode
from operators.core.rollouts import Rollout, Step
from operators.settings import Settings

_HURRY = 0.0001
"""The pace: every delay of a message becomes 0 s, and the clock is moved by hand instead."""
_TICK = 5.0
_ACTS = ("sites.restart", "config.update")


@dataclass
class Town:
    """The operator, assembled as in production but for its network and clock."""

    operator: Operator
    world: World
    clock: ManualClock
    storage: Storage

    settings: Settings

    @classmethod
    def build(cls, world: World, clock: ManualClock, connection_string: str, **settings: object) -> "Town":
        """Assemble it; a second one over the same storage is a restarted operator."""
        given = {
            "scopes": (f"/subscriptions/{world.default_subscription}",),
            "mode": Mode.ACT,
            "pace": _HURRY,
            "AzureWebJobsStorage": connection_string,
        }
        read = Settings.model_validate(given | settings)
        storage = Storage(connection_string=connection_string)
        operator = assemble(read, storage, WorldCredential(world), clock.now, WorldTransport(world))
        return cls(operator, world, clock, storage, read)

    def restarted(self, **settings: object) -> "Town":
        """The same town after the operator was restarted, perhaps with other settings."""
        assert self.settings.storage is not None
        return Town.build(self.world, self.clock, self.settings.storage, **settings)

    @property
    def acts(self) -> list[str]:
        """What the operator changed at Azure since the journal was cleared."""
        return [call.operation for call in self.world.calls if call.operation in _ACTS]

    def key(self, name: str) -> str:
        """The key of a site of the scenario."""
        return f"{self.world.default_subscription}:apps:{name}".lower()

    async def push(self, image: str, behaves_as: str, *, deliver: bool = True) -> str:
        """Push `registry.azurecr.io/repository:tag` and deliver the event, as Event Grid would; the digest."""
        server, _, rest = image.partition("/")
        repository, _, tag = rest.rpartition(":")
        pushed = self.world.push(server.partition(".")[0], repository, tag, behaves_as)
        if deliver:
            await self.operator.intake.receive(read_delivery(pushed.event))
        return pushed.digest

    async def run(self, seconds: float = 300, step: float = _TICK) -> None:
        """Let messages be worked on, one after the other, while the world's time goes by; returns when none is left."""
        end = self.clock.now().timestamp() + seconds
        queue = await self.storage.queue(LOOKS)
        quiet = 0
        while self.clock.now().timestamp() < end and quiet < 2:
            worked = await self._work(queue)
            quiet = 0 if worked else quiet + 1
            self.clock.advance(step)

    async def _work(self, queue: QueueClient) -> bool:
        message = await queue.receive_message(visibility_timeout=600)
        if message is None:
            return False
        await self.operator.reconcile.run(LookMessage.read(message.content), owner=message.id)
        await queue.delete_message(message)
        return True

    async def rollout(self, name: str, sequence: int | None = None) -> Rollout:
        """A rollout of an app, the newest unless said otherwise."""
        engine = self.operator.house.records.engine
        active, _ = await engine.read(self.key(name))
        rollout = await engine.rollout(self.key(name), sequence or active.sequence)
        assert rollout is not None
        return rollout

    async def steps(self, name: str, sequence: int) -> tuple[Step, ...]:
        """Its timeline."""
        return await self.operator.house.records.engine.steps(self.key(name), sequence)

    async def settle(self) -> None:
        """See the apps for the first time."""
        await self.operator.inventory.refresh()
        await self.run()


def at_noon() -> datetime:
    """When the stories begin."""
    return datetime.fromisoformat("2026-05-01T12:00:00+00:00")
