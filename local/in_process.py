"""azure-core clients without a network: a transport over anything that answers a request in memory."""

import types
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode

from azure.core.pipeline.transport import AsyncHttpResponse as OldResponse
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.pipeline.transport import HttpRequest as OldRequest
from azure.core.rest import HttpRequest as RestRequest
from azure.core.rest._http_response_impl_async import AsyncHttpResponseImpl
from azure.core.utils import CaseInsensitiveDict

from local.azure.asgi import Answer

_BLOCK = 4096


@dataclass(frozen=True)
class Asked:
    """One request, in either of azure-core's styles."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    read_timeout: float | None = None
    """After how many seconds its sender gives up; None where it said nothing."""

    def header(self, name: str) -> str | None:
        """The value of a header, whose name is compared without case; None where there is none."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


Answering = Callable[[Asked], Awaitable[Answer]]


class InProcessTransport(AsyncHttpTransport[Any, Any]):
    """Hands the requests of azure-core clients to `answering`; what that raises reaches the client."""

    def __init__(self, answering: Answering, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._answering = answering
        self._sleep = sleep

    async def send(self, request: Any, *, stream: bool = False, **options: Any) -> Any:
        """Send one request and answer in its own style."""
        answer = await self._answering(
            Asked(
                method=request.method,
                url=request.url,
                headers=tuple((str(name), str(value)) for name, value in request.headers.items()),
                body=_content(request),
                read_timeout=options.get("read_timeout"),
            )
        )
        if isinstance(request, OldRequest):
            return _OldResponse(request, answer)
        response = _RestResponse(request, answer)
        if not stream:
            await response.read()
        return response

    async def sleep(self, duration: float) -> None:
        """Let a retry's pause pass."""
        await self._sleep(duration)

    async def open(self) -> None:
        """Do nothing: there is no connection."""

    async def close(self) -> None:
        """Do nothing: there is no connection."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: types.TracebackType | None = None,
    ) -> None:
        return None


class _Body:
    """What azure-core calls the internal response."""

    def __init__(self, answer: Answer) -> None:
        self.parts = answer.parts

    async def close(self) -> None:
        """Do nothing: the answer is in memory."""


class _RestResponse(AsyncHttpResponseImpl):
    """An answer to a request of azure.core.rest."""

    def __init__(self, request: RestRequest, answer: Answer) -> None:
        headers = CaseInsensitiveDict(answer.headers)
        super().__init__(
            request=request,
            internal_response=_Body(answer),
            status_code=answer.status,
            reason=_reason(answer),
            content_type=headers.get("content-type"),
            headers=headers,
            stream_download_generator=_parts_of,
            block_size=_BLOCK,
        )

    def _body(self) -> bytes:
        """What azure-core's multipart reader asks for; its own would leave a coroutine unawaited."""
        return self.content


class _OldResponse(OldResponse):
    """An answer to a request of azure.core.pipeline.transport."""

    def __init__(self, request: OldRequest, answer: Answer) -> None:
        super().__init__(request, answer, _BLOCK)
        self._answer = answer
        self.status_code = answer.status
        self.reason = _reason(answer)
        self.headers = CaseInsensitiveDict(answer.headers)
        self.content_type = self.headers.get("content-type")

    def body(self) -> bytes:
        """Answer the whole body."""
        return self._answer.body

    def stream_download(self, pipeline: Any, **_: Any) -> AsyncIterator[bytes]:
        """Answer the body piece by piece."""
        return _each(self._answer.parts)


def _content(request: Any) -> bytes:
    content = request.data if isinstance(request, OldRequest) else request.content
    if not content:
        return b""
    if isinstance(content, dict):
        # a form; the SDK's enums are texts whose str() is not their value
        return urlencode({name: getattr(value, "value", value) for name, value in content.items()}).encode()
    return content.encode() if isinstance(content, str) else bytes(content)


def _parts_of(*, response: Any, **_: Any) -> AsyncIterator[bytes]:
    return _each(response._internal_response.parts)  # azure-core hands its responses to the generator like this


async def _each(parts: list[bytes]) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def _reason(answer: Answer) -> str:
    return HTTPStatus(answer.status).phrase
