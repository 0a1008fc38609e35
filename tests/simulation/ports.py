"""The edges of an instance: every call out passes one, and there the storm, the crash and the interleaving happen."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from local.azure.asgi import Answer
from local.azure.transport import WorldCredential
from local.azure.world import World
from local.in_process import Answering, Asked
from local.storage import MemoryStorage
from operators.cloud.queues import NOTICES
from tests.simulation.acts import ActLaws
from tests.simulation.invocation import who
from tests.simulation.trace import Trace
from tests.simulation.weather import Fault, Place, Weather

_PATIENCE = 60
"""Seconds until a caller that said nothing gives up."""
_REPEATED_WITHIN = 1200
"""Seconds until a repeated message comes once more, at most."""


class Dead(BaseException):
    """The process that made this call is gone: nothing after it runs, not even what handles errors."""


@dataclass
class Life:
    """Whether a process is alive; its ports ask before and after everything."""

    end: Callable[[str], None]
    """Ends the process, with the reason."""
    over: bool = field(default=False)

    def check(self) -> None:
        """Raise Dead if it is over."""
        if self.over:
            raise Dead


@dataclass(frozen=True)
class Port:
    """The way of one process to one service. It waits before the effect and after it, seeded; either may be the end."""

    effect: Answering
    life: Life
    weather: Weather
    trace: Trace

    async def pass_through(self, asked: Asked, place: Place, *, acts: bool) -> Answer:
        """One call."""
        self.life.check()
        await asyncio.sleep(self.weather.delay())
        self.life.check()
        fault = self.weather.fault(place, acts=acts)
        if fault:
            self.trace.note(who(), "%s %s: %s", asked.method, _short(asked.url), fault.name)
        if fault and fault.late:
            self.weather.arrives_late(lambda: self.effect(asked), asked.read_timeout or _PATIENCE)
        if fault and not fault.happens:
            return await self._fail(fault, asked)
        answer = await self.effect(asked)
        if self.weather.crashes():
            self.life.end(f"right after {asked.method} {_short(asked.url)}")
            raise Dead
        await asyncio.sleep(self.weather.delay())
        self.life.check()
        return await self._fail(fault, asked) if fault else answer

    async def reach_identity(self) -> None:
        """On the way to a token: as pass_through, with nothing that could happen there."""
        self.life.check()
        await asyncio.sleep(self.weather.delay())
        self.life.check()
        if self.weather.gives_no_token():
            self.trace.note(who(), "no token")
            raise ClientAuthenticationError("simulated: the identity endpoint gave no token")

    async def _fail(self, fault: Fault, asked: Asked) -> Answer:
        if fault.times_out:
            await asyncio.sleep(asked.read_timeout or _PATIENCE)
            self.life.check()
        if fault.error:
            raise fault.error(f"simulated: {fault.name}")
        assert fault.answer is not None
        return replace(fault.answer)


@dataclass(frozen=True)
class AzurePort:
    """To the simulated Azure; acts on apps are held against the laws."""

    port: Port
    laws: ActLaws

    async def answer(self, asked: Asked) -> Answer:
        """One call."""
        host = urlsplit(asked.url).hostname or ""
        act = self.laws.act_of(asked)
        if act is None:
            left_at = self.laws.now()
            answer = await self.port.pass_through(asked, _place(host), acts=False)
            self.laws.blocks.has_read(asked, left_at, answer)
            return answer
        self.laws.sends(act)
        try:
            answer = await self.port.pass_through(asked, Place.ARM, acts=True)
            self.laws.has_answer(act, answer)
            return answer
        finally:
            self.laws.is_over(act)


class CredentialPort(WorldCredential):
    """To the identity endpoint; where it gives no token, nobody can be asked anything."""

    def __init__(self, world: World, port: Port) -> None:
        super().__init__(world)
        self._port = port

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        """A token, or what azure-identity raises."""
        await self._port.reach_identity()
        return await super().get_token(*scopes, **options)


@dataclass(frozen=True)
class TablePort:
    """To the tables."""

    port: Port

    async def answer(self, asked: Asked) -> Answer:
        """One call."""
        return await self.port.pass_through(asked, Place.TABLES, acts=False)


@dataclass(frozen=True)
class QueuePort:
    """To the queues; what is sent may get lost, or come twice."""

    port: Port
    storage: MemoryStorage

    async def answer(self, asked: Asked) -> Answer:
        """One call."""
        path = urlsplit(asked.url).path.split("/")
        queue, sends = path[2], asked.method == "POST"
        before = {message.id for message in self.storage.queues.messages(queue)} if sends else set()
        answer = await self.port.pass_through(asked, Place.QUEUES, acts=False)
        if sends and queue != NOTICES:  # nothing mends a notice that the queue has lost
            self._disturb(queue, before)
        return answer

    def _disturb(self, queue: str, before: set[str]) -> None:
        weather, queues = self.port.weather, self.storage.queues
        for message in [one for one in queues.messages(queue) if one.id not in before]:
            if weather.loses_message():
                self.port.trace.note(who(), "the message to %s is lost", queue)
                queues.clear(queue, [message.id])
            elif weather.repeats_message():
                later = timedelta(seconds=weather.moment(_REPEATED_WITHIN))
                self.port.trace.note(who(), "the message to %s comes again in %d s", queue, later.total_seconds())
                queues.put(queue, message.text, later)


def _place(host: str) -> Place:
    if host == "management.azure.com":
        return Place.ARM
    return Place.REGISTRY if host.endswith(".azurecr.io") else Place.APP


def _short(url: str) -> str:
    """The telling end of an address."""
    parts = urlsplit(url)
    return "/".join(parts.path.split("/")[-3:])
