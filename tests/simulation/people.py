"""What people do meanwhile: push, deploy, freeze, take rights away, stop, restart and reconfigure."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from operators.core.apps import AppId
from tests.simulation.deeds import Deed, Deeds
from tests.simulation.events import EventGrid, Push
from tests.simulation.instance import Instance
from tests.simulation.scenario import BAD, GOOD, REPOSITORIES, TAGS, Town
from tests.simulation.stage import Stage
from tests.simulation.weather import Place

_TRIES = 5


class People:
    """Everybody who is not Pulley."""

    def __init__(self, stage: Stage, town: Town, event_grid: EventGrid, deeds: Deeds) -> None:
        self._stage = stage
        self._town = town
        self._event_grid = event_grid
        self._frozen = False
        self.without_role: set[tuple[str, str]] = set()
        """(principal, registry) whose role was taken away."""
        self.pushes: list[Push] = []
        self.deeds = deeds

    async def live(self, seconds: float, every: float) -> None:
        """Do something now and then, for so long."""
        doings: list[tuple[Callable[[], Awaitable[None]], int]] = [
            (self.push, 50),
            (self._deploy, 10),
            (self._freeze, 6),
            (self._change_role, 9),
            (self._stop_or_start, 5),
            (self._restart, 4),
            (self._reconfigure, 3),
            (self._outage, 6),
        ]
        chance, end = self._stage.chance, self._stage.clock.now().timestamp() + seconds
        while True:
            await asyncio.sleep(chance.expovariate(1 / every))
            if self._stage.clock.now().timestamp() > end:
                return
            [doing] = chance.choices([one for one, _ in doings], [weight for _, weight in doings])
            await doing()

    async def calm_down(self) -> None:
        """Give back what was taken away, and let go."""
        self._stage.weather.out.clear()
        for principal, registry in sorted(self.without_role):
            self._stage.world.assign_role(principal, "AcrPull", registry)
            self._gives_back(principal)
        self.without_role.clear()
        for app in self._town.apps:
            self._stage.world.start(app)
            self.over(app, Deed.STOP)
        while self._frozen:
            await self._freeze()

    async def push(self) -> None:
        """An image goes to a tag; its event may come late, often or never."""
        chance, world = self._stage.chance, self._stage.world
        registry, repository = chance.choice(REPOSITORIES)
        tag, named = chance.choice(TAGS), chance.choice(GOOD if chance.random() < 0.65 else BAD)
        pushed = world.push(registry, repository, tag, named)
        image = f"{registry}.azurecr.io/{repository}:{tag}"
        push = Push(self._stage.now(), image, named, pushed.digest)
        self.pushes.append(push)
        copies = chance.choice((0, 1, 1, 1, 1, 2, 3))
        delays = [chance.choice((0.2, 1.0, chance.uniform(1, 120))) for _ in range(copies)]
        self._stage.trace.note("somebody", "pushes %s to %s (%s), %d events", named, image, pushed.digest[:15], copies)
        self._event_grid.publish(pushed, push, delays)

    async def _deploy(self) -> None:
        chance = self._stage.chance
        app = chance.choice(self._town.apps).replace("/", ":")
        body: dict[str, str] = {"by": "ana"}
        match chance.choice(("again", "tag", "digest")):
            case "tag":
                body["tag"] = chance.choice(TAGS)
            case "digest" if self.pushes:
                body["digest"] = chance.choice(self.pushes).digest
        await self._asks(f"deploys {app} {body}", lambda one: one.operator.admin.deploy(app, json.dumps(body).encode()))

    async def _freeze(self) -> None:
        if self._frozen:
            done = await self._asks("unfreezes", lambda one: one.operator.admin.unfreeze(b'{"by": "ana"}'))
            self._frozen = not done
        else:
            body = b'{"by": "ana", "why": "sale"}'
            self._frozen = True  # also where no answer comes: it may have been done all the same
            await self._asks("freezes", lambda one: one.operator.admin.freeze(body))

    async def _asks(self, what: str, ask: Callable[[Instance], Awaitable[object]]) -> bool:
        """Ask the admin API, and again where it gives no answer."""
        for _ in range(_TRIES):
            instance = self._stage.somebody()
            self._stage.trace.note("ana", what)
            if instance and await instance.call("admin", partial(ask, instance)):
                return True
            await asyncio.sleep(20)
        return False

    async def _change_role(self) -> None:
        principal, registry = who = self._stage.chance.choice(self._town.pullers)
        world, trace = self._stage.world, self._stage.trace
        if who in self.without_role:
            spreads_in = self._stage.chance.choice((0, 0, 120))
            trace.note("somebody", "gives AcrPull on %s to %s, which spreads in %d s", registry, principal, spreads_in)
            world.assign_role(principal, "AcrPull", registry, spreads_in)
            self.without_role.discard(who)
            self._gives_back(principal, spreads_in)
        else:
            trace.note("somebody", "takes AcrPull on %s from %s", registry, principal)
            world.remove_role(principal, "AcrPull", registry)
            self.without_role.add(who)
            for app in self._town.pulled_by(principal):
                self.begun(app, Deed.ROLE)

    def _gives_back(self, principal: str, spreads_in: float = 0) -> None:
        for app in self._town.pulled_by(principal):
            self.deeds.over(self._key(app), Deed.ROLE, self._stage.now() + timedelta(seconds=spreads_in))

    async def _stop_or_start(self) -> None:
        app = self._pick()
        if self._stage.world.site(app).state == "Running":
            self._stage.trace.note("somebody", "stops %s", app)
            self._stage.world.stop(app)
            self.begun(app, Deed.STOP)
        else:
            self._stage.trace.note("somebody", "starts %s", app)
            self._stage.world.start(app)
            self.over(app, Deed.STOP)

    async def _restart(self) -> None:
        app = self._pick()
        self._stage.trace.note("somebody", "restarts %s", app)
        self._stage.world.restart(app)
        self.deeds.done(self._key(app), Deed.RESTART, self._stage.now())

    async def _reconfigure(self) -> None:
        app = self._pick()
        self.configure(app, self._stage.chance.choice(TAGS))

    def configure(self, app: str, tag: str) -> None:
        """Another tag is written into the configuration, or what was there before Pulley pinned it."""
        repository = self._stage.world.site(app).told.image or ""
        value = f"DOCKER|{repository.rpartition(':')[0]}:{tag}"
        self._stage.trace.note("somebody", "writes %s into %s", value, app)
        self._stage.world.configure(app, {"linuxFxVersion": value})
        self._stage.acts.heeding.hotfixed(app)
        self.deeds.done(self._key(app), Deed.CONFIGURE, self._stage.now())

    async def _outage(self) -> None:
        """For a while nothing is answered by a service."""
        place = self._stage.chance.choice(list(Place))
        seconds = self._stage.chance.choice((15, 60, 240))
        self._stage.trace.note("outage", "%s for %d s", place.value, seconds)
        self._stage.weather.out.add(place)
        asyncio.get_running_loop().call_later(seconds, self._stage.weather.out.discard, place)

    def _pick(self) -> str:
        return self._stage.chance.choice(self._town.apps)

    def over(self, app: str, what: Deed) -> None:
        """What somebody did to the app lasts no longer."""
        self.deeds.over(self._key(app), what, self._stage.now())

    def begun(self, app: str, what: Deed) -> None:
        """Somebody did that to the app, and it lasts."""
        self.deeds.begun(self._key(app), what, self._stage.now())

    def _key(self, app: str) -> str:
        return AppId.from_resource_id(self._stage.world.site(app).id).key
