"""Slot swaps at ARM: 202, and a Location to be followed until it answers 200 with the slot (recorded)."""

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, needs_quiet, web_body, web_not_found
from local.azure.arm.site_bodies import etag, site_body
from local.azure.world.names import file_time, same
from local.azure.world.sites import Site
from local.azure.world.swaps import PRODUCTION, Swap

_RETRY_AFTER = "15"


def swap(call: ArmCall) -> Response:
    """Begin to swap the site or slot in the path with the one that the body names."""
    source = call.site()
    name = str((call.body or {}).get("targetSlot") or "")
    target = _slot(call, name)
    if target is source:
        message = "Source and Target slots cannot be the same."
        raise ArmError(409, web_body("Conflict", message, "04031"))
    for site in (source, target):
        needs_quiet(site, call.world.now())
    parent = _slot(call, PRODUCTION)
    sticky = parent.slot_setting_names.get("appSettingNames") or ()
    begun = call.world.swaps.begin(source, target, sticky, call.world.now())
    return Response(status_code=202, headers={"etag": f'"{etag(source)}"', **_follow(call, source, begun)})


def result(call: ArmCall) -> Response:
    """Tell how far an operation is; every answer of 202 names a new Location."""
    site = call.site()
    found = call.world.swaps.find(call.place["operation"])
    if found is None:
        raise web_not_found("Operation", call.place["operation"])
    if found.under_way:
        return Response(status_code=202, headers=_follow(call, site, found))
    if found.failure is not None:
        raise ArmError(409, web_body("Conflict", found.failure, "04037"))
    return JSONResponse(site_body(site, call.world.scenario.tenant), headers={"etag": f'"{etag(site)}"'})


def _follow(call: ArmCall, site: Site, begun: Swap) -> dict[str, str]:
    # the real query is signed (t, c, s, h) and differs every time
    query = f"api-version={call.query['api-version']}&t={file_time(call.world.now())}"
    location = f"https://management.azure.com{site.id}/operationresults/{begun.operation_id}?{query}"
    return {"location": location, "retry-after": _RETRY_AFTER}


def _slot(call: ArmCall, name: str) -> Site:
    parent = call.place["site"]
    wanted = parent if same(name, PRODUCTION) else f"{parent}/{name}"
    for one in call.world.sites:
        if same(one.name, wanted) and one.subscription == call.subscription:
            return one
    raise web_not_found("Slot", name)
