"""Where does the host listen?"""

import socket

from starlette.routing import Route

from local.host.admin import Admin
from local.host.errors import ConfigurationError
from local.host.event_grid import EventGridWebhook
from local.host.http_triggers import METHODS, HttpTriggers
from local.web_server import WebServer

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


class Server(WebServer):
    """The admin endpoints, Event Grid's webhook and the functions' own routes."""

    def __init__(self, admin: Admin, webhook: EventGridWebhook, http_triggers: HttpTriggers, stop_seconds: int) -> None:
        super().__init__(
            [
                *admin.routes(),
                Route("/runtime/webhooks/{extension}", webhook.handle, methods=["GET", "POST", "DELETE", "OPTIONS"]),
                Route("/{path:path}", http_triggers.handle, methods=list(METHODS)),
            ],
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=stop_seconds,
            server_header=False,
        )
