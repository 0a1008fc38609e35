"""A town for the operator: the simulated Azure, real storage, and a queue host whose time is the world's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from azure.storage.queue.aio import QueueClient

from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.assembly import Operator, assemble
from operators.cloud.queues import LOOKS, NOTICES, LookMessage
from operators.cloud.storage import Storage
from operators.core.claims import CLAIM_LASTS, Claim
from operators.core.deliveries import read_delivery
from operators.core.gate import Mode
from operators.core.rollouts import Rollout, Step
from operators.core.transitions import State
from operators.settings import Settings
from tests.flows.receiver import URL, Receiver
from tests.storage import LosingTransport

_HURRY = 0.0001
"""The pace: every delay of a message becomes 0 s, and the clock is moved by hand instead."""
_TICK = 5.0
_ACTS = ("sites.restart", "config.update", "slots.swap")


class Died(BaseException):
    """The process is gone: nothing after this line runs, not even what handles errors."""


class Wire(WorldTransport):
    """The way to the simulated Azure, which may end the process behind a call."""

    end_after = ""
    end_method = ""
    end_with: BaseException = Died()
    receiver: Receiver | None = None
    """Who hears notifications; nobody unless said otherwise."""

    async def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:
        """Send it; end after the chosen call had its effect."""
        if self.receiver is not None and request.url.startswith(URL):
            return await self.receiver.transport().send(request, stream=stream, **options)
        response = await super().send(request, stream=stream, **options)
        if self.end_after and self.end_after in request.url and self.end_method in ("", request.method):
            self.end_after = ""
            raise self.end_with
        return response


@dataclass
class Town:
    """The operator, assembled as in production but for its network and clock."""

    operator: Operator
    world: World
    clock: ManualClock
    storage: Storage

    settings: Settings
    wire: Wire
    network: LosingTransport

    @classmethod
    def build(
        cls,
        world: World,
        clock: ManualClock,
        connection_string: str,
        *,
        ahead: timedelta = timedelta(),
        **settings: object,
    ) -> "Town":
        """Assemble it on a machine whose clock is so far ahead; a second one over the same storage is a restart."""
        given = {
            "scopes": (f"/subscriptions/{world.default_subscription}",),
            "mode": Mode.ACT,
            "pace": _HURRY,
            "role_spread_seconds": 0,
            "AzureWebJobsStorage": connection_string,
        }
        read = Settings.model_validate(given | settings)
        wire, network = Wire(world), LosingTransport()
        storage = Storage(connection_string=connection_string, table_transport=network, queue_transport=network)
        operator = assemble(read, storage, WorldCredential(world), lambda: clock.now() + ahead, wire)
        return cls(operator, world, clock, storage, read, wire, network)

    def restarted(self, *, ahead: timedelta = timedelta(), **settings: object) -> "Town":
        """The same town after the operator was restarted, perhaps with other settings or elsewhere."""
        assert self.settings.storage is not None
        return Town.build(self.world, self.clock, self.settings.storage, ahead=ahead, **settings)

    def dies_after(self, part_of_url: str, error: BaseException | None = None, method: str = "") -> None:
        """The next call with this in its URL has its effect, and then the process ends, or this error is raised."""
        self.wire.end_after, self.wire.end_with, self.wire.end_method = part_of_url, error or Died(), method

    async def claims_expire(self, name: str) -> None:
        """The claim on the app has run out: claims go by the storage service's clock, which no test can move."""
        table = await self.storage.table("engine")
        row = await table.get_entity(self.key(name), "active")
        claim = Claim.model_validate_json(row["claim"])
        row["claim"] = claim.model_copy(update={"until": claim.until - CLAIM_LASTS}).model_dump_json()
        await table.update_entity(row)

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

    async def sweep(self, after: float = 60) -> None:
        """So many seconds later the sweep looks for what was left lying, and that is worked on."""
        self.clock.advance(after)
        await self.operator.sweep.run()
        await self.run()

    async def run_until(self, name: str, state: State) -> None:
        """Let time go by until the app's newest rollout is in this state."""
        for _ in range(200):
            if (await self.rollout(name)).state is state:
                return
            await self.run(seconds=_TICK)
        raise AssertionError(f"{name} never became {state}: {await self.rollout(name)}")

    async def _work(self, queue: QueueClient) -> bool:
        message = await queue.receive_message(visibility_timeout=600)
        if message is None:
            return False
        await self.operator.reconcile.run(LookMessage.read(message.content), owner=message.id)
        await queue.delete_message(message)
        return True

    def heard_by(self, receiver: Receiver) -> "Town":
        """The same town with somebody who listens at `tests.flows.receiver.URL`."""
        self.wire.receiver = receiver
        return self

    async def tell(self) -> None:
        """Have the news told that wait in the queue, each once; one that fails stays there and is visible at once."""
        queue = await self.storage.queue(NOTICES)
        waiting = (await queue.get_queue_properties()).approximate_message_count or 0
        for _ in range(waiting):
            message = await queue.receive_message()
            if message is None:
                return
            try:
                await self.operator.notifications.deliver(message.content)
            except BaseException:  # also Died
                await queue.update_message(message, visibility_timeout=0)
                raise
            await queue.delete_message(message)

    def dies_before_storing(self, part_of_url: str) -> None:
        """The process ends when it is about to write to what has this in its URL."""

        async def end(request: Any) -> None:
            if part_of_url in request.url and request.method != "GET":
                raise Died

        self.network.before = end

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
