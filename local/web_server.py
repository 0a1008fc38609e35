"""How does a web server of this environment run inside a program that has more to do?"""

import contextlib
from collections.abc import Generator, Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.routing import BaseRoute

_IDLE_SECONDS = 75
"""uvicorn's own five seconds are as long as httpx keeps a connection: it ends while the next request is on its way."""


class WebServer(uvicorn.Server):
    """Serves the routes; when the process ends is for its program to say, so it leaves signals alone.

    `settings`: what else uvicorn.Config takes.
    """

    def __init__(self, routes: Sequence[BaseRoute], **settings: Any) -> None:
        application = Starlette(routes=routes)
        super().__init__(uvicorn.Config(application, lifespan="off", timeout_keep_alive=_IDLE_SECONDS, **settings))

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Capture none."""
        yield
