"""One address of somebody else's, to which news are POSTed."""

import asyncio
from typing import Any, Final

from azure.core import AsyncPipelineClient
from azure.core.exceptions import AzureError
from azure.core.pipeline.policies import UserAgentPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest
from pydantic import SecretStr

from operators.cloud.arm import Transport
from operators.cloud.arm_errors import read_answer
from operators.errors import Permanent, Temporary

_SECONDS: Final = 10
_ASK_AGAIN: Final = frozenset({408, 429})
_WHAT: Final = "the notification"


class Webhook:
    """Sends. The address never leaves this object: its query may hold a token, so no error and no log repeats it."""

    def __init__(self, url: SecretStr, transport: Transport | None = None) -> None:
        self._url = url
        options: dict[str, Any] = {"transport": transport} if transport else {}
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            "https://", policies=[UserAgentPolicy("pulley")], **options
        )

    async def post(self, body: str, content_type: str) -> None:
        """Send once, waiting ten seconds at most; redirects are not followed (CloudEvents HTTP webhook 1.0, section 2).

        Raises Temporary where the receiver may take it later, and Permanent where it says that it never will.
        """
        request = HttpRequest(
            "POST", self._url.get_secret_value(), content=body, headers={"Content-Type": content_type}
        )
        try:
            async with asyncio.timeout(_SECONDS):
                response = await self._client.send_request(
                    request, stream=True, connection_timeout=_SECONDS, read_timeout=_SECONDS
                )
                await response.close()
        except (AzureError, TimeoutError) as error:
            # the texts of these errors may repeat the address
            raise Temporary(_WHAT, f"the receiver gave no answer: {type(error).__name__}") from None
        status = response.status_code
        if status in _ASK_AGAIN or status >= 500:
            asked = read_answer(status, response.headers, "").retry_after
            raise Temporary(_WHAT, f"the receiver answered {status}", asked)
        if status >= 300:
            raise Permanent(_WHAT, f"the receiver answered {status}", "correct PULLEY_NOTIFY_URL")

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
