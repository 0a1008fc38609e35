"""Who a caller of the data plane is, and what the registry grants: the token dance of ACR.

Azure/acr: docs/AAD-OAuth.md, docs/Token-BasicAuth.md: an Entra token is exchanged for a refresh token, that for an
access token of a scope. The token endpoint answers 200 also for a scope that it does not grant (recorded).
"""

import binascii
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from local.azure.acr.errors import challenge, registry_error
from local.azure.world import World
from local.azure.world.registries import Registry
from local.azure.world.tokens import TokenError

ANONYMOUS = "acr_anon_pull"
NULL_GUID = "00000000-0000-0000-0000-000000000000"
"""The user name of whoever signs in with a token, as after `az acr login`."""
_LEGACY = {
    "pull": "pull/read",
    "metadata_read": "pull/read",
    "push": "push/write",
    "metadata_write": "push/write",
    "delete": "artifacts/delete",
}
"""Scope actions and the control plane action that grants each, below Microsoft.ContainerRegistry/registries."""
_ABAC = {
    "pull": "repositories/content/read",
    "metadata_read": "repositories/metadata/read",
    "push": "repositories/content/write",
    "metadata_write": "repositories/metadata/write",
    "delete": "repositories/content/delete",
}
"""The same as data actions of an ABAC registry."""
_CALLS_LEFT = {"x-ms-ratelimit-remaining-calls-per-second": "166.65"}


@dataclass(frozen=True)
class Need:
    """What a token has to cover: actions on a repository, or on the registry's catalog."""

    name: str
    actions: tuple[str, ...]
    kind: str = "repository"

    @property
    def scope(self) -> str:
        """Write it as a challenge does."""
        return f"{self.kind}:{self.name}:{','.join(self.actions)}"

    def met_by(self, access: Sequence[dict[str, Any]]) -> bool:
        """Tell whether the access of a token covers it."""
        rows = [row for row in access if row["Type"] == self.kind and row["Name"] in (self.name, "*")]
        return all(any(action in row["Actions"] for row in rows) for action in self.actions)


CATALOG = Need("catalog", ("*",), "registry")
"""What listing the repositories needs (Azure/acr: docs/AAD-OAuth.md)."""


def exchange(world: World, registry: Registry, form: QueryParams) -> Response:
    """Answer POST /oauth2/exchange: an Entra token becomes a refresh token."""
    if form.get("grant_type") != "access_token":
        return registry_error(400, "UNSUPPORTED", "the grant type is not supported")
    try:
        claims = world.tokens.read(form.get("access_token", ""), world.now())
    except TokenError:
        return challenge(registry.login_server, (), insufficient=False)
    token = world.tokens.registry_refresh(registry.login_server, str(claims["oid"]), world.now())
    return JSONResponse({"refresh_token": token}, headers=_CALLS_LEFT)


def token(world: World, registry: Registry, asked: QueryParams, authorization: str = "") -> Response:
    """Answer GET and POST /oauth2/token: an access token for what of the asked scopes is granted."""
    refresh = asked.get("refresh_token") or _password(asked, authorization)
    principal = _principal(world, registry, refresh)
    if principal is None:
        return challenge(registry.login_server, (), insufficient=False)
    scopes = [scope for text in asked.getlist("scope") for scope in text.split()]
    access = [entry for entry in (_granted(world, registry, principal, scope) for scope in scopes) if entry]
    made = world.tokens.registry_access(registry.login_server, principal, access, world.now())
    return JSONResponse({"access_token": made}, headers=_CALLS_LEFT)


def refusal(world: World, registry: Registry, authorization: str, needs: Sequence[Need]) -> Response | None:
    """Answer why a call is refused, or None where its token covers all that it needs."""
    scopes = [need.scope for need in needs]
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return challenge(registry.login_server, scopes, insufficient=False)
    try:
        claims = world.tokens.read(value, world.now())
    except TokenError:
        return challenge(registry.login_server, scopes, insufficient=False)
    if claims.get("aud") != registry.login_server or claims.get("grant_type") != "access_token":
        return challenge(registry.login_server, scopes, insufficient=False)
    covered = all(need.met_by(claims["access"]) for need in needs)
    return None if covered else challenge(registry.login_server, scopes, insufficient=True)


def _password(asked: QueryParams, authorization: str) -> str:
    """Answer the token that stands for a password: of basic authentication, or of the form's grant_type=password."""
    if asked.get("username") == NULL_GUID:
        return asked.get("password", "")
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        user, _, password = b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return password if user == NULL_GUID else ""


def _principal(world: World, registry: Registry, refresh: str) -> str | None:
    """Answer whose refresh token it is; None for nobody's, and without one where the registry is not open to all."""
    if not refresh:
        return ANONYMOUS if registry.told.anonymous_pull_enabled else None
    try:
        claims = world.tokens.read(refresh, world.now())
    except TokenError:
        return None
    if claims.get("aud") != registry.login_server or claims.get("grant_type") != "refresh_token":
        return None
    return str(claims["oid"])


def _granted(world: World, registry: Registry, principal: str, scope: str) -> dict[str, Any] | None:
    kind, _, rest = scope.partition(":")
    name, _, asked = rest.rpartition(":")
    if scope == CATALOG.scope:
        return {"Type": kind, "Name": name, "Actions": ["*"]} if _may_list(world, registry, principal) else None
    if kind != "repository":
        return None
    actions = tuple(_LEGACY) if asked == "*" else asked.split(",")
    given = [action for action in actions if _allows(world, registry, principal, name, action)]
    return {"Type": kind, "Name": name, "Actions": given} if given else None


def _may_list(world: World, registry: Registry, principal: str) -> bool:
    """Tell whether somebody may list the repositories: who may pull; in ABAC mode a right of its own."""
    uses_abac = registry.uses_abac(world.now())
    needed = "catalog/read" if uses_abac else "pull/read"
    action = f"Microsoft.ContainerRegistry/registries/{needed}"
    return world.roles.allows(principal, action, registry.id, world.now(), data=uses_abac)


def _allows(world: World, registry: Registry, principal: str, repository: str, action: str) -> bool:
    if registry.told.anonymous_pull_enabled and action == "pull":
        return True
    uses_abac = registry.uses_abac(world.now())
    needed = (_ABAC if uses_abac else _LEGACY).get(action)
    if needed is None:
        return False
    return world.roles.allows(
        principal,
        f"Microsoft.ContainerRegistry/registries/{needed}",
        registry.id,
        world.now(),
        data=uses_abac,
        repository=repository,
    )
