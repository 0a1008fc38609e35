"""Sites, slots and their configuration at ARM."""

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, needs_quiet, web_body
from local.azure.arm.site_bodies import config_body, config_names, etag, site_body
from local.azure.world.names import same
from local.azure.world.sites import Happened, Site

_FX_VERSION = re.compile(r"|sitecontainers|[A-Za-z]+\|.+", re.IGNORECASE)


def list_subscription(call: ArmCall) -> Response:
    """List the sites of a subscription, without slots."""
    return _list(call, [one for one in call.world.sites if one.subscription == call.subscription and not one.slot])


def list_group(call: ArmCall) -> Response:
    """List the sites of a resource group, with slots where includeSlots asks for them."""
    group = call.needs_group().name
    slots_too = call.query.get("includeSlots", "").lower() == "true"
    rows = [one for one in _in_group(call, group) if slots_too or not one.slot]
    return _list(call, rows)


def list_slots(call: ArmCall) -> Response:
    """List the slots of a site."""
    parent = call.site()
    return _list(
        call, [one for one in _in_group(call, parent.resource_group) if one.slot and one.site_name == parent.name]
    )


def get(call: ArmCall) -> Response:
    """Get a site or slot."""
    site = call.site()
    return JSONResponse(site_body(site, call.world.scenario.tenant), headers={"etag": etag(site)})


def get_config(call: ArmCall) -> Response:
    """Get config/web."""
    site = call.site()
    return JSONResponse(config_body(site, f"{site.id}/config/web", f"{site.type}/config"))


def update_config(call: ArmCall) -> Response:
    """Change the given properties of config/web; the answer wears the site's own id and the etag from before."""
    site = call.site()
    asked = (call.body or {}).get("properties") or {}
    known = config_names()
    properties = {known[name.lower()]: value for name, value in asked.items() if name.lower() in known}
    check_fx_version(properties.get("linuxFxVersion"))
    needs_quiet(site, call.world.now())
    before = etag(site)
    call.world.configure(site, properties)
    return JSONResponse(config_body(site, site.id, site.type), headers={"etag": before})


def restart(call: ArmCall) -> Response:
    """Restart; a soft restart only applies configuration, which here is always applied already."""
    site = call.site()
    needs_quiet(site, call.world.now())
    if call.query.get("softRestart", "").lower() != "true":
        site.record(call.world.now(), Happened.RESTARTED)
    return Response()


def start(call: ArmCall) -> Response:
    """Start a site."""
    call.world.start(call.site().name)
    return Response()


def stop(call: ArmCall) -> Response:
    """Stop a site."""
    call.world.stop(call.site().name)
    return Response()


def _list(call: ArmCall, rows: list[Site]) -> Response:
    return call.page([site_body(one, call.world.scenario.tenant) for one in rows])


def _in_group(call: ArmCall, group: str) -> list[Site]:
    return [
        one for one in call.world.sites if one.subscription == call.subscription and same(one.resource_group, group)
    ]


def check_fx_version(value: Any) -> None:
    """Raise Microsoft.Web's 400 for a linuxFxVersion that is none."""
    if value is None or _FX_VERSION.fullmatch(str(value)):
        return
    message = "The parameter LinuxFxVersion has an invalid value."
    template = "The parameter {0} has an invalid value."
    raise ArmError(400, web_body("BadRequest", message, "01007", template, "LinuxFxVersion"))
