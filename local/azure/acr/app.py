"""A registry's data plane: its firewall, its token endpoints, and the operations that a token opens."""

from urllib.parse import unquote

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.azure.acr.access import exchange, refusal, token
from local.azure.acr.call import RegistryCall
from local.azure.acr.errors import registry_error
from local.azure.acr.operations import OPERATIONS, Operation
from local.azure.world import World
from local.azure.world.network import shut_out
from local.azure.world.registries import Registry


class RegistryApp:
    """The ASGI app of one registry."""

    def __init__(self, world: World, registry: Registry) -> None:
        self._world = world
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        world, registry = self._world, self._registry
        path = _path(request)
        authorization = request.headers.get("authorization", "")
        kept_out = shut_out(registry, world.now(), [world.scenario.operator.ip_address])
        if kept_out is not None:
            return registry_error(403, "DENIED", kept_out)
        if path == "/oauth2/exchange":
            request.state.operation = "acr.exchange"
            return exchange(world, registry, await _form(request))
        if path == "/oauth2/token":
            request.state.operation = "acr.token"
            asked = await _form(request) if request.method == "POST" else request.query_params
            return token(world, registry, asked, authorization)
        found = _operations(path)
        operation = next((one for one in found if request.method in one.methods), None)
        if operation is None:
            return registry_error(405, "UNSUPPORTED", "The operation is unsupported.") if found else _no_such_page()
        request.state.operation = operation.name
        place = found[operation]
        refused = refusal(world, registry, authorization, operation.needs(place, request.query_params))
        if refused is not None:
            return refused
        call = RegistryCall(world, registry, path, place, request.query_params, request.headers, await request.body())
        return operation.handler(call)


def _operations(path: str) -> dict[Operation, dict[str, str]]:
    """Answer the operations of a path, one for each method, with its named segments."""
    matches = [(one, one.pattern.fullmatch(path)) for one in OPERATIONS]
    return {one: match.groupdict() for one, match in matches if match is not None}


def _no_such_page() -> Response:
    return Response("404 page not found\n", 404, media_type="text/plain")


def _path(request: Request) -> str:
    """Answer the path with its `%2F` and `%3A` decoded only now, from the raw one."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return unquote(raw.partition(b"?")[0].decode()).rstrip("/")


async def _form(request: Request) -> QueryParams:
    """Answer a form's fields, which are written like a query."""
    return QueryParams((await request.body()).decode())
