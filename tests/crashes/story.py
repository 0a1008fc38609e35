"""What happens? Pushes keep coming, a host is killed at random moments, a role comes late; then it becomes quiet."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import httpx

from operators.cloud.storage import Storage
from operators.core.transitions import State
from tests.crashes.checks import Act, Evidence, Kill, Pushed
from tests.crashes.history import History, Numbered, read_history
from tests.end_to_end.hosts import Hosts
from tests.end_to_end.place import Place, eventually, place

SCENARIO = Path(__file__).with_name("town.yaml")
_GOOD = ("v1", "v2", "v3", "v4", "v5", "v6")
_BAD = ("bad1", "bad2", "bad3")
_APPS = {
    **dict.fromkeys(("shop", "cart", "orders"), _GOOD),
    **dict.fromkeys(("blog", "wiki", "news"), _GOOD + _BAD),
}
_WITHOUT_ITS_ROLE = "orders"
_LONGEST_LIFE = 8.0
_BETWEEN_PUSHES = (0.5, 4.0)
_BETWEEN_SWEEPS = 0.5
_BETWEEN_VISITS = 2.0
_QUIET_WITHIN = 300.0
_ACTS = ("sites.restart", "config.update", "slots.swap")
_AN_ACT_TAKES = 0.4
_ACTS_IN_ALL = 300
"""More than any run does."""
_SETTINGS = {"PULLEY_MODE": "act", "PULLEY_DRIFT_SCHEDULE": "*/10 * * * * *"}


class Story:
    """One run, played once. The seed decides what is pushed when, and how long each host lives."""

    def __init__(self, town: Place, hosts: Hosts, storage: Storage, seed: int, say: Callable[[str], None]) -> None:
        self._town = town
        self._hosts = hosts
        self._storage = storage
        self._say = say
        self._pushes, self._kills = Random(f"{seed}, pushes"), Random(f"{seed}, kills")  # noqa: S311 - to be repeated
        self._tags = dict.fromkeys(_APPS, "v1")
        self._pushed: list[Pushed] = []
        self._killed: list[Kill] = []
        self._ended: dict[Numbered, tuple[str, datetime | None]] = {}

    async def play(self, kills: int) -> Evidence:
        """Have so many hosts killed, wait until nothing is under way, and answer all there is to weigh."""
        await self._opening()
        await self._slow_down()
        async with _meanwhile(self._sweep(), self._visit()):
            async with _meanwhile(self._push_on()):
                await self._kill_on(kills)
            self._say("quiet now")
            await self._become_quiet()
        return await self._evidence()

    async def _opening(self) -> None:
        """Every app but the one without its role gets an image that is proved: the way back leads there."""
        for app in _APPS:
            await self._push(app, "v2")
        for pushed in tuple(self._pushed):
            if pushed.app != _WITHOUT_ITS_ROLE:
                await eventually(partial(self._proved, pushed), f"{pushed.app} is proved to run {pushed.image}")

    async def _proved(self, pushed: Pushed) -> bool | None:
        running = (await self._town.ask(f"/apps/{pushed.app}")).get("running", {})
        return (running.get("digest") == pushed.digest and running["proof"] != "assumed") or None

    async def _slow_down(self) -> None:
        """Every act takes a moment, so that kills fall into it, and every fifth one does not happen."""
        for method, path in (("POST", "/restart$"), ("PATCH", "/config/web$"), ("POST", "/slotsswap$")):
            act = {"method": method, "path": path, "latency": _AN_ACT_TAKES}
            refusals = [act | {"effect": "refuse", "times": 1, "skip": n} for n in range(4, _ACTS_IN_ALL // 2, 4)]
            for fault in (*refusals, act | {"effect": "delay"}):
                await self._tell_azure("faults", fault)

    async def _push_on(self) -> None:
        while True:
            await asyncio.sleep(self._pushes.uniform(*_BETWEEN_PUSHES))
            app = self._pushes.choice(list(_APPS))
            image = self._pushes.choice([one for one in _APPS[app] if one != self._tags[app]])
            event = {
                "copies": self._pushes.choice((1, 1, 2, 3)),
                "delay": self._pushes.uniform(0, 1),
                "drop": self._pushes.random() < 0.1,
            }
            await self._push(app, image, **event)

    async def _push(self, app: str, image: str, **event: object) -> None:
        self._tags[app] = image
        self._pushed.append(Pushed(app, image, await self._town.push(app, image, **event)))

    async def _kill_on(self, kills: int) -> None:
        for number in range(1, kills + 1):
            await asyncio.sleep(self._kills.uniform(0, _LONGEST_LIFE))
            at = await self._hosts.kill()
            left = await read_history(self._storage)
            self._note(at, left)
            self._say(f"kill {number} of {kills}: {_told(self._killed[-1])}")
            if number == (kills + 1) // 2:
                await self._give_the_role()
            await self._hosts.start_another()

    def _note(self, at: datetime, left: History) -> None:
        states = {name: app.active.rollout.state for name, app in left.apps.items() if app.active.rollout}
        self._killed.append(Kill(at, states, frozenset(name for name, app in left.apps.items() if app.claimed)))
        for numbered, rollout in left.ended.items():
            self._ended.setdefault(numbered, (rollout.state, rollout.ended_at))

    async def _give_the_role(self) -> None:
        await self._tell_azure(
            "role-assignments", {"principal": _WITHOUT_ITS_ROLE, "role": "AcrPull", "scope": "contoso"}
        )

    async def _tell_azure(self, what: str, body: object) -> None:
        (await self._town.stranger.post(f"{self._town.control}/{what}", json=body)).raise_for_status()

    async def _sweep(self) -> None:
        """The sweep runs not once a minute but all the time, as the host's admin may have it."""
        addresses = self._town.running.addresses
        key = {"x-functions-key": addresses.master_key}
        while True:
            with suppress(httpx.TransportError):  # nobody is there just now
                url = f"{addresses.host}/admin/functions/sweep"
                await self._town.stranger.post(url, json={"input": ""}, headers=key)
            await asyncio.sleep(_BETWEEN_SWEEPS)

    async def _visit(self) -> None:
        """A person looks in, and deploys by hand what Pulley holds because it failed too often in a row."""
        while True:
            await asyncio.sleep(_BETWEEN_VISITS)
            for name, app in (await read_history(self._storage)).apps.items():
                rollout = app.active.rollout
                if rollout and rollout.state is State.HELD and rollout.reason == "flapping":
                    with suppress(httpx.TransportError):
                        await self._town.friend.post(f"{self._town.admin}/apps/{name}/rollouts", json={"by": "ana"})

    async def _become_quiet(self) -> None:
        """Nothing under way, and no tag that was not decided upon; what is not so in time, the checks will name."""
        end = time.monotonic() + _QUIET_WITHIN
        while time.monotonic() < end:
            if await self._at_rest() and await self._nothing_drifted() and await self._at_rest():
                return
            await asyncio.sleep(1)

    async def _at_rest(self) -> bool:
        return (await read_history(self._storage)).at_rest

    async def _nothing_drifted(self) -> bool:
        checked = await self._town.tell("/drift/check")
        return not checked["marked"] and not checked["unknown"]

    async def _evidence(self) -> Evidence:
        history = await read_history(self._storage)
        return Evidence(
            history=history,
            pushed=tuple(self._pushed),
            acts=await self._acts(),
            served={app: frozenset(await self._town.served(app)) for app in _APPS},
            kills=tuple(self._killed),
            ended=self._ended,
            told={numbered: state for app in _APPS for numbered, state in await self._listed(app)},
        )

    async def _acts(self) -> tuple[Act, ...]:
        calls = (await self._town.stranger.get(f"{self._town.control}/calls")).json()["calls"]
        return tuple(
            Act(app, call["operation"], datetime.fromisoformat(call["at"]))
            for call in calls
            for app in _APPS
            if call["operation"] in _ACTS and f"/sites/{app}/" in call["path"] and call["status"] < 400
        )

    async def _listed(self, app: str) -> list[tuple[Numbered, str]]:
        listed: list[tuple[Numbered, str]] = []
        url: str | None = f"{self._town.admin}/apps/{app}/rollouts?$top=200"
        while url:
            page = (await self._town.friend.get(url)).raise_for_status().json()
            listed += [((app, one["sequence"]), one["state"]) for one in page["value"]]
            url = page.get("nextLink")
        return listed


async def play(kills: int, seed: int, run_dir: Path, say: Callable[[str], None]) -> Evidence:
    """Run the town in this folder and play the story in it."""
    async with place(run_dir, _SETTINGS, SCENARIO) as town, Hosts(town) as hosts:
        storage = Storage(connection_string=town.running.addresses.storage)
        try:
            return await Story(town, hosts, storage, seed, say).play(kills)
        finally:
            await storage.close()


@asynccontextmanager
async def _meanwhile(*works: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do this for as long as the block lasts; what goes wrong in it ends the block."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work) for work in works]
        yield
        for task in tasks:
            task.cancel()


def _told(kill: Kill) -> str:
    under_way = ", ".join(
        f"{app} {state}{' (a step at work)' if app in kill.claimed else ''}" for app, state in kill.states.items()
    )
    return under_way or "nothing was under way"
