"""What the owners of apps do in some runs, most of all while a rollout recovers; and machines that fall sick."""

import asyncio
import random
from collections.abc import Callable

from operators.core.apps import AppId
from operators.core.transitions import State
from tests.simulation.deeds import Deed
from tests.simulation.ending import row_of
from tests.simulation.people import People
from tests.simulation.scenario import TAGS, Town
from tests.simulation.stage import Stage

_CHANCES = {State.VERIFYING: 0.15, State.RECOVERING: 0.4}
"""Of so many looks at a rollout in this state something comes."""
_LASTS = (20, 90, 400, 3000)
"""Seconds."""


class Owners:
    """They draw from a chance of their own, so that the runs without them are as they would be."""

    def __init__(self, stage: Stage, town: Town, people: People, chance: random.Random) -> None:
        self._stage = stage
        self._people = people
        self._chance = chance
        self._tags = {app: dict(stage.world.site(app).told.tags) for app in town.apps}
        self._begun: dict[str, tuple[asyncio.TimerHandle, Callable[[], None]]] = {}
        """What somebody did to an app, until it is undone."""
        self._calm = False

    async def live(self, every: float) -> None:
        """Look at the apps, and do something where a rollout is under way, until it is calm."""
        while not self._calm:
            await asyncio.sleep(every)
            for app in self._tags:
                if not self._calm and app not in self._begun and self._chance.random() < self._chance_at(app):
                    self._do_something(app)

    def calm_down(self) -> None:
        """Whatever lasts ends now."""
        self._calm = True
        for handle, undo in list(self._begun.values()):
            handle.cancel()
            undo()

    def _chance_at(self, app: str) -> float:
        row = row_of(self._stage.storage, AppId.from_resource_id(self._stage.world.site(app).id))
        rollout = row.active.rollout if row else None
        return _CHANCES.get(rollout.state, 0) if rollout else 0

    def _do_something(self, app: str) -> None:
        doings: list[Callable[[str], None]] = [self._opts_out, self._allows_nothing, self._stops, self._names_another]
        if self._stage.world.site(app).told.instances > 1:
            doings += [self._falls_sick, self._falls_sick]
        self._chance.choice(doings)(app)

    def _opts_out(self, app: str) -> None:
        self._tag(app, {"pulley": "off"})

    def _allows_nothing(self, app: str) -> None:
        self._tag(app, {"pulley-recover": "report"})

    def _tag(self, app: str, tags: dict[str, str]) -> None:
        self._write_tags(app, self._tags[app] | tags)
        self._people.begun(app, Deed.TAGS)
        self._lasts(app, f"tags it {tags}", lambda: self._untags(app))

    def _untags(self, app: str) -> None:
        self._write_tags(app, self._tags[app])
        self._people.over(app, Deed.TAGS)

    def _write_tags(self, app: str, tags: dict[str, str]) -> None:
        self._stage.world.change_app(app, tags=tags)
        self._stage.acts.heeding.tagged(app)

    def _stops(self, app: str) -> None:
        self._stage.world.stop(app)
        self._people.begun(app, Deed.STOP)
        self._lasts(app, "stops it", lambda: self._starts(app))

    def _starts(self, app: str) -> None:
        self._stage.world.start(app)
        self._people.over(app, Deed.STOP)

    def _names_another(self, app: str) -> None:
        """A hotfix by hand; nobody takes it back."""
        self._stage.trace.note("its owner", "names another image in %s", app)
        self._people.configure(app, self._chance.choice(TAGS))

    def _falls_sick(self, app: str) -> None:
        machine = self._chance.randrange(self._stage.world.site(app).told.instances)
        self._stage.world.change_app(app, sick_instances={machine})
        self._people.begun(app, Deed.MACHINE)
        self._lasts(app, f"has machine {machine} fall sick", lambda: self._heals(app))

    def _heals(self, app: str) -> None:
        self._stage.world.change_app(app, sick_instances=set())
        self._people.over(app, Deed.MACHINE)

    def _lasts(self, app: str, what: str, undo: Callable[[], None]) -> None:
        seconds = self._chance.choice(_LASTS)
        self._stage.trace.note("its owner", "%s: %s, for %d s", app, what, seconds)

        def over() -> None:
            self._begun.pop(app)
            self._stage.trace.note("its owner", "%s: that is over", app)
            undo()

        self._begun[app] = (asyncio.get_running_loop().call_later(seconds, over), over)
