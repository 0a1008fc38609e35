"""A subscriber of Event Grid: a real HTTP server on a loopback port, whose answers a test chooses."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

_REASON = "As Asked"


@dataclass(frozen=True)
class Reply:
    """One answer: after so many seconds; without a status the connection breaks."""

    status: int | None = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    after: float = 0


@dataclass(frozen=True)
class Received:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    """Their names in small letters."""
    body: bytes

    def json(self) -> Any:
        """Read its body."""
        return json.loads(self.body)


class Receiver:
    """Answers with the replies in their order, with the last one for ever, and keeps what came."""

    def __init__(self, *replies: Reply | int) -> None:
        self.replies = [one if isinstance(one, Reply) else Reply(one) for one in replies] or [Reply()]
        self.received: list[Received] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Answer where it listens, with a key as functions have it."""
        return f"http://127.0.0.1:{self.port}/events?code=s3cret"

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.shut()

    async def open(self) -> None:
        """Listen, at the port it had before if it had one."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Listen no longer: whoever connects is refused."""
        assert self._server is not None
        self._server.close()
        self._server.close_clients()
        await self._server.wait_closed()

    def accept_everything(self) -> None:
        """Answer 200 from now on."""
        self.replies = [Reply()]

    def reply_to(self, request: Received) -> Reply:
        """Choose the answer to a request."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read(reader)
            self.received.append(request)
            reply = self.reply_to(request)
            await asyncio.sleep(reply.after)
            if reply.status is not None:
                writer.write(_written(reply))
                await writer.drain()
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.rstrip().split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    return Received(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def _written(reply: Reply) -> bytes:
    headers = reply.headers | {"content-length": str(len(reply.body.encode())), "connection": "close"}
    lines = [f"HTTP/1.1 {reply.status} {_REASON}", *(f"{name}: {value}" for name, value in headers.items())]
    if reply.status == 204:
        lines = [line for line in lines if not line.startswith("content-length")]
    return ("\r\n".join(lines) + "\r\n\r\n" + reply.body).encode()
