"""How does a request reach its HTTP-triggered function, and the answer its caller?"""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import Response

from local.host.configuration import resolve
from local.host.functions import Function, HttpTrigger
from local.host.invocations import Invocations
from local.host.keys import Keys, presented
from local.host.payloads import HttpAnswer, HttpPayload
from local.host.routes import Route

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
_REASON = "This function was programmatically called via the host APIs."


class _Endpoint(BaseModel):
    model_config = ConfigDict(frozen=True)

    route: Route
    trigger: HttpTrigger
    function: Function

    def takes(self, method: str) -> bool:
        return not self.trigger.methods or method in (allowed.upper() for allowed in self.trigger.methods)


class HttpTriggers:
    """Every HTTP-triggered function, by route and method."""

    def __init__(
        self,
        functions: Iterable[Function],
        route_prefix: str,
        settings: Mapping[str, str],
        keys: Keys,
        invocations: Invocations,
    ) -> None:
        """Compile all routes; raises ConfigurationError for one that cannot be matched."""
        endpoints = [
            _Endpoint(
                route=_route(function, function.trigger, route_prefix, settings),
                trigger=function.trigger,
                function=function,
            )
            for function in functions
            if isinstance(function.trigger, HttpTrigger)
        ]
        self._endpoints = sorted(endpoints, key=lambda endpoint: endpoint.route.precedence)
        self._keys = keys
        self._invocations = invocations

    async def handle(self, request: Request) -> Response:
        """Answer a request: 404 without a route, 401 without its key, 500 where the function raised, else its answer.

        A known route asked with another method is a 404 too: the real host makes the method part of the route
        (azure-functions-host issue 10098).
        """
        found = self._find(request)
        if found is None:
            return Response(status_code=404)
        endpoint, route_params = found
        if not self._keys.open_function(endpoint.trigger.auth_level, presented(request)):
            return Response(status_code=401)
        payload = await _payload(request, route_params)
        outcome = await self._invocations.run(endpoint.function, payload, _REASON)
        if not outcome.succeeded:
            return Response(status_code=500)
        return _response(outcome.answer)

    def _find(self, request: Request) -> tuple[_Endpoint, dict[str, str]] | None:
        raw_path = request.scope["raw_path"].decode("latin-1")
        for endpoint in self._endpoints:
            if not endpoint.takes(request.method):
                continue
            route_params = endpoint.route.match(raw_path)
            if route_params is not None:
                return endpoint, route_params
        return None


def _route(function: Function, trigger: HttpTrigger, prefix: str, settings: Mapping[str, str]) -> Route:
    template = function.name if trigger.route is None else resolve(trigger.route, settings)
    return Route.parse(f"{prefix.strip('/')}/{template.strip('/')}")


async def _payload(request: Request, route_params: dict[str, str]) -> HttpPayload:
    return HttpPayload(
        method=request.method,
        url=_url(request),
        headers=_joined(request.headers.items()),
        query=_joined(request.query_params.multi_items()),
        route_params=route_params,
        body=await request.body(),
    )


def _url(request: Request) -> str:
    """Answer the address as it was sent; `request.url` has its path decoded."""
    path, query = request.scope["raw_path"].decode("latin-1"), request.url.query
    return f"{request.url.scheme}://{request.url.netloc}{path}" + (f"?{query}" if query else "")


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Join repeated names by a comma, as .NET's StringValues does on their way to the worker."""
    joined: dict[str, str] = {}
    for name, value in pairs:
        joined[name] = f"{joined[name]},{value}" if name in joined else value
    return joined


def _response(answer: HttpAnswer | None) -> Response:
    if answer is None:
        return Response(status_code=204)
    response = Response(answer.body, status_code=answer.status)
    for name, value in answer.headers:
        if name.lower() != "content-length":  # Starlette counted the body
            response.headers.append(name, value)
    return response
