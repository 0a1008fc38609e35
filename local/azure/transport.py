"""The simulated Azure in process: an azure-core transport and a credential, for the real SDK clients in tests.

world = World(load_scenario("…"), ManualClock(datetime(2026, 5, 1, tzinfo=UTC)))
client = WebSiteManagementClient(WorldCredential(world), subscription, transport=WorldTransport(world))
"""

import types
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import urlencode

from azure.core.credentials import AccessToken
from azure.core.exceptions import ServiceRequestError, ServiceResponseError, ServiceResponseTimeoutError
from azure.core.pipeline.transport import AsyncHttpResponse as OldResponse
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.pipeline.transport import HttpRequest as OldRequest
from azure.core.rest import HttpRequest as RestRequest
from azure.core.rest._http_response_impl_async import AsyncHttpResponseImpl
from azure.core.utils import CaseInsensitiveDict

from local.azure.asgi import Answer, ask
from local.azure.front import ConnectionBroken, Front
from local.azure.world import World

_BLOCK = 4096


class WorldTransport(AsyncHttpTransport[Any, Any]):
    """Sends the requests of azure-core clients to a world, in both of azure-core's request styles."""

    def __init__(self, world: World) -> None:
        self._front = Front(world)

    async def send(self, request: Any, *, stream: bool = False, **_: Any) -> Any:
        """Send one request; raises azure-core's transport errors where a scripted fault breaks the connection."""
        headers = [(str(name), str(value)) for name, value in request.headers.items()]
        try:
            answer = await ask(self._front, request.method, request.url, headers, _content(request))
        except ConnectionBroken as broken:
            raise _ERRORS[broken.how](str(broken)) from broken
        if isinstance(request, OldRequest):
            return _OldWorldResponse(request, answer)
        response = _RestWorldResponse(request, answer)
        if not stream:
            await response.read()
        return response

    async def sleep(self, duration: float) -> None:
        """Let a retry's pause pass on the world's clock."""
        await self._front.world.clock.sleep(duration)

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


class WorldCredential:
    """A token credential of the scenario's operator, or of any other principal."""

    def __init__(self, world: World, principal_id: str | None = None) -> None:
        self._world = world
        operator = world.scenario.operator
        self._principal_id = principal_id or operator.principal_id
        self._client_id = operator.client_id if principal_id is None else principal_id

    async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Issue a token for a scope such as `https://management.azure.com/.default`."""
        audience = scopes[0].removesuffix("/.default")
        now = self._world.now()
        token = self._world.tokens.entra(self._principal_id, self._client_id, audience, now)
        return AccessToken(token, int(now.timestamp()) + 86_400)

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


_ERRORS: dict[str, type[ServiceRequestError] | type[ServiceResponseError]] = {
    "refuse": ServiceRequestError,
    "lose_answer": ServiceResponseError,
    "time_out": ServiceResponseTimeoutError,
}


class _Body:
    """What azure-core calls the internal response."""

    def __init__(self, answer: Answer) -> None:
        self.parts = answer.parts

    async def close(self) -> None:
        """Do nothing: the answer is in memory."""


class _RestWorldResponse(AsyncHttpResponseImpl):
    """An answer to a request of azure.core.rest."""

    def __init__(self, request: RestRequest, answer: Answer) -> None:
        headers = _headers(answer)
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


class _OldWorldResponse(OldResponse):
    """An answer to a request of azure.core.pipeline.transport."""

    def __init__(self, request: OldRequest, answer: Answer) -> None:
        super().__init__(request, answer, _BLOCK)
        self._answer = answer
        self.status_code = answer.status
        self.reason = _reason(answer)
        self.headers = _headers(answer)
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


def _headers(answer: Answer) -> CaseInsensitiveDict:
    return CaseInsensitiveDict(answer.headers)


def _reason(answer: Answer) -> str:
    return HTTPStatus(answer.status).phrase
