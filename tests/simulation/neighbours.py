"""What else happens to the apps in some runs: other people's deployments, operations, swaps and settings."""

import asyncio
import random
from uuid import UUID

from tests.simulation.deeds import Deed
from tests.simulation.people import People
from tests.simulation.scenario import Town
from tests.simulation.stage import Stage

_NOTHING = {"in_progress_operation_id": None, "target_swap_slot": None, "deployment": None}
_LASTS = (20, 90, 400, 3000)
"""Seconds; the longest are beyond every budget that Pulley has for others."""
_PORT = "WEBSITES_PORT"
_WRONG_PORT = "9"


class Neighbours:
    """They draw from a chance of their own, so that the runs without them are as they would be."""

    def __init__(self, stage: Stage, town: Town, people: People, chance: random.Random) -> None:
        self._stage = stage
        self._town = town
        self._people = people
        self._chance = chance
        self._begun: dict[str, asyncio.Task[None]] = {}
        self._calm = False

    async def live(self, every: float) -> None:
        """Begin something now and then, until it is calm."""
        while not self._calm:
            await asyncio.sleep(self._chance.expovariate(1 / every))
            app = self._chance.choice(self._town.apps)
            if app in self._begun or self._calm:
                continue
            doing = self._breaks_settings(app) if self._chance.random() < 0.25 else self._works(app)
            self._begun[app] = asyncio.get_running_loop().create_task(doing)

    def calm_down(self) -> None:
        """Whatever is under way ends now."""
        self._calm = True
        for app, task in list(self._begun.items()):
            task.cancel()
            self._over(app)

    async def _works(self, app: str) -> None:
        """An operation, a deployment of code, or a swap that waits to be completed."""
        number = self._chance.getrandbits(32)
        what, told = self._chance.choice(
            (
                ("operation", {"in_progress_operation_id": f"op-{number:08x}"}),
                ("deployment", {"deployment": {"id": str(UUID(int=number)), "status": "BuildInProgress"}}),
                ("swap", {"target_swap_slot": "other"}),
            )
        )
        lasts = self._chance.choice(_LASTS)
        self._stage.trace.note("a neighbour", "begins a %s on %s, for %d s", what, app, lasts)
        self._stage.world.change_app(app, **told)
        self._stage.acts.others[self._stage.world.site(app).id.lower()] = self._stage.now()
        await asyncio.sleep(lasts)
        self._over(app)

    async def _breaks_settings(self, app: str) -> None:
        """The app is told to listen where its image does not, for a while."""
        site, lasts = self._stage.world.site(app), self._chance.choice(_LASTS)
        self._people.begun(app, Deed.PORT)
        self._stage.trace.note("a neighbour", "sets a wrong port on %s, for %d s", app, lasts)
        self._stage.world.set_app_settings(app, site.app_settings | {_PORT: _WRONG_PORT})
        await asyncio.sleep(lasts)
        self._over(app)

    def _over(self, app: str) -> None:
        world, site = self._stage.world, self._stage.world.site(app)
        self._stage.trace.note("a neighbour", "is done with %s", app)
        if _PORT in site.app_settings:
            world.set_app_settings(app, {name: value for name, value in site.app_settings.items() if name != _PORT})
            self._people.over(app, Deed.PORT)
        else:
            world.change_app(app, **_NOTHING)
            self._stage.acts.others.pop(site.id.lower(), None)
        self._begun.pop(app, None)
