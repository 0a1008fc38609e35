"""How do Event Grid's deliveries reach functions?

Everything here is what the Event Grid extension answers (azure-sdk-for-net: EventGridExtensionConfigProvider,
HttpRequestProcessor): one invocation per event, all at once, and all of them again when one fails.
"""

import asyncio
import json
import logging
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from local.host.functions import EventGridTrigger, Function
from local.host.invocations import Invocations
from local.host.keys import Keys, presented
from local.host.payloads import JsonPayload

_ORIGIN = "eventgrid.azure.net"  # fixed in the extension (azure-sdk-for-net issue 47175)
_logger = logging.getLogger("host")


class EventGridWebhook:
    """`/runtime/webhooks/EventGrid?functionName=NAME`."""

    def __init__(self, functions: Iterable[Function], keys: Keys, invocations: Invocations) -> None:
        self._functions = {
            function.name.lower(): function for function in functions if isinstance(function.trigger, EventGridTrigger)
        }
        self._keys = keys
        self._invocations = invocations

    async def handle(self, request: Request) -> Response:
        """Answer a delivery or a handshake: 401 without a key, 404 without the function, else by `aeg-event-type`."""
        if request.path_params["extension"].lower() != "eventgrid":
            return Response(status_code=404)
        if not self._keys.open_event_grid(presented(request)):
            return Response(status_code=401)
        name = request.query_params.get("functionName", "")
        function = self._functions.get(name.lower())
        if function is None:
            return PlainTextResponse(f"cannot find function: '{name}'", status_code=404)
        if request.method == "OPTIONS":
            return Response(headers={"WebHook-Allowed-Origin": _ORIGIN, "WebHook-Allowed-Rate": "*", "Allow": "POST"})
        return await self._delivery(request, function)

    async def _delivery(self, request: Request, function: Function) -> Response:
        match request.headers.get("aeg-event-type", "").lower():
            case "subscriptionvalidation":
                return _validation(function, await request.body())
            case "notification":
                return await self._notification(function, await request.body())
            case "unsubscribe":
                return Response(status_code=202)
        return Response(status_code=400)

    async def _notification(self, function: Function, body: bytes) -> Response:
        """Run the function for every event; 202 when all succeed, 500 with the first error when any fails."""
        try:
            delivered = json.loads(body)
        except ValueError as error:
            return PlainTextResponse(f"the body is no JSON: {error}", status_code=500)
        events = delivered if isinstance(delivered, list) else [delivered]
        reason = f"EventGrid trigger fired at {datetime.now(UTC).isoformat()}"
        outcomes = await asyncio.gather(
            *(self._invocations.run(function, JsonPayload(text=json.dumps(event)), reason) for event in events)
        )
        failed = [outcome for outcome in outcomes if not outcome.succeeded]
        if failed:
            return PlainTextResponse(failed[0].error, status_code=500)
        return Response(status_code=202)


def _validation(function: Function, body: bytes) -> Response:
    """Give the validation code back; a CloudEvent carries it in data that may be JSON in a string."""
    try:
        delivered: Any = json.loads(body)
        data = delivered[0]["data"] if isinstance(delivered, list) else delivered["data"]
        code = (json.loads(data) if isinstance(data, str) else data)["validationCode"]
    except (ValueError, LookupError, TypeError) as error:
        return PlainTextResponse(f"the body is no subscription validation event: {error!r}", status_code=500)
    _logger.info("perform handshake with eventGrid for function: %s", function.name)
    return JSONResponse({"validationResponse": code})
