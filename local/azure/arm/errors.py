"""The error bodies of Azure's management plane: ARM's front door, Microsoft.Web's own, and the flat one of others."""

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse

from local.azure.world.denials import DenyAssignment
from local.azure.world.sites import Site

GATEWAY = {"x-ms-failure-cause": "gateway"}
"""The front door answered, no provider was asked."""


class ArmError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {body}")
        self.status = status
        self.body = body
        self.headers = headers or {}

    def answer(self) -> JSONResponse:
        """Answer it as a response."""
        return JSONResponse(self.body, self.status, self.headers)


def arm_body(code: str, message: str) -> dict[str, Any]:
    """Write ARM's envelope."""
    return {"error": {"code": code, "message": message}}


def web_body(
    code: str, message: str, extended_code: str | None, template: str | None = None, *parameters: str
) -> dict[str, Any]:
    """Write Microsoft.Web's own body, which has no envelope (seen in recorded 404 and 429)."""
    entity = {
        "ExtendedCode": extended_code,
        "MessageTemplate": template or message,
        "Parameters": list(parameters),
        "Code": code,
        "Message": message,
    }
    return {
        "Code": code,
        "Message": message,
        "Target": None,
        "Details": [{"Message": message}, {"Code": code}, {"ErrorEntity": entity}],
        "Innererror": None,
    }


def front_door(status: int, code: str, message: str, **headers: str) -> ArmError:
    """Make an error of ARM's front door."""
    return ArmError(status, arm_body(code, message), GATEWAY | headers)


def provider_error(status: int, code: str, message: str) -> ArmError:
    """Make an error of a provider that speaks ARM's envelope: without the front door's header (recorded)."""
    return ArmError(status, arm_body(code, message))


def resource_not_found(kind: str, name: str, group: str) -> ArmError:
    """Make the 404 of a resource that is not there."""
    text = (
        f"The Resource '{kind}/{name}' under resource group '{group}' was not found. "
        "For more details please go to https://aka.ms/ARMResourceNotFoundFix"
    )
    return front_door(404, "ResourceNotFound", text)


def web_not_found(what: str, name: str) -> ArmError:
    """Make the 404 of Microsoft.Web itself."""
    message = f"Cannot find {what} with name {name}."
    return ArmError(404, web_body("NotFound", message, "51004", "Cannot find {0} with name {1}.", what, name))


def unauthenticated(tenant: str, code: str, message: str) -> ArmError:
    """Make the 401 of a missing, strange or expired bearer token."""
    challenge = (
        f'Bearer authorization_uri="https://login.windows.net/{tenant}", error="invalid_token", '
        f'error_description="{message}"'
    )
    return front_door(401, code, message, **{"WWW-Authenticate": challenge})


def forbidden(object_id: str, action: str, scope: str) -> ArmError:
    """Make the 403 of a caller without the right."""
    message = (
        f"The client '{object_id}' with object id '{object_id}' does not have authorization to perform action "
        f"'{action}' over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh "
        "your credentials."
    )
    return front_door(403, "AuthorizationFailed", message)


def denied(object_id: str, action: str, scope: str, denial: DenyAssignment) -> ArmError:
    """Make the 403 of a caller whose role gives the right and from whom a deny assignment takes it away."""
    message = (
        f"The client '{object_id}' with object id '{object_id}' has permission to perform action '{action}' on scope "
        f"'{scope}'; however, the access is denied because of the deny assignment with name '{denial.display_name}' "
        f"and Id '{denial.name.replace('-', '')}' at scope '{denial.scope}'."
    )
    return front_door(403, "DenyAssignmentAuthorizationFailed", message)


def needs_quiet(site: Site, now: datetime) -> None:
    """Raise Microsoft.Web's 409 where a management operation is under way at the site (quoted; 59203)."""
    operation = site.told.in_progress_operation_id
    if operation is None:
        return
    details = (
        f"Id: {operation}, OperationName: Update, CreatedTime: {now:%m/%d/%Y %H:%M:%S}, "
        f"RequestId: {operation}, EntityType: 3"
    )
    template = "Cannot modify this site because another operation is in progress. Details: {0}"
    raise ArmError(409, web_body("Conflict", template.format(details), "59203", template, details))
