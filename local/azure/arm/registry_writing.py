"""Registries are made and changed at ARM: 201 with an operation to be followed for a new one, else 200 (recorded)."""

import re
from typing import Any

from pydantic import ValidationError
from starlette.responses import JSONResponse, Response

from local.azure import scenario
from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door
from local.azure.arm.registries import registry_body
from local.azure.world.names import same, stable_guid
from local.azure.world.registries import Registry

_NAME = re.compile(r"[a-zA-Z0-9]{5,50}")
_TOLD = {
    "adminUserEnabled": "admin_user_enabled",
    "anonymousPullEnabled": "anonymous_pull_enabled",
    "publicNetworkAccess": "public_network_access",
    "networkRuleBypassOptions": "network_rule_bypass_options",
    "roleAssignmentMode": "role_assignment_mode",
}
"""Properties that a scenario tells too."""


def check_name(call: ArmCall) -> Response:
    """Tell whether a registry of a name can be made; login servers are the same for the whole world."""
    name = str((call.body or {}).get("name") or "")
    if not _NAME.fullmatch(name):
        text = "Invalid resource name. Resource names may contain alpha numeric characters only and must be between 5 "
        return JSONResponse({"nameAvailable": False, "reason": "Invalid", "message": f"{text}and 50 characters."})
    if any(same(one.name, name) for one in call.world.registries):
        text = f"The registry {name} is already in use."
        return JSONResponse({"nameAvailable": False, "reason": "AlreadyExists", "message": text})
    return JSONResponse({"nameAvailable": True})


def put(call: ArmCall) -> Response:
    """Make a registry, or change what the body names of one."""
    group, version = call.needs_group().name, call.query["api-version"]
    there = next((one for one in call.world.registries if same(one.id, call.path)), None)
    if there is not None:
        return patch(call)
    body = call.body or {}
    place = {"name": call.place["registry"], "resource_group": group, "subscription": call.subscription}
    try:
        told = scenario.Registry.model_validate(place | {"location": body.get("location")} | _told(body))
    except ValidationError as error:
        raise _invalid(error) from error
    made = Registry(told, call.subscription, call.world.now())
    call.world.add_registry(made)
    answer = registry_body(made, version)
    answer["properties"]["provisioningState"] = "Creating"
    return JSONResponse(answer, 201, _follow(made, version))


def patch(call: ArmCall) -> Response:
    """Change what the body names."""
    registry = call.registry()
    try:
        registry.change(call.world.now(), _told(call.body or {}))
    except ValidationError as error:
        raise _invalid(error) from error
    return JSONResponse(registry_body(registry, call.query["api-version"]))


def operation_status(call: ArmCall) -> Response:
    """Tell how far the making of a registry is: it is done at once here."""
    registry = call.registry()
    if not same(call.place["operation"], f"registries-{stable_guid('operation', registry.id)}"):
        raise front_door(404, "ResourceNotFound", f"The operation {call.place['operation']} was not found.")
    return JSONResponse({"status": "Succeeded"}, headers=_follow(registry, call.query["api-version"]))


def _follow(registry: Registry, version: str) -> dict[str, str]:
    number = stable_guid("operation", registry.id)
    place = f"{registry.id}/operationStatuses/registries-{number}"
    return {"azure-asyncoperation": f"https://management.azure.com{place}?api-version={version}"}


def _told(body: dict[str, Any]) -> dict[str, Any]:
    """Answer the body in the words of a scenario."""
    properties = body.get("properties") or {}
    told = {_TOLD[name]: value for name, value in properties.items() if name in _TOLD and value is not None}
    if (body.get("sku") or {}).get("name"):
        told["sku"] = body["sku"]["name"]
    rules = properties.get("networkRuleSet")
    if rules:
        values = tuple(rule["value"] for rule in rules.get("ipRules") or ())
        told["network_rule_set"] = {"default_action": rules["defaultAction"], "ip_rules": values}
    return told


def _invalid(error: ValidationError) -> Exception:
    places = ", ".join(str(line["loc"][-1]) for line in error.errors() if line["loc"])
    return front_door(400, "InvalidRequestContent", f"The request content was invalid: {places}.")
