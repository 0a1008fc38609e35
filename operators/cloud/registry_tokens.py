"""Tokens of a registry's data plane: Entra token → refresh token (3 h) → access token of one repository (1 h).

Each is kept until shortly before it expires, so that a warm read is one call (docs/adr/0003-registry-tokens.md).
Source: github.com/Azure/acr, docs/AAD-OAuth.md.
"""

import asyncio
import base64
import binascii
import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any
from urllib.parse import urlencode

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.rest import AsyncHttpResponse, HttpRequest

from operators.cloud.arm import CALL
from operators.cloud.arm_errors import parsed, translated
from operators.core.clouds import PUBLIC, Cloud
from operators.core.registries import is_azure_registry
from operators.errors import Permanent

AUDIENCE = "https://containerregistry.azure.net"
"""In every cloud of Azure's: azure-cli, command_modules/acr/_docker_utils.py (_resolve_acr_scope)."""
_MARGIN = timedelta(minutes=2)
"""A token that expires sooner is not used any more: our clock and the registry's may differ."""


class RegistryTokens:
    """Access tokens for the repositories of any registry, as the operator's identity."""

    def __init__(
        self,
        client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse],
        credential: AsyncTokenCredential,
        now: Callable[[], datetime],
        cloud: Cloud = PUBLIC,
    ) -> None:
        self._client = client
        self._credential = credential
        self._now = now
        self._cloud = cloud
        self._refresh: dict[str, str] = {}
        self._access: dict[tuple[str, str], str] = {}
        self._getting: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def access_token(self, login_server: str, scope: str) -> str:
        """A token for a scope such as "repository:shop:metadata_read". Many that ask at once share one exchange."""
        # An app may name any host as its registry; the operator's token goes to Azure's alone.
        if not is_azure_registry(login_server) or not login_server.lower().endswith(self._cloud.registry_domain):
            raise Permanent(login_server, "it is no registry of the operator's cloud, so it gets no token of ours")
        async with self._getting[login_server]:
            token = self._access.get((login_server, scope))
            if token is None or not self._lasts(token):
                token = await self._get_access(login_server, scope)
                self._access[login_server, scope] = token
            return token

    def forget(self, login_server: str, token: str) -> None:
        """The registry refused this token: neither it nor what it came from is used again."""
        self._access = {key: kept for key, kept in self._access.items() if kept != token}
        self._refresh.pop(login_server, None)

    async def _get_access(self, login_server: str, scope: str) -> str:
        refresh = self._refresh.get(login_server)
        if refresh is None or not self._lasts(refresh):
            refresh = await self._get_refresh(login_server)
            self._refresh[login_server] = refresh
        form = {"grant_type": "refresh_token", "service": login_server, "scope": scope, "refresh_token": refresh}
        return await self._post(login_server, "token", form, "access_token")

    async def _get_refresh(self, login_server: str) -> str:
        with translated(f"token for {AUDIENCE}"):
            entra = await self._credential.get_token(f"{AUDIENCE}/.default")
        form = {"grant_type": "access_token", "service": login_server, "access_token": entra.token}
        return await self._post(login_server, "exchange", form, "refresh_token")

    async def _post(self, login_server: str, endpoint: str, form: dict[str, str], answered: str) -> str:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"https://{login_server}/oauth2/{endpoint}"
        request = HttpRequest("POST", url, headers=headers, content=urlencode(form))
        what = f"{endpoint} at {login_server}"
        with translated(what):
            response = await self._client.send_request(request, **CALL)
            response.raise_for_status()
            answer: dict[str, str] = response.json()
        token: str = parsed(what, itemgetter(answered), answer)
        return token

    def _lasts(self, token: str) -> bool:
        return self._now() + _MARGIN < _expiry(token)


def _expiry(token: str) -> datetime:
    """When a JSON web token expires, by its own claim; one that cannot be read is taken for expired."""
    try:
        payload = token.split(".")[1]
        claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return datetime.fromtimestamp(claims["exp"], UTC)
    except (IndexError, KeyError, TypeError, ValueError, OverflowError, binascii.Error):
        return datetime.min.replace(tzinfo=UTC)
