"""The registry `store` of these tests' worlds, spoken to as a client without an SDK does."""

import json
from urllib.parse import urlencode

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.transport import WorldCredential
from local.azure.world import World

HOST = "https://store.azurecr.io"


async def call(world: World, path: str, method: str = "GET", **headers: str) -> Answer:
    """Send one call to the registry `store`."""
    return await ask(Front(world), method, HOST + path, list(headers.items()))


async def post(world: World, path: str, **form: str) -> dict[str, str]:
    """Send a form to the registry and answer the JSON that comes back."""
    headers = [("content-type", "application/x-www-form-urlencoded")]
    answer = await ask(Front(world), "POST", HOST + path, headers, urlencode(form).encode())
    body: dict[str, str] = json.loads(answer.body)
    return body


async def access_token(world: World, scope: str, principal_id: str | None = None) -> str:
    """Go through exchange and token."""
    entra = (await WorldCredential(world, principal_id).get_token("https://management.azure.com/.default")).token
    service = "store.azurecr.io"
    exchanged = await post(world, "/oauth2/exchange", grant_type="access_token", service=service, access_token=entra)
    refresh = exchanged["refresh_token"]
    granted = await post(
        world, "/oauth2/token", grant_type="refresh_token", service=service, scope=scope, refresh_token=refresh
    )
    return granted["access_token"]


async def read(world: World, path: str, action: str) -> Answer:
    """Read something of the repository team/web with a token for an action."""
    token = await access_token(world, f"repository:team/web:{action}")
    return await call(world, path, authorization=f"Bearer {token}")
