"""What can whoever has the master key see and do?

azure-functions-host: FunctionsController, HostController; azure-docs: azure-functions/functions-manually-run-non-http.
"""

import asyncio
import os
import time
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from local.host import worker
from local.host.functions import Function, HttpTrigger, QueueTrigger, TimerTrigger, is_disabled
from local.host.invocations import Invocations
from local.host.keys import Keys, presented
from local.host.payloads import JsonPayload, Payload, QueuePayload
from local.host.timers import MANUAL_TIMER

_REASON = "This function was programmatically called via the host APIs."


class _Run(BaseModel):
    model_config = ConfigDict(frozen=True)

    input: str = ""


class Admin:
    """`/admin`: the host's state, its functions, and a way to run one now."""

    def __init__(
        self, functions: Iterable[Function], keys: Keys, invocations: Invocations, settings: Mapping[str, str]
    ) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._keys = keys
        self._invocations = invocations
        self._settings = settings
        self._started = time.monotonic()
        self._id = uuid.uuid4().hex
        self._runs: set[asyncio.Task[Any]] = set()

    def routes(self) -> list[Route]:
        """Answer the routes; all but ping ask for the master key."""
        return [
            Route("/admin/host/ping", self._ping, methods=["GET", "POST"]),
            Route("/admin/host/status", self._status),
            Route("/admin/functions", self._list),
            Route("/admin/functions/{name}", self._get, methods=["GET"]),
            Route("/admin/functions/{name}", self._run, methods=["POST"]),
        ]

    async def finish(self) -> None:
        """Wait for the runs that were asked for here."""
        await asyncio.gather(*self._runs)

    async def _ping(self, request: Request) -> Response:
        return Response()

    async def _status(self, request: Request) -> Response:
        if not self._keys.open_admin(presented(request)):
            return Response(status_code=401)
        return JSONResponse(
            {
                "id": self._id,
                "state": "Running",
                "version": f"local, azure-functions-runtime {worker.VERSION}",
                "processId": os.getpid(),
                "processUptime": round((time.monotonic() - self._started) * 1000),
            }
        )

    async def _list(self, request: Request) -> Response:
        if not self._keys.open_admin(presented(request)):
            return Response(status_code=401)
        return JSONResponse([self._described(function, request) for function in self._functions.values()])

    async def _get(self, request: Request) -> Response:
        if not self._keys.open_admin(presented(request)):
            return Response(status_code=401)
        function = self._named(request)
        return JSONResponse(self._described(function, request)) if function else Response(status_code=404)

    async def _run(self, request: Request) -> Response:
        """Start a function and answer 202 at once; how it ended is in the log."""
        if not self._keys.open_admin(presented(request)):
            return Response(status_code=401)
        function = self._named(request)
        if function is None:
            return Response(status_code=404)
        try:
            given = _Run.model_validate_json(await request.body())
        except ValidationError as error:
            return PlainTextResponse(f'expected {{"input": "…"}}: {error}', status_code=400)
        payload = _payload(function, given.input)
        if payload is None:
            return PlainTextResponse(f"{function.name} is called through its own route", status_code=400)
        run = asyncio.create_task(self._invocations.run(function, payload, _REASON))
        self._runs.add(run)
        run.add_done_callback(self._runs.discard)
        return Response(status_code=202)

    def _described(self, function: Function, request: Request) -> dict[str, Any]:
        base = str(request.base_url).rstrip("/")
        return {
            "name": function.name,
            "href": f"{base}/admin/functions/{function.name}",
            "language": "python",
            "isDisabled": is_disabled(function, self._settings),
            "config": {"name": function.name, "entryPoint": function.name, "bindings": list(function.bindings)},
        }

    def _named(self, request: Request) -> Function | None:
        return self._functions.get(request.path_params["name"].lower())


def _payload(function: Function, given: str) -> Payload | None:
    """Answer what a function is handed when it is run by hand; None for HTTP, which has its own way in."""
    match function.trigger:
        case HttpTrigger():
            return None
        case TimerTrigger():
            return MANUAL_TIMER
        case QueueTrigger():
            return QueuePayload(text=given, metadata={"Id": str(uuid.uuid4()), "DequeueCount": 0})
        case _:
            return JsonPayload(text=given)
