"""How is something made, changed or deleted at ARM? By one call that is followed until Azure says that it is done."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import AsyncRetryPolicy, HeadersPolicy, RequestIdPolicy, UserAgentPolicy
from azure.core.pipeline.transport import AsyncHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core.policies import ARMHttpLoggingPolicy, AsyncARMChallengeAuthenticationPolicy

ARM = "https://management.azure.com"
USER_AGENT = "pulley-live"
_USUAL_PAUSE = 5.0
_PATIENCE_SECONDS = 1800
_UNDER_WAY = frozenset({"creating", "updating", "running", "inprogress", "accepted", "pending", "deleting"})
_LONGEST_QUOTE = 500

Transport = AsyncHttpTransport[Any, Any]
Sleep = Callable[[float], Awaitable[None]]
_Client = AsyncPipelineClient[HttpRequest, AsyncHttpResponse]


class ManagementError(Exception):
    """Azure refused or did not end an operation; the text has its own words."""

    def __init__(self, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.status = status
        """0 where there was no answer, or none in time."""


class Management:
    """ARM as a credential. What was throttled, or failed on the way, azure-core tries again, as in every SDK."""

    def __init__(self, credential: AsyncTokenCredential, transport: Transport, sleep: Sleep) -> None:
        """`sleep` lets the pause between two polls pass."""
        self._sleep = sleep
        who = UserAgentPolicy(USER_AGENT)
        self._arm: _Client = AsyncPipelineClient(
            ARM,
            transport=transport,
            policies=[
                *(RequestIdPolicy(), HeadersPolicy({"Accept": "application/json"}), who, AsyncRetryPolicy()),
                AsyncARMChallengeAuthenticationPolicy(credential, f"{ARM}/.default"),
                ARMHttpLoggingPolicy(),
            ],
        )
        # an app's own address gets no token
        self._apps: _Client = AsyncPipelineClient("", transport=transport, policies=[who])

    async def call(
        self, method: str, path: str, api_version: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Send one call and follow it to its end; answer what it was answered first. Raises ManagementError."""
        request = HttpRequest(method, f"{ARM}{path}", params={"api-version": api_version}, json=body)
        answer = _accepted(await _send(self._arm, request))
        follow = answer.headers.get("azure-asyncoperation") or answer.headers.get("location")
        if follow and answer.status_code in (201, 202):
            await self._follow(str(follow), answer)
        return _json(answer)

    async def status_of(self, host: str) -> int:
        """Ask an app's own address for its page; answer the status, 0 where none came."""
        try:
            return (await _send(self._apps, HttpRequest("GET", f"https://{host}/"))).status_code
        except ManagementError:
            return 0

    async def _follow(self, url: str, answer: AsyncHttpResponse) -> None:
        waited = 0.0
        while waited < _PATIENCE_SECONDS:
            pause = float(answer.headers.get("retry-after") or _USUAL_PAUSE)
            await self._sleep(pause)
            waited += pause
            answer = _accepted(await _send(self._arm, HttpRequest("GET", url)))
            state = str(_json(answer).get("status") or "").lower()
            if state in ("failed", "canceled"):
                raise ManagementError(f"{_shown(url)}: {answer.text()[:_LONGEST_QUOTE]}", answer.status_code)
            if answer.status_code != 202 and state not in _UNDER_WAY:
                return
            # every answer may name another place to look at (recorded for swaps)
            url = str(answer.headers.get("location") or url)
        raise ManagementError(f"not done after {_PATIENCE_SECONDS} s: {_shown(url)}")


async def _send(client: _Client, request: HttpRequest) -> AsyncHttpResponse:
    try:
        return await client.send_request(request, connection_timeout=30, read_timeout=120)
    except AzureError as error:
        raise ManagementError(f"{request.method} {_shown(request.url)}: {error}") from error


def _accepted(answer: AsyncHttpResponse) -> AsyncHttpResponse:
    if answer.status_code < 400:
        return answer
    what = f"{answer.request.method} {_shown(answer.request.url)}"
    raise ManagementError(f"{what}: {answer.status_code} {answer.text()[:_LONGEST_QUOTE]}", answer.status_code)


def _json(answer: AsyncHttpResponse) -> dict[str, Any]:
    told = answer.json() if answer.content and "json" in answer.headers.get("content-type", "") else {}
    return told if isinstance(told, dict) else {}


def _shown(url: str) -> str:
    return url.partition("?")[0].removeprefix(ARM)
