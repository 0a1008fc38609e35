"""The error bodies of a registry's data plane."""

from collections.abc import Iterable
from typing import Any

from starlette.responses import JSONResponse

VERSION = {"docker-distribution-api-version": "registry/2.0"}
_VISIT = "authentication required, visit https://aka.ms/acr/authorization for more information."


def registry_body(code: str, message: str, detail: Any = None) -> dict[str, Any]:
    """Write the registry's envelope; `detail` is there only where there is one."""
    error = {"code": code, "message": message}
    return {"errors": [error | ({"detail": detail} if detail is not None else {})]}


def registry_error(status: int, code: str, message: str, detail: Any = None) -> JSONResponse:
    """Make an error answer."""
    return JSONResponse(registry_body(code, message, detail), status, VERSION)


def challenge(service: str, scopes: Iterable[str], insufficient: bool) -> JSONResponse:
    """Make the 401 that names the token endpoint and the scopes to ask for; its body has a row for each action."""
    parts = [f'Bearer realm="https://{service}/oauth2/token"', f'service="{service}"']
    detail: list[dict[str, str]] = []
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        detail += [{"Type": kind, "Name": name, "Action": action} for action in actions.split(",")]
    if detail:
        parts.append(f'scope="{" ".join(scopes)}"')
    if insufficient:
        parts.append('error="insufficient_scope"')
    body = {"errors": [{"code": "UNAUTHORIZED", "message": _VISIT, "detail": detail or None}]}
    return JSONResponse(body, 401, VERSION | {"www-authenticate": ",".join(parts)})
