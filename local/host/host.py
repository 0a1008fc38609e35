"""How is one function app served, from its files to its last invocation?"""

import asyncio
import logging
import os
import socket
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Protocol

from local.host import worker
from local.host.admin import Admin
from local.host.configuration import HostJson, read_host_json, read_settings, resolve
from local.host.connections import connection_string
from local.host.event_grid import EventGridWebhook
from local.host.functions import Function, QueueTrigger, TimerTrigger, is_disabled
from local.host.http_triggers import HttpTriggers
from local.host.invocations import Invocations
from local.host.keys import Keys, load_or_create
from local.host.payloads import QueuePayload
from local.host.queues import QueueListener
from local.host.server import ADDRESS, Server, listen
from local.host.stopping import Stopping
from local.host.timers import TimerListener

_STOP_SECONDS = 10
_logger = logging.getLogger("host")


class _Listener(Protocol):
    def run(self, stopping: Stopping) -> Coroutine[None, None, None]:
        """Bring work to functions until the end is asked for."""


class Host:
    """A running host: where it listens, which functions it has, and the keys to call them."""

    def __init__(
        self,
        url: str,
        functions: tuple[Function, ...],
        keys: Keys,
        server: Server,
        admin: Admin,
        listeners: Sequence[_Listener],
    ) -> None:
        self.url = url
        self.functions = functions
        self.keys = keys
        self._server = server
        self._admin = admin
        self._listeners = listeners
        self._stopping = Stopping()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, listening: socket.socket) -> None:
        """Answer requests, fire timers, take messages. The socket listens already: no request is refused meanwhile."""
        work = [
            self._server.serve(sockets=[listening]),
            *(listener.run(self._stopping) for listener in self._listeners),
        ]
        self._tasks = [asyncio.create_task(part) for part in work]

    async def ended(self) -> None:
        """Wait until a part of the host ends by itself, which none should, and raise what ended it."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def stop(self) -> None:
        """Take no more work, wait for running invocations, and cancel those that take too long."""
        self._stopping.request()
        self._server.should_exit = True
        ending = [*self._tasks, asyncio.create_task(self._admin.finish())]
        _, late = await asyncio.wait(ending, timeout=_STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)


@asynccontextmanager
async def running_host(
    root: Path,
    settings: Path | None = None,
    keys: Path | None = None,
    port: int = 0,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Host]:
    """Serve the app in `root` for as long as the block lasts.

    `settings` is a local.settings.json whose values become environment variables where they are not set already;
    `environment` is set over everything; `keys` is the file that keeps the keys; port 0 takes a free one. Raises
    HostError where the app cannot be served. At the end no new work is taken and running invocations get 10 s.
    """
    with listen(port) as listening:
        url = f"http://{ADDRESS}:{listening.getsockname()[1]}"
        host_json = read_host_json(root)
        _set_environment(root, url, read_settings(settings) if settings else {}, environment or {})
        host = _assembled(url, worker.index(root), host_json, load_or_create(keys))
        host.start(listening)
        _logger.info("Listening at %s, functions: %s", url, ", ".join(function.name for function in host.functions))
        try:
            yield host
        finally:
            await host.stop()


def _set_environment(root: Path, url: str, settings: Mapping[str, str], given: Mapping[str, str]) -> None:
    """Set what the app reads while it is imported: given values first, then the process's own, then the settings."""
    os.environ.update(given)
    platform = {
        "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        "AzureWebJobsScriptRoot": str(root),
        "WEBSITE_HOSTNAME": url.removeprefix("http://"),
    }
    for name, value in {**platform, **settings}.items():
        os.environ.setdefault(name, value)


def _assembled(url: str, functions: tuple[Function, ...], host_json: HostJson, keys: Keys) -> Host:
    invocations = Invocations(host_json.function_timeout)
    enabled = tuple(function for function in functions if not is_disabled(function, os.environ))
    admin = Admin(functions, keys, invocations, os.environ)
    webhook = EventGridWebhook(enabled, keys, invocations)
    http_triggers = HttpTriggers(enabled, host_json.extensions.http.route_prefix, os.environ, keys, invocations)
    listeners = [
        listener for function in enabled if (listener := _listener(function, host_json, invocations)) is not None
    ]
    server = Server(admin, webhook, http_triggers, _STOP_SECONDS)
    return Host(url, functions, keys, server, admin, listeners)


def _listener(function: Function, host_json: HostJson, invocations: Invocations) -> _Listener | None:
    match function.trigger:
        case TimerTrigger():
            return TimerListener(function, function.trigger, os.environ, invocations)
        case QueueTrigger():
            return _queue_listener(function, function.trigger, host_json, invocations)
        case _:
            return None  # requests come to it by themselves


def _queue_listener(
    function: Function, trigger: QueueTrigger, host_json: HostJson, invocations: Invocations
) -> QueueListener:
    queue_name = resolve(trigger.queue_name, os.environ)
    return QueueListener(
        connection_string(trigger.connection, os.environ),
        queue_name,
        host_json.extensions.queues,
        partial(_run_message, invocations, function, f"New queue message detected on '{queue_name}'."),
    )


async def _run_message(invocations: Invocations, function: Function, reason: str, message: QueuePayload) -> bool:
    outcome = await invocations.run(function, message, reason)
    return outcome.succeeded
