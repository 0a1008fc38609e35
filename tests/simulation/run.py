"""One run: a town, a storm over it, and the calm after it, all from one seed."""

import asyncio
import logging
import random
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from local.azure.world import World
from local.storage import MemoryStorage
from operators.core.apps import AppId
from operators.core.gate import Mode
from tests.simulation.acts import ActLaws
from tests.simulation.blame import Blame
from tests.simulation.deeds import Deeds
from tests.simulation.ending import BOUND, Rest, row_of
from tests.simulation.events import EventGrid
from tests.simulation.evidence import Evidence
from tests.simulation.host import QueueHost
from tests.simulation.instance import Instance
from tests.simulation.invocation import who
from tests.simulation.neighbours import Neighbours
from tests.simulation.owners import Owners
from tests.simulation.people import People
from tests.simulation.records import RecordLaws
from tests.simulation.rows import EngineRow
from tests.simulation.scenario import drawn_town
from tests.simulation.stage import Stage
from tests.simulation.trace import Listening, Trace
from tests.simulation.verdict import Verdict
from tests.simulation.virtual_time import LoopClock, VirtualLoop, wall_clock
from tests.simulation.weather import Climate, Weather

_NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
_SKEW = 2.0
"""How far a machine's clock is off, in seconds, either way."""
_FAR = 60.0
_FAR_OFF = (6, 5)
"""In one of so many runs, and which, it is as far as that; none of the seeds that are kept is one."""
_OBSERVING = 0.08
"""Of so many runs Pulley only observes at the beginning."""
_STAGING = 5
"""In every so many runs there are apps with a stage: drawn apart, so that the others are as they would be without."""
_NEIGHBOURS = (7, 1)
"""In one of so many runs, and which, others are at work on the apps too."""
_OWNERS = (13, 11)
"""In so many runs those from which on have owners who watch their apps; none of the seeds that are kept is one."""
_LEASE_LOST = 0.05
_NIGHTS = 0.02
_NIGHT = timedelta(hours=26)
_QUIET = timedelta(minutes=6)
"""A drift check and a sweep: only after those is rest really rest."""


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    seed: int
    broken: tuple[str, ...]
    trace: Trace
    acts: int
    pushes: int
    crashes: int
    excuses: dict[str, str] = field(default_factory=dict)
    settled_in: timedelta | None = None
    """How long after the last fault everything was at rest."""


