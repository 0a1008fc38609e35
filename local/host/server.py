"""Where does the host listen?"""

import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from local.host.admin import Admin
from local.host.errors import ConfigurationError
from local.host.event_grid import EventGridWebhook
from local.host.http_triggers import METHODS, HttpTriggers

ADDRESS = "127.0.0.1"


def listen(port: int) -> socket.socket:
    """Take the port (0: a free one) before anything else is done; raises ConfigurationError where it is in use."""
    try:
        listening = socket.create_server((ADDRESS, port))
    except OSError as error:
        raise ConfigurationError(f"port {port} cannot be listened at: {error}") from error
    # asyncio sets it only on sockets made with an explicit protocol; without it every answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class Server(uvicorn.Server):
    """The web server; when the process ends is for the host to say, so it leaves signals alone."""

    def __init__(self, admin: Admin, webhook: EventGridWebhook, http_triggers: HttpTriggers, stop_seconds: int) -> None:
        application = Starlette(
            routes=[
                *admin.routes(),
                Route("/runtime/webhooks/{extension}", webhook.handle, methods=["GET", "POST", "DELETE", "OPTIONS"]),
                Route("/{path:path}", http_triggers.handle, methods=list(METHODS)),
            ]
        )
        super().__init__(
            uvicorn.Config(
                application,
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=stop_seconds,
                server_header=False,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield
