"""Sends the registries' webhooks to addresses outside the simulated Azure: http on loopback, and nowhere else."""

from urllib.parse import urlsplit

import httpx

from local.azure.under_way import UnderWay
from local.azure.world import World
from local.azure.world.webhooks import WebhookRequest

ANSWER_WITHIN = 30
LOOPBACK = ("127.0.0.1", "localhost", "::1")
USER_AGENT = "AzureContainerRegistry/1.0"


class WebhookSender:
    """Posts what webhooks send, once: whether a registry tries again is not documented."""

    def __init__(self, world: World, client: httpx.AsyncClient | None = None) -> None:
        self._webhooks = world.webhooks
        # the environment may name the simulated Azure as the proxy; webhooks go straight to their address
        self._client = client or httpx.AsyncClient(trust_env=False)
        self._under_way = UnderWay()
        world.webhooks.post = self._start

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self._under_way.settle()

    async def close(self) -> None:
        """Give up what is under way."""
        await self._under_way.give_up()
        await self._client.aclose()

    def _start(self, request: WebhookRequest) -> None:
        self._under_way.begin(self._send(request))

    async def _send(self, request: WebhookRequest) -> None:
        parts = urlsplit(request.uri)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            self._webhooks.answered(request, 0, "NameResolutionFailure")
            return
        headers = {"User-Agent": USER_AGENT} | request.headers
        try:
            answer = await self._client.post(
                request.shown_uri, content=request.body, headers=headers, timeout=ANSWER_WITHIN
            )
        except httpx.HTTPError as error:
            self._webhooks.answered(request, 0, type(error).__name__)
            return
        self._webhooks.answered(request, answer.status_code)
