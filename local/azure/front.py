"""The network's edge: finds the app of a host, lets scripted faults happen, and keeps the journal.

One ASGI app for everything that answers over HTTPS in the simulated Azure. Faults that break the connection leave it as
`ConnectionBroken`: the in-process transport and the proxy each turn that into what a client then sees.
"""

from email.utils import format_datetime
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.azure.acr import STORAGE_HOST, ManagedStorage, RegistryApp
from local.azure.acr.errors import registry_body
from local.azure.apps import AppAddress
from local.azure.arm import ArmApp
from local.azure.arm.errors import arm_body, web_body
from local.azure.deployment_site import DeploymentSite
from local.azure.scenario import FaultRule
from local.azure.world import World
from local.azure.world.journal import Call, without_secrets

ARM_HOST = "management.azure.com"


class ConnectionBroken(Exception):
    """No answer arrives: the connection was refused, it broke, or the time ran out."""

    def __init__(self, how: str) -> None:
        super().__init__(f"scripted fault: {how}")
        self.how = how
        """`refuse` (nothing happened), `lose_answer` (it happened), `time_out` (it happened)."""


class Front:
    """Everything behind the simulated Azure's host names."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._arm = ArmApp(world)

    def knows(self, host: str) -> bool:
        """Tell whether a host is part of this world."""
        return self._app(host.lower()) is not None

    def _app(self, host: str) -> ASGIApp | None:
        """Find the app behind a host; sites and registries come and go."""
        if host == ARM_HOST:
            return self._arm
        if host == STORAGE_HOST:
            return ManagedStorage(self.world)
        for registry in self.world.registries:
            if registry.login_server.lower() == host:
                return RegistryApp(self.world, registry)
        for site in self.world.sites:
            if site.host.lower() == host:
                return AppAddress(self.world, site)
            if site.scm_host.lower() == host:
                return DeploymentSite(self.world, site)
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; raises ConnectionBroken where a fault says that no answer arrives."""
        request = Request(scope)
        self.world.catch_up()
        host = request.headers.get("host", "").partition(":")[0].lower()
        fault = self.world.faults.meet(request.method, host, request.url.path)
        status = 0

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).setdefault("Date", format_datetime(self.world.now(), usegmt=True))
            await send(message)

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            if fault is None or fault.effect == "delay":
                await dated(message)

        try:
            if fault is not None and fault.effect != "time_out":
                await self.world.clock.sleep(fault.latency)
            if fault is not None and fault.effect == "refuse":
                raise ConnectionBroken("refuse")
            if fault is not None and fault.effect == "answer":
                request.state.operation = "fault"
                status = fault.status
                await fault_answer(fault)(scope, receive, dated)
                return
            app = self._app(host) or unknown_host
            await app(scope, receive, note)
            if fault is not None and fault.effect != "delay":
                status = 0
                await self.world.clock.sleep(fault.latency if fault.effect == "time_out" else 0)
                raise ConnectionBroken(fault.effect)
        finally:
            self._note(request, host, status)

    def _note(self, request: Request, host: str, status: int) -> None:
        self.world.journal.add(
            Call(
                at=self.world.now(),
                method=request.method,
                host=host,
                path=request.scope["raw_path"].decode(),
                query=without_secrets(request.url.query),
                status=status,
                user_agent=request.headers.get("user-agent", ""),
                operation=getattr(request.state, "operation", ""),
            )
        )


async def unknown_host(scope: Scope, receive: Receive, send: Send) -> None:
    """Refuse a host that is no part of the scenario; nothing ever goes out to the real network."""
    host = Request(scope).headers.get("host", "")
    body = {"error": {"code": "UnknownHost", "message": f"The simulated Azure has no host {host} in its scenario."}}
    await JSONResponse(body, 502)(scope, receive, send)


def fault_answer(fault: FaultRule) -> Response:
    """Write the answer that a fault tells, in the envelope it names."""
    bodies: dict[str, dict[str, Any]] = {
        "arm": arm_body(fault.code, fault.message),
        "web": web_body(fault.code, fault.message, fault.extended_code),
        "flat": {"code": fault.code, "message": fault.message},
        "registry": registry_body(fault.code, fault.message),
    }
    if fault.envelope == "none":
        return Response(status_code=fault.status, headers=fault.headers)
    return JSONResponse(bodies[fault.envelope], fault.status, fault.headers)
