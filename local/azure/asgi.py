"""Calls an ASGI app without a server: one request in, one answer out."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from starlette.types import ASGIApp, Message


@dataclass
class Answer:
    """What an ASGI app answered."""

    status: int = 0
    headers: list[tuple[str, str]] = field(default_factory=list)
    parts: list[bytes] = field(default_factory=list)
    """The body in the pieces it was sent in."""

    @property
    def body(self) -> bytes:
        """Answer the whole body."""
        return b"".join(self.parts)


async def ask(app: ASGIApp, method: str, url: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> Answer:
    """Send one request; the path reaches the app raw too, so that `sha256%3A…` stays encoded in `raw_path`."""
    target = urlsplit(url)
    fields = [(name.lower().encode(), value.encode()) for name, value in headers if name.lower() != "host"]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": method.upper(),
        "scheme": target.scheme,
        "path": unquote(target.path) or "/",
        "raw_path": (target.path or "/").encode(),
        "query_string": target.query.encode(),
        "root_path": "",
        "headers": [(b"host", target.netloc.encode()), *fields],
        "server": (target.hostname or "", target.port or 443),
        "client": ("127.0.0.1", 0),
        "state": {},
    }
    answer = Answer()
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if asked:
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = [(name.decode(), value.decode()) for name, value in message.get("headers", [])]
        elif message["type"] == "http.response.body" and message.get("body"):
            answer.parts.append(message["body"])

    await app(scope, receive, send)
    if method.upper() == "HEAD":
        answer.parts = []
    return answer
