"""Azure Resource Manager, for the calls that the SDK clients lack or are too dear for; and how every client calls it.

No call is retried here: whoever asked decides, from an error that says so. azure-core would send a restart twice.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline.policies import HeadersPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

from operators.cloud.arm_errors import parsed, translated
from operators.cloud.azure_clock import AzureClock, ClockPolicy
from operators.cloud.throttling import Throttling, ThrottlingPolicy
from operators.core.clouds import PUBLIC, Cloud
from operators.errors import Misled

Transport = AsyncHttpTransport[Any, Any]
Json = dict[str, Any]

CALL: Final[dict[str, Any]] = {"connection_timeout": 5, "read_timeout": 15}
"""Options of every call, in seconds; azure-core's own are 300 s."""


def arm_policies(
    credential: AsyncTokenCredential,
    cloud: Cloud = PUBLIC,
    throttling: Throttling | None = None,
    clock: AzureClock | None = None,
) -> list[Any]:
    """What every ARM request passes through: no retries, no redirects, no registering of providers behind our back."""
    return [
        *([ThrottlingPolicy(throttling)] if throttling else []),
        RequestIdPolicy(),
        HeadersPolicy({"Accept": "application/json"}),
        UserAgentPolicy("pulley"),
        AsyncARMChallengeAuthenticationPolicy(credential, f"{cloud.arm_audience}/.default"),
        *([ClockPolicy(clock)] if clock else []),
        ARMHttpLoggingPolicy(),
    ]


class Arm:
    """Calls by resource id. Raises operators.errors, with the platform's own words in them."""

    def __init__(
        self,
        credential: AsyncTokenCredential,
        *,
        cloud: Cloud = PUBLIC,
        transport: Transport | None = None,
        throttling: Throttling | None = None,
        clock: AzureClock | None = None,
    ) -> None:
        options: dict[str, Any] = {"transport": transport} if transport else {}
        self._base_url = cloud.arm_url
        self._client: AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncARMPipelineClient(
            self._base_url, policies=arm_policies(credential, cloud, throttling, clock), **options
        )

    async def get(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> Json:
        """The resource or answer at a path such as "/subscriptions/…"."""
        params = {"api-version": api_version, **(query or {})}
        return await self._send(path, HttpRequest("GET", f"{self._base_url}{path}", params=params))

    async def ask(self, path: str, api_version: str) -> Json:
        """The answer of an action that changes nothing: what may hold secrets, Azure answers to POST only."""
        params = {"api-version": api_version}
        return await self._send(path, HttpRequest("POST", f"{self._base_url}{path}", params=params))

    async def put(self, path: str, api_version: str, body: Json) -> Json:
        """Make or replace the resource at a path."""
        params = {"api-version": api_version}
        return await self._send(path, HttpRequest("PUT", f"{self._base_url}{path}", params=params, json=body))

    async def begin(self, path: str, api_version: str, body: Json) -> str | None:
        """Ask for what takes its time; the address that tells how far it is, None where Azure named none."""
        params = {"api-version": api_version}
        response = await self._answered(path, HttpRequest("POST", f"{self._base_url}{path}", params=params, json=body))
        return response.headers.get("Location")

    async def goes_on(self, address: str) -> bool:
        """Whether what was begun goes on. Raises operators.errors where it failed, with the reason in it."""
        what = urlsplit(address).path
        return (await self._answered(what, HttpRequest("GET", self._own(what, address)))).status_code == 202

    async def pages(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> AsyncIterator[Json]:
        """The rows of a list, page after page. A page that fails ends it with an error, never as if it were the end."""
        page = await self.get(path, api_version, query)
        while True:
            for row in parsed(path, _rows, page):
                yield row
            link = page.get("nextLink")
            if not link:
                return
            page = await self._send(path, HttpRequest("GET", self._own(path, link)))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _send(self, what: str, request: HttpRequest) -> Json:
        with translated(what):
            answer: Json = (await self._answered(what, request)).json()
        return answer

    async def _answered(self, what: str, request: HttpRequest) -> AsyncHttpResponse:
        with translated(what):
            response = await self._client.send_request(request, **CALL)
            response.raise_for_status()
        return response

    def _own(self, path: str, link: str) -> str:
        """An address that an answer gave us: only ours, for our token goes there."""
        if urlsplit(link).hostname != urlsplit(self._base_url).hostname:
            raise Misled(path, f"it leads on to {urlsplit(link).hostname}, which gets no token of ours")
        return link


def _rows(page: Json) -> list[Json]:
    return list(page["value"])
