"""Does the web server of the environment outlast the connections that its clients keep?"""

import asyncio

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from local.host.server import ADDRESS, listen
from local.web_server import WebServer

_HTTPX_KEEPS_ONE_SECONDS = 5.0


async def _greet(_: Request) -> Response:
    return PlainTextResponse("hello")


async def test_a_connection_that_rested_is_still_there() -> None:
    """A second request comes through it after longer than httpx keeps it, so the server is never first to end it."""
    with listen(0) as listening:
        server = WebServer([Route("/", _greet)], log_config=None)
        serving = asyncio.create_task(server.serve([listening]))
        reader, writer = await asyncio.open_connection(ADDRESS, listening.getsockname()[1])
        for rest in (_HTTPX_KEEPS_ONE_SECONDS + 0.5, 0.0):
            writer.write(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
            async with asyncio.timeout(10):
                assert (await reader.readuntil(b"hello")).startswith(b"HTTP/1.1 200")
            await asyncio.sleep(rest)
        writer.close()
        server.should_exit = True
        await serving
