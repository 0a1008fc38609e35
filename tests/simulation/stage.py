"""What everybody in a run shares: the clock, the chance, the world, the storage, the storm, the laws and the trace."""

import asyncio
import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import TYPE_CHECKING

from local.azure.transport import WorldTransport
from local.azure.world import World
from local.in_process import Answering
from local.storage import MemoryStorage
from tests.simulation.acts import ActLaws
from tests.simulation.trace import Trace
from tests.simulation.verdict import Verdict
from tests.simulation.virtual_time import LoopClock
from tests.simulation.weather import Weather

if TYPE_CHECKING:
    from tests.simulation.instance import Instance


@dataclass
class Stage:
    """One run's world."""

    clock: LoopClock
    chance: random.Random
    world: World
    storage: MemoryStorage
    weather: Weather
    trace: Trace
    verdict: Verdict
    acts: ActLaws
    instances: dict[int, "Instance"] = field(default_factory=dict)
    """By slot; a slot whose process died is empty until the next generation."""
    bells: dict[str, asyncio.Event] = field(default_factory=lambda: defaultdict(asyncio.Event))
    """By queue: rung when it gets a message."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def now(self) -> datetime:
        """The present moment, by the one clock that nobody has."""
        return self.clock.now()

    def azure(self) -> Answering:
        """The way to the simulated Azure, with the laws held against what happens there."""
        return self.acts.watching(WorldTransport(self.world).answer)

    def somebody(self) -> "Instance | None":
        """An instance that is alive."""
        alive = [self.instances[slot] for slot in sorted(self.instances)]
        return self.chance.choice(alive) if alive else None

    def ring(self, queue: str) -> None:
        """Wake whoever listens to a queue."""
        self.bells[queue].set()
