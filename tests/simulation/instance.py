"""One process of the function app: the real operator, its host, its own clock, and its end."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from local.in_process import InProcessTransport
from operators.assembly import Operator, assemble
from operators.cloud.storage import Storage
from operators.core.gate import Mode
from operators.errors import BadInput, NotFound, Temporary
from operators.settings import Settings
from tests.simulation.invocation import CURRENT, Invocation
from tests.simulation.ports import AzurePort, CredentialPort, Dead, Life, Port, QueuePort, TablePort
from tests.simulation.stage import Stage

FUNCTION_TIMEOUT = 300
"""Seconds, as host.json says; the host ends the process of a function that takes longer."""


class Instance:
    """A process. `crash` ends it: first its ports are dead for good, then its tasks are cancelled."""

    def __init__(self, name: str, stage: Stage, *, skew: timedelta, mode: Mode) -> None:
        self.name = name
        self._stage = stage
        self._skew = skew
        self._mode = mode
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self.gone = asyncio.Event()
        self._life = Life(self.crash)
        self.storage = Storage(
            connection_string=stage.storage.connection_string,
            table_transport=InProcessTransport(
                TablePort(self._port(stage.storage.table_service.answer)).answer, stage.clock.sleep
            ),
            queue_transport=InProcessTransport(
                QueuePort(self._port(stage.storage.queue_service.answer), stage.storage).answer, stage.clock.sleep
            ),
        )
        self.operator = self._assembled()

    def now(self) -> datetime:
        """What this machine's clock shows."""
        return self._stage.now() + self._skew

    def start[T](self, function: str, work: Callable[[], Awaitable[T]], owner: str = "") -> "asyncio.Task[T]":
        """Run a function, or something of the host's own."""
        invocation = Invocation(
            number=next(self._stage.numbers),
            instance=self.name,
            function=function,
            owner=owner,
            began=self._stage.now(),
            observes=self._mode is Mode.OBSERVE,
        )
        task = asyncio.get_running_loop().create_task(self._run(invocation, work))
        self._tasks[task] = None
        task.add_done_callback(self._ended)
        return task

    async def call(self, function: str, work: Callable[[], Awaitable[object]], owner: str = "") -> bool:
        """Invoke a function as the host does; whether it ended well."""
        task = self.start(function, lambda: self._limited(function, work), owner)
        await asyncio.wait([task])
        return not task.cancelled() and task.exception() is None

    def crash(self, why: str) -> None:
        """End the process here and now."""
        if self._life.over:
            return
        self._life.over = True
        self._stage.trace.note(self.name, "CRASH %s", why)
        current = asyncio.current_task()
        for task in list(self._tasks):
            if task is not current:
                task.cancel()
        self.gone.set()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
        if not task.cancelled():
            task.exception()  # whoever waits for it knows; asyncio need not tell again

    async def _run[T](self, invocation: Invocation, work: Callable[[], Awaitable[T]]) -> T:
        CURRENT.set(invocation)
        return await work()

    async def _limited(self, function: str, work: Callable[[], Awaitable[object]]) -> None:
        try:
            async with asyncio.timeout(FUNCTION_TIMEOUT) as limit:
                await work()
            self._ended_well(CURRENT.get())
        except (Temporary, BadInput, NotFound) as error:
            self._stage.trace.note(str(CURRENT.get()), "failed: %s", error)
            if not isinstance(error, Temporary) and function != "admin":
                self._stage.verdict.breaks("only temporary errors", f"{CURRENT.get()}: {error}")
            raise
        except Exception as error:  # whatever else it is breaks the law that only what surrounds us fails
            if isinstance(error, TimeoutError) and limit.expired():
                self.crash("function timeout")
                raise Dead from error
            self._stage.verdict.breaks("only temporary errors", f"{CURRENT.get()}: {type(error).__name__}: {error}")
            raise

    def _ended_well(self, invocation: Invocation | None) -> None:
        if invocation:
            self._stage.acts.repeats.ended_well.add(invocation.number)

    def _port(self, effect: Any) -> Port:
        return Port(effect, self._life, self._stage.weather, self._stage.trace)

    def _assembled(self) -> Operator:
        stage = self._stage
        settings = Settings.model_validate(
            {
                "scopes": (f"/subscriptions/{stage.world.default_subscription}",),
                "mode": self._mode,
                "AzureWebJobsStorage": stage.storage.connection_string,
                "notify_url": "https://chat.example.org/hook",
            }
        )
        port = self._port(stage.azure())
        transport = InProcessTransport(AzurePort(port, stage.acts).answer, stage.clock.sleep)
        return assemble(settings, self.storage, CredentialPort(stage.world, port), self.now, transport)