def simulate(seed: int, watcher: Callable[[str], None] | None = None) -> Outcome:
    """Run one seed to its end, or until it breaks a law."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        loop = runner.get_loop()
        clock = LoopClock(loop, _NOON)
        trace = Trace(clock.now, watcher)
        with wall_clock(clock.now), _quiet_logs(trace):
            random.seed(seed)  # azure-core draws from it
            return runner.run(_Run(seed, clock, trace).through())


class _Run:
    def __init__(self, seed: int, clock: LoopClock, trace: Trace) -> None:
        self._seed = seed
        self._chance = chance = random.Random(seed)  # noqa: S311 - repeatable is what it has to be
        staging = random.Random(seed) if seed % _STAGING == 0 else None  # noqa: S311 - another one: see _STAGING
        self._town = drawn_town(chance, staging)
        self._climate = Climate.drawn(chance)
        world, storage = World(self._town.scenario, clock), MemoryStorage(clock)
        verdict = Verdict(trace)
        acts = ActLaws(verdict, world, trace, self._row)
        self._stage = Stage(
            clock=clock,
            chance=chance,
            world=world,
            storage=storage,
            weather=Weather(chance, self._climate),
            trace=trace,
            verdict=verdict,
            acts=acts,
        )
        deeds = Deeds()
        blame = Blame(world, deeds)
        evidence = Evidence(verdict, world, acts.heeding)
        records = RecordLaws(verdict, trace, evidence, blame, acts.rejected, clock.now)
        storage.tables.on_commit += [records.committed, acts.committed]
        storage.queues.on_change.append(self._stage.ring)
        self._people = People(self._stage, self._town, EventGrid(self._stage), deeds)
        self._neighbours = Neighbours(self._stage, self._town, self._people, random.Random(seed))  # noqa: S311 - as above
        self._owners = Owners(self._stage, self._town, self._people, random.Random(seed))  # noqa: S311 - as above
        self._rest = Rest(world, storage, self._town.apps, self._people.pushes, blame)
        self._crashes = 0
        self._mode = Mode.OBSERVE if chance.random() < _OBSERVING else Mode.ACT
        self._background: dict[asyncio.Task[Any], None] = {}
        self._settled_in: timedelta | None = None

    async def through(self) -> Outcome:
        """The story, as long as no law is broken."""
        story = asyncio.get_running_loop().create_task(self._story())
        fallen = asyncio.get_running_loop().create_task(self._stage.verdict.fallen.wait())
        await asyncio.wait([story, fallen], return_when=asyncio.FIRST_COMPLETED)
        if story.done():
            story.result()
        for instance in list(self._stage.instances.values()):
            instance.crash("the run is over")
        return Outcome(
            seed=self._seed,
            broken=tuple(self._stage.verdict.broken),
            trace=self._stage.trace,
            acts=len(self._stage.acts.done),
            pushes=len(self._people.pushes),
            crashes=self._crashes,
            excuses=self._rest.excuses(),
            settled_in=self._settled_in,
        )

    async def _story(self) -> None:
        stage, chance = self._stage, self._chance
        stage.weather.calm = True
        stage.trace.note("run", "seed %d: %s; %s", self._seed, ", ".join(self._town.apps), self._climate)
        for slot in range(chance.choice((1, 1, 2, 3))):
            self._in_background(self._keep(slot))
        self._in_background(self._timers())
        if self._mode is Mode.OBSERVE:
            self._in_background(self._begin_to_act(chance.uniform(60, 600)))
        await asyncio.sleep(chance.choice((40, 100)))
        stage.weather.calm = False
        stage.trace.note("run", "the storm begins")
        every, which = _NEIGHBOURS
        if self._seed % every == which:
            self._in_background(self._neighbours.live(every=60))
        every, first = _OWNERS
        if self._seed % every >= first:
            self._in_background(self._owners.live(every=10))
        await self._people.live(chance.uniform(150, 900), every=chance.choice((15, 40, 100)))
        if chance.random() < _NIGHTS:
            await self._night()
        stage.weather.calm = True
        stage.trace.note("run", "the storm is over")
        self._neighbours.calm_down()
        self._owners.calm_down()
        await self._people.calm_down()
        await self._settle()

    async def _night(self) -> None:
        """A day and more in which nothing happens: tokens expire, and whoever waited for a day gives up."""
        weather, people = self._stage.weather, self._people
        weather.calm = True
        self._stage.trace.note("run", "the night begins")
        await asyncio.sleep(_NIGHT.total_seconds())
        self._stage.trace.note("run", "the night is over")
        weather.calm = False
        await people.live(120, every=20)

    async def _settle(self) -> None:
        """Wait until everything is at rest, and stays so."""
        stage, began = self._stage, self._stage.now()
        await asyncio.sleep(_QUIET.total_seconds())
        while missing := self._rest.missing():
            if stage.now() - began > BOUND:
                for line in missing:
                    stage.verdict.breaks("rest", line)
                return
            await asyncio.sleep(60)
        self._settled_in = stage.now() - began
        stage.trace.note("run", "at rest after %s", self._settled_in)

    async def _keep(self, slot: int) -> None:
        """One machine: processes come and go on it."""
        stage, chance = self._stage, self._chance
        lasts = chance.choice((None, None, 600, 200))
        every, which = _FAR_OFF
        off = _FAR if self._seed % every == which else _SKEW
        generation = 0
        while True:
            generation += 1
            skew = timedelta(seconds=chance.uniform(-off, off))
            instance = Instance(f"{'abc'[slot]}{generation}", stage, skew=skew, mode=self._mode)
            stage.trace.note(instance.name, "starts, %+.1f s off", skew.total_seconds())
            stage.instances[slot] = instance
            QueueHost(instance, stage).start()
            if lasts:
                self._in_background(self._kill_later(instance, chance.expovariate(1 / lasts)))
            await instance.gone.wait()
            self._crashes += 1
            stage.instances.pop(slot, None)
            await asyncio.sleep(chance.uniform(1, 60))

    async def _kill_later(self, instance: Instance, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if not self._stage.weather.calm:
            instance.crash("by chance")

    async def _begin_to_act(self, seconds: float) -> None:
        """PULLEY_MODE is set to `act`, for which every process is started anew."""
        await asyncio.sleep(seconds)
        self._mode = Mode.ACT
        for instance in list(self._stage.instances.values()):
            instance.crash("PULLEY_MODE=act")

    async def _timers(self) -> None:
        """The host's timers: one instance gets each tick, or two where the lease of the first was lost."""
        minute = 0
        while True:
            for _ in range(1 if self._chance.random() > _LEASE_LOST else 2):
                if instance := self._stage.somebody():
                    self._in_background(instance.call("sweep", instance.operator.sweep.run))
                if minute % 5 == 0 and (instance := self._stage.somebody()):
                    self._in_background(instance.call("check_drift", instance.operator.drift.check))
            minute += 1
            await asyncio.sleep(60)

    def _in_background(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._background[task] = None
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._background.pop(task, None)
        if not task.cancelled() and (error := task.exception()):
            self._stage.verdict.breaks("the simulation itself", repr(error))

    def _row(self, app: AppId) -> EngineRow | None:
        return row_of(self._stage.storage, app)


@contextmanager
def _quiet_logs(trace: Trace) -> Iterator[None]:
    """What the operator logs goes into the trace and nowhere else."""
    log, listening = logging.getLogger("operators"), Listening(trace, who)
    level, propagate = log.level, log.propagate
    log.addHandler(listening)
    log.setLevel(logging.INFO)
    log.propagate = False
    try:
        yield
    finally:
        log.removeHandler(listening)
        log.setLevel(level)
        log.propagate = propagate
