"""Who a caller of the data plane is, and what the registry grants: the token dance of ACR.

azure-docs: container-registry (AAD-OAuth.md of Azure/acr): an Entra token is exchanged for a refresh token, that for an
access token of a scope. The token endpoint answers 200 also for a scope that it does not grant (recorded).
"""

from typing import Any

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from local.azure.acr.errors import challenge, registry_error
from local.azure.world import World
from local.azure.world.registries import Registry
from local.azure.world.tokens import TokenError

ANONYMOUS = "acr_anon_pull"
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


def exchange(world: World, registry: Registry, form: QueryParams) -> Response:
    """Answer POST /oauth2/exchange: an Entra token becomes a refresh token."""
    if form.get("grant_type") != "access_token":
        return registry_error(400, "UNSUPPORTED", "the grant type is not supported")
    try:
        claims = world.tokens.read(form.get("access_token", ""), world.now())
    except TokenError:
        return challenge(registry.login_server, None, insufficient=False)
    token = world.tokens.registry_refresh(registry.login_server, str(claims["oid"]), world.now())
    return JSONResponse({"refresh_token": token}, headers=_CALLS_LEFT)


def token(world: World, registry: Registry, asked: QueryParams) -> Response:
    """Answer GET and POST /oauth2/token: an access token for what of the asked scopes is granted."""
    principal = ANONYMOUS
    refresh = asked.get("refresh_token")
    if refresh:
        try:
            claims = world.tokens.read(refresh, world.now())
        except TokenError:
            return challenge(registry.login_server, None, insufficient=False)
        if claims.get("aud") != registry.login_server or claims.get("grant_type") != "refresh_token":
            return challenge(registry.login_server, None, insufficient=False)
        principal = str(claims["oid"])
    elif not registry.told.anonymous_pull_enabled:
        return challenge(registry.login_server, None, insufficient=False)
    scopes = [scope for text in asked.getlist("scope") for scope in text.split()]
    access = [entry for entry in (_granted(world, registry, principal, scope) for scope in scopes) if entry]
    made = world.tokens.registry_access(registry.login_server, principal, access, world.now())
    return JSONResponse({"access_token": made}, headers=_CALLS_LEFT)


def refusal(
    world: World, registry: Registry, authorization: str, repository: str | None, action: str
) -> Response | None:
    """Answer why a call is refused, or None where its token covers the action on the repository."""
    scope = f"repository:{repository}:{action}" if repository is not None else None
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return challenge(registry.login_server, scope, insufficient=False)
    try:
        claims = world.tokens.read(value, world.now())
    except TokenError:
        return challenge(registry.login_server, scope, insufficient=False)
    if claims.get("aud") != registry.login_server or claims.get("grant_type") != "access_token":
        return challenge(registry.login_server, scope, insufficient=False)
    covered = repository is None or any(
        entry["Name"] in (repository, "*") and action in entry["Actions"] for entry in claims["access"]
    )
    return None if covered else challenge(registry.login_server, scope, insufficient=True)


_CALLS_LEFT = {"x-ms-ratelimit-remaining-calls-per-second": "166.65"}


def _granted(world: World, registry: Registry, principal: str, scope: str) -> dict[str, Any] | None:
    kind, _, rest = scope.partition(":")
    name, _, actions = rest.rpartition(":")
    if kind != "repository":
        return None
    given = [action for action in actions.split(",") if _allows(world, registry, principal, name, action)]
    return {"Type": kind, "Name": name, "Actions": given} if given else None


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
