"""The app's own address, asked as its visitors ask it."""

import asyncio
from typing import Any, Final

from azure.core import AsyncPipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from operators.cloud.arm import Transport
from operators.core.watch import ProbeResult

_SECONDS: Final = 10


class Probe:
    """GET without credentials; redirects are answers, and bodies are not read."""

    def __init__(self, transport: Transport | None = None) -> None:
        options: dict[str, Any] = {"transport": transport} if transport else {}
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            "https://", policies=[UserAgentPolicy("pulley")], **options
        )

    async def get(self, host_name: str, path: str) -> ProbeResult:
        """What `https://{host_name}{path}` answers within ten seconds. Never raises: no answer is an answer too."""
        request = HttpRequest("GET", f"https://{host_name}/{path.lstrip('/')}")
        try:
            async with asyncio.timeout(_SECONDS):
                response = await self._client.send_request(
                    request, stream=True, connection_timeout=_SECONDS, read_timeout=_SECONDS
                )
                await response.close()
        except (AzureError, TimeoutError) as error:
            return ProbeResult(status_code=None, error=f"{type(error).__name__}: {error}"[:200])
        return ProbeResult(status_code=response.status_code)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
