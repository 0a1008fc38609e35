"""How does the operator here get tokens? By the endpoint of a managed identity, behind which any credential may stand.

The operator is what is deployed, and asks as it does in App Service (azure-docs: app-service/overview-managed-identity,
"REST endpoint reference"); so whoever signed in with `az login` is its managed identity.
"""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hmac import compare_digest

import httpx
from azure.core.credentials import AccessToken
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.web_server import WebServer

API_VERSION = "2019-08-01"
_HEADER = "X-IDENTITY-HEADER"


@dataclass(frozen=True)
class IdentityEndpoint:
    """Where tokens are, and what proves that one may have them."""

    url: str
    header: str

    @property
    def environment(self) -> dict[str, str]:
        """What App Service tells an app about it."""
        return {"IDENTITY_ENDPOINT": self.url, "IDENTITY_HEADER": self.header}


@asynccontextmanager
async def identity_endpoint(credential: AsyncTokenCredential) -> AsyncIterator[IdentityEndpoint]:
    """Serve a credential's tokens on loopback for as long as the block lasts."""
    header = secrets.token_hex(32)

    async def token(request: Request) -> Response:
        resource = request.query_params.get("resource")
        if not compare_digest(request.headers.get(_HEADER, ""), header):
            return JSONResponse({"statusCode": 403, "message": "The header is missing or wrong."}, 403)
        if request.query_params.get("api-version") != API_VERSION or not resource:
            return JSONResponse({"statusCode": 400, "message": f"Needed: resource, api-version={API_VERSION}."}, 400)
        try:
            given = await credential.get_token(f"{resource.rstrip('/')}/.default")
        except ClientAuthenticationError as error:
            return JSONResponse({"statusCode": 400, "message": error.message}, 400)
        told = {"access_token": given.token, "expires_on": str(given.expires_on), "token_type": "Bearer"}
        return JSONResponse(told | {"resource": resource})

    listener = socket.create_server(("127.0.0.1", 0))
    server = WebServer([Route("/msi/token", token)], log_level="warning")
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield IdentityEndpoint(f"http://127.0.0.1:{listener.getsockname()[1]}/msi/token", header)
    finally:
        server.should_exit = True
        await serving


class EndpointCredential:
    """The credential of somebody else's identity endpoint."""

    def __init__(self, endpoint: IdentityEndpoint) -> None:
        self._endpoint = endpoint

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        """Ask for a token. Raises ClientAuthenticationError where there is none."""
        asked = {"resource": scopes[0].removesuffix("/.default"), "api-version": API_VERSION}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(self._endpoint.url, params=asked, headers={_HEADER: self._endpoint.header})
        if answer.is_error:
            raise ClientAuthenticationError(f"no token: {answer.status_code} {answer.text}")
        told = answer.json()
        return AccessToken(told["access_token"], int(told["expires_on"]))

    async def close(self) -> None:
        """Do nothing: every call has a connection of its own."""

    async def __aenter__(self) -> "EndpointCredential":
        return self

    async def __aexit__(self, *_: object) -> None:
        return None
