"""The endpoint that gives an App Service app the tokens of its managed identity.

azure-docs: app-service/overview-managed-identity, "REST endpoint reference" (api-version 2019-08-01).
"""

from hmac import compare_digest

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from local.azure.world import World
from local.azure.world.tokens import LIFETIME

API_VERSION = "2019-08-01"
_OTHER_IDENTITY = ("client_id", "principal_id", "mi_res_id", "object_id")


class IdentityEndpoint:
    """Answers GET ?resource=…&api-version=2019-08-01 for the operator."""

    def __init__(self, world: World, header: str) -> None:
        self._world = world
        self._header = header

    def answer(self, request: Request) -> Response:
        """Answer one token request."""
        if not compare_digest(request.headers.get("x-identity-header", ""), self._header):
            return _error(403, "The X-IDENTITY-HEADER is missing or wrong.")
        if request.query_params.get("api-version") != API_VERSION:
            return _error(400, f"The api-version must be {API_VERSION}.")
        resource = request.query_params.get("resource")
        if not resource:
            return _error(400, "The resource query parameter is required.")
        operator = self._world.scenario.operator
        asked = [request.query_params[name] for name in _OTHER_IDENTITY if name in request.query_params]
        if any(one.lower() not in (operator.client_id, operator.principal_id) for one in asked):
            text = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId."
            return _error(400, text)
        now = self._world.now()
        return JSONResponse(
            {
                "access_token": self._world.tokens.entra(operator.principal_id, operator.client_id, resource, now),
                "expires_on": str(int((now + LIFETIME).timestamp())),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": operator.client_id.upper(),
            }
        )


def _error(status: int, message: str) -> Response:
    return JSONResponse({"statusCode": status, "message": message}, status)
