"""The error bodies of a registry's data plane."""

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


def challenge(service: str, scope: str | None, insufficient: bool) -> JSONResponse:
    """Make the 401 that names the token endpoint and the scope to ask for."""
    parts = [f'Bearer realm="https://{service}/oauth2/token"', f'service="{service}"']
    detail: list[dict[str, str]] | None = None
    if scope is not None:
        parts.append(f'scope="{scope}"')
        kind, _, rest = scope.partition(":")
        name, _, action = rest.rpartition(":")
        detail = [{"Type": kind, "Name": name, "Action": action}]
    if insufficient:
        parts.append('error="insufficient_scope"')
    body = {"errors": [{"code": "UNAUTHORIZED", "message": _VISIT, "detail": detail}]}
    return JSONResponse(body, 401, VERSION | {"www-authenticate": ",".join(parts)})
