"""The simulated Azure as a process: the proxy, and beside it a loopback port for the identity endpoint and control."""

import asyncio
import secrets
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from local.azure.control import Control
from local.azure.event_grid import EventGrid
from local.azure.front import Front
from local.azure.identity_endpoint import IdentityEndpoint
from local.azure.proxy import Proxy
from local.azure.scenario import Scenario
from local.azure.webhook_sender import WebhookSender
from local.azure.world import SystemClock, World
from local.web_server import WebServer

IDENTITY_PATH = "/msi/token"


@dataclass(frozen=True)
class Addresses:
    """Where everything is once it runs."""

    proxy: str
    ca: str
    identity_endpoint: str
    identity_header: str
    control: str


class SimulatedAzure:
    """Everything that runs, started and stopped together."""

    def __init__(self, scenario: Scenario, state: Path, events_url: str | None, pace: float) -> None:
        self._world = World(scenario, SystemClock(), events_url)
        self._state = state
        self._events_url = events_url
        self._pace = pace

    async def run(self, ready: "asyncio.Future[Addresses]") -> None:
        """Run until SIGTERM or SIGINT; `ready` gets the addresses once everything listens."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._state.mkdir(parents=True, exist_ok=True)
        header = secrets.token_hex(32)
        event_grid = EventGrid(self._world, self._events_url, self._pace)
        self._world.publish = event_grid.publish
        webhooks = WebhookSender(self._world)
        proxy = Proxy(Front(self._world), self._state)
        listener = socket.create_server(("127.0.0.1", 0))
        server = WebServer(self._loopback(event_grid, header), log_level="warning")
        serving = asyncio.create_task(server.serve([listener]))
        try:
            proxy_address = await proxy.start()
            here = f"http://127.0.0.1:{listener.getsockname()[1]}"
            ready.set_result(
                Addresses(
                    proxy=proxy_address,
                    ca=str(proxy.ca.resolve()),
                    identity_endpoint=here + IDENTITY_PATH,
                    identity_header=header,
                    control=f"{here}/control",
                )
            )
            await stop.wait()
        finally:
            server.should_exit = True
            await serving
            await proxy.stop()
            await event_grid.close()
            await webhooks.close()

    def _loopback(self, event_grid: EventGrid, header: str) -> list[BaseRoute]:
        identity = IdentityEndpoint(self._world, header)

        async def token(request: Request) -> Response:
            return identity.answer(request)

        return [Route(IDENTITY_PATH, token), *Control(self._world, event_grid).routes()]
