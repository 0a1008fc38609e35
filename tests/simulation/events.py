"""Event Grid: at least once, in no order, again after a while, and sometimes never."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from local.azure.event_grid import event_of
from local.azure.world import Pushed
from operators.core.deliveries import read_delivery
from operators.errors import Temporary
from operators.flows.intake import Received
from tests.simulation.instance import Instance
from tests.simulation.stage import Stage

_PAUSES = (10, 30, 60, 300, 600, 1800)


@dataclass
class Push:
    """A push that was done, and whom the operator has marked for it."""

    at: datetime
    image: str
    """`registry/repository:tag`."""
    named: str
    """The image of the scenario."""
    digest: str
    marked: set[str] = field(default_factory=set)


class EventGrid:
    """Delivers."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._under_way: dict[asyncio.Task[None], None] = {}

    def publish(self, pushed: Pushed, push: Push, delays: list[float]) -> None:
        """Send each event of the push off, once for each delay."""
        world = self._stage.world
        for data in pushed.events:
            event = event_of(pushed.registry, data, world.now()).written(world.scenario.events.event_schema)
            for delay in delays:
                task = asyncio.get_running_loop().create_task(self._deliver(event, push, delay))
                self._under_way[task] = None
                task.add_done_callback(lambda done: self._under_way.pop(done, None))

    async def _deliver(self, event: dict[str, Any], push: Push, delay: float) -> None:
        await asyncio.sleep(delay)
        for pause in _PAUSES:
            instance = self._stage.somebody()
            if instance and await instance.call("image_pushed", partial(_receive, instance, event, push)):
                return
            await asyncio.sleep(pause)
        self._stage.trace.note("event grid", "gives up on %s", event["subject"])


async def _receive(instance: Instance, event: dict[str, Any], push: Push) -> None:
    """What function_app.image_pushed does."""
    for receipt in await instance.operator.intake.receive(read_delivery(event)):
        if receipt.result is Received.FAILED:
            raise Temporary("event", receipt.detail)
        push.marked.update(receipt.apps)
