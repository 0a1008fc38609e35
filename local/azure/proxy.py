"""The proxy in front of the simulated Azure: HTTPS for the real host names, with a certificate authority of its own.

The only module that needs mitmproxy. No connection ever goes out: the addon answers every request, also those to hosts
that the scenario does not know, and `connection_strategy=lazy` keeps mitmproxy from connecting before it is asked.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, misc"

import asyncio
from pathlib import Path

from mitmproxy import http, options
from mitmproxy.addons import default_addons
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.master import Master

from local.azure.asgi import ask
from local.azure.front import ConnectionBroken, Front

CA_FILE = "mitmproxy-ca-cert.pem"


class Answering:
    """The addon that hands every request to the front."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self.ready = asyncio.Event()

    def running(self) -> None:
        """Note that the proxy listens."""
        self.ready.set()

    async def request(self, flow: http.HTTPFlow) -> None:
        """Answer a request; the path is passed on as it came, so that `sha256%3A…` stays encoded."""
        asked = flow.request
        url = f"{asked.scheme}://{asked.pretty_host}{asked.path}"
        try:
            answer = await ask(self._front, asked.method, url, asked.headers.items(multi=True), asked.content or b"")
        except ConnectionBroken:
            flow.kill()
            return
        headers = [(name.encode(), value.encode()) for name, value in answer.headers]
        flow.response = http.Response.make(answer.status, answer.body)
        flow.response.headers = http.Headers(headers)  # as they are: the length that HEAD tells is not that of its body


class Proxy:
    """A running proxy on an ephemeral loopback port."""

    def __init__(self, front: Front, state: Path) -> None:
        self._answering = Answering(front)
        self.ca = state / CA_FILE
        chosen = options.Options(listen_host="127.0.0.1", listen_port=0, confdir=str(state), mode=["regular"])
        self._master = Master(chosen, event_loop=asyncio.get_running_loop(), with_termlog=False)
        self._master.addons.add(*default_addons(), self._answering)
        chosen.update(connection_strategy="lazy", upstream_cert=False, http2=True)
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> str:
        """Listen and answer the proxy's address; raises RuntimeError where it cannot."""
        self._running = asyncio.create_task(self._master.run())
        listening = asyncio.create_task(self._answering.ready.wait())
        await asyncio.wait({self._running, listening}, return_when=asyncio.FIRST_COMPLETED)
        addresses = self._server().listen_addrs()
        if not addresses:
            raise RuntimeError("the proxy does not listen")
        return f"http://127.0.0.1:{addresses[0][1]}"

    async def stop(self) -> None:
        """Stop listening."""
        if self._running is None:
            return
        self._master.shutdown()
        await self._running

    def _server(self) -> Proxyserver:
        return self._master.addons.get("proxyserver")
