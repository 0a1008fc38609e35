"""Is the outcome heard by a receiver on a real socket, told by the function that the host runs?"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.host.server import listen
from local.web_server import WebServer
from tests.end_to_end.place import eventually, place

_TOKEN = "s3cr3t-of-the-hook"


@asynccontextmanager
async def receiver(heard: list[tuple[Request, Any]]) -> AsyncIterator[str]:
    """Listen at a free port until the block ends; yields the address."""

    async def hear(request: Request) -> Response:
        heard.append((request, json.loads(await request.body())))
        return Response(status_code=202)

    with listen(0) as listening:
        server = WebServer([Route("/pulley", hear, methods=["POST"])], log_config=None, access_log=False)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/pulley?token={_TOKEN}"
        server.should_exit = True
        await serving


async def test_a_success_is_heard_and_the_address_stays_secret(tmp_path: Path) -> None:
    """The event's data is what the admin API answers; no log and no answer tells the token of the address."""
    heard: list[tuple[Request, Any]] = []

    async def told() -> list[tuple[Request, Any]] | None:
        return heard or None

    async with receiver(heard) as address, place(tmp_path, {"PULLEY_NOTIFY_URL": address}) as town:
        await town.push("shop", "v2")
        done = await town.until("shop", "succeeded")
        ((request, event),) = await eventually(told, "the receiver has heard of it")
        health = json.dumps(await town.ask("/health"))
        log = town.host_log
    assert request.headers["content-type"].startswith("application/cloudevents+json")
    assert request.query_params["token"] == _TOKEN
    assert (event["type"], event["subject"]) == ("dev.pulley.rollout.succeeded", "shop")
    assert event["data"] == {name: value for name, value in done.items() if name != "steps"}
    assert _TOKEN not in log
    assert _TOKEN not in health
