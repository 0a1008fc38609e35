"""Tokens of the simulated Entra ID and of the registries: signed JWTs that only this world accepts."""

from datetime import datetime, timedelta
from typing import Any

import jwt
from jwt.types import Options

from local.azure.world.names import stable_guid

ARM_AUDIENCE = "https://management.azure.com/"
LIFETIME = timedelta(hours=24)
"""Managed identity tokens live a day (azure-docs: overview-managed-identity)."""
REFRESH_LIFETIME = timedelta(hours=3)
ACCESS_LIFETIME = timedelta(hours=1)
_BACKDATED = timedelta(minutes=15)
"""A registry's nbf and iat lie a quarter of an hour back (seen in recorded tokens)."""


class TokenError(Exception):
    """A token that is not accepted; `expired` tells why."""

    def __init__(self, text: str, expired: bool = False) -> None:
        super().__init__(text)
        self.expired = expired


class Tokens:
    """Issues and reads tokens with the key of one world."""

    def __init__(self, tenant: str) -> None:
        self.tenant = tenant
        self._key = f"simulated-azure-{stable_guid('key', tenant)}"

    def entra(self, principal_id: str, client_id: str, audience: str, now: datetime) -> str:
        """Issue an access token for an application, as a managed identity gets it."""
        issuer = f"https://sts.windows.net/{self.tenant}/"
        claims = {"aud": audience, "iss": issuer, "appid": client_id, "oid": principal_id, "sub": principal_id}
        return self._sign(claims | {"tid": self.tenant, "idtyp": "app"}, now, now + LIFETIME)

    def registry_refresh(self, service: str, principal_id: str, now: datetime) -> str:
        """Issue a registry's refresh token."""
        return self._registry(service, principal_id, "refresh_token", "1.0", now, REFRESH_LIFETIME)

    def registry_access(self, service: str, principal_id: str, access: list[dict[str, Any]], now: datetime) -> str:
        """Issue a registry's access token for what was granted."""
        return self._registry(service, principal_id, "access_token", "2.0", now, ACCESS_LIFETIME, access=access)

    def read(self, token: str, now: datetime) -> dict[str, Any]:
        """Answer the claims of a token of this world; raises TokenError for any other and for an expired one."""
        try:
            unchecked: Options = {"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False}
            claims: dict[str, Any] = jwt.decode(token, self._key, algorithms=["HS256"], options=unchecked)
        except jwt.PyJWTError as error:
            raise TokenError(str(error)) from error
        if claims["exp"] <= now.timestamp():
            raise TokenError("the token has expired", expired=True)
        return claims

    def _registry(
        self, service: str, principal: str, grant: str, version: str, now: datetime, life: timedelta, **more: Any
    ) -> str:
        claims = {"iss": "Azure Container Registry", "aud": service, "sub": principal, "version": version}
        return self._sign(claims | {"grant_type": grant, "oid": principal} | more, now - _BACKDATED, now + life)

    def _sign(self, claims: dict[str, Any], begins: datetime, ends: datetime) -> str:
        times = {"iat": int(begins.timestamp()), "nbf": int(begins.timestamp()), "exp": int(ends.timestamp())}
        return jwt.encode(claims | times, self._key, algorithm="HS256")
