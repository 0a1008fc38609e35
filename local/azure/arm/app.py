"""management.azure.com: finds the operation, checks token, api-version and rights, and answers as ARM does."""

import json
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.azure.arm.activity import note
from local.azure.arm.budgets import spend
from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, denied, forbidden, front_door, unauthenticated
from local.azure.arm.operation import Operation, scope_of
from local.azure.arm.operations import OPERATIONS
from local.azure.arm.versions import SUPPORTED
from local.azure.world import World
from local.azure.world.names import stable_guid
from local.azure.world.tokens import TokenError

AUDIENCES = ("https://management.azure.com", "https://management.core.windows.net")


class ArmApp:
    """The ASGI app of ARM."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = self._answer(request, await request.body())
        except ArmError as error:
            response = error.answer()
        response.headers.update(self._common_headers(request))
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        claims = self._claims(request)
        caller = str(claims["oid"])
        path = unquote(request.url.path).rstrip("/")
        operation, place = _find(request.method, path)
        request.state.operation = operation.name
        query = {
            name.lower() if name.lower() == "$skiptoken" else name: value
            for name, value in request.query_params.items()
        }
        _check_version(operation, query.get("api-version"))
        call = ArmCall(self._world, path, place, query, _json(body), caller)
        self._check_subscription(call)
        left = spend(self._world, request.method, path, caller)
        response = self._done(operation, call, claims)
        response.headers.update(left)
        return response

    def _done(self, operation: Operation, call: ArmCall, claims: dict[str, Any]) -> Response:
        """Do it where it is allowed; the Activity Log tells of what was done and of what was refused."""
        try:
            self._check_rights(operation, call)
            response = operation.handler(call)
        except ArmError as error:
            note(call, operation, claims, error.status)
            raise
        note(call, operation, claims, response.status_code)
        return response

    def _claims(self, request: Request) -> dict[str, Any]:
        """Answer what the bearer token says; raises the 401 otherwise."""
        tenant = self._world.scenario.tenant
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            text = "Authentication failed. The 'Authorization' header is missing."
            raise unauthenticated(tenant, "AuthenticationFailed", text)
        try:
            claims = self._world.tokens.read(token, self._world.now())
        except TokenError as error:
            code = "ExpiredAuthenticationToken" if error.expired else "InvalidAuthenticationToken"
            raise unauthenticated(tenant, code, f"The access token is invalid: {error}") from error
        if str(claims.get("aud", "")).rstrip("/") not in AUDIENCES:
            text = f"The access token has been obtained for wrong audience or resource '{claims.get('aud')}'."
            raise unauthenticated(tenant, "InvalidAuthenticationTokenAudience", text)
        return claims

    def _check_subscription(self, call: ArmCall) -> None:
        wanted = call.place.get("subscription")
        if wanted is None or any(one.id == wanted.lower() for one in self._world.scenario.subscriptions):
            return
        raise front_door(404, "SubscriptionNotFound", f"The subscription '{wanted}' could not be found.")

    def _check_rights(self, operation: Operation, call: ArmCall) -> None:
        action = operation.action_at(call.place)
        if action is None:
            return
        scope, roles, now = scope_of(call.path), self._world.roles, self._world.now()
        if not roles.grants(call.caller, action, scope, now):
            raise forbidden(call.caller, action, scope)
        denial = roles.denial(call.caller, action, scope, now)
        if denial is not None:
            raise denied(call.caller, action, scope, denial)

    def _common_headers(self, request: Request) -> dict[str, str]:
        request_id = stable_guid("request", str(next(self._world.numbers)))
        headers = {
            "x-ms-request-id": request_id,
            "x-ms-correlation-request-id": request_id,
            "x-ms-routing-request-id": f"LOCAL:{self._world.now():%Y%m%dT%H%M%SZ}:{request_id}",
            "cache-control": "no-cache",
        }
        client_id = request.headers.get("x-ms-client-request-id")
        return headers | ({"x-ms-client-request-id": client_id} if client_id else {})


def _find(method: str, path: str) -> tuple[Operation, dict[str, str]]:
    other_method = False
    for operation in OPERATIONS:
        place = operation.match(path)
        if place is None:
            continue
        if operation.method == method:
            return operation, place
        other_method = True
    if other_method:
        raise front_door(405, "MethodNotAllowed", f"The requested resource does not support http method '{method}'.")
    raise front_door(404, "NotFound", f"No HTTP resource was found that matches the request URI '{path}'.")


def _check_version(operation: Operation, version: str | None) -> None:
    if not version:
        text = "The api-version query parameter (?api-version=) is required for all requests."
        raise front_door(400, "MissingApiVersionParameter", text)
    supported = SUPPORTED[operation.provider]
    if version not in supported:
        text = f"The api-version '{version}' is invalid. The supported versions are '{','.join(supported)}'."
        raise front_door(400, "InvalidApiVersionParameter", text)


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        text = "The request content was invalid and could not be deserialized."
        raise front_door(400, "InvalidRequestContent", text) from error
