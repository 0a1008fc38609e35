"""App settings at ARM: listed as secrets, replaced as a whole; and the Key Vault references among them."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door, needs_quiet, web_not_found
from local.azure.arm.site_bodies import etag
from local.azure.world.sites import Site
from local.azure.world.vaults import Resolution, references_of


def list_settings(call: ArmCall) -> Response:
    """List the settings with their values: a POST that needs more than reading."""
    return JSONResponse(_body(call.site()))


def put_settings(call: ArmCall) -> Response:
    """Replace all settings; what was there and is not named is gone."""
    site = call.site()
    asked = (call.body or {}).get("properties")
    if not isinstance(asked, dict):
        raise front_door(400, "InvalidRequestContent", "The request content was invalid: properties are missing.")
    needs_quiet(site, call.world.now())
    before = etag(site)
    call.world.set_app_settings(site, {name: str(value) for name, value in asked.items()})
    return JSONResponse(_body(site), headers={"etag": before})


def list_references(call: ArmCall) -> Response:
    """List the Key Vault references with what became of them."""
    site = call.site()
    now = call.world.now()
    return call.page([_reference(site, call.world.secrets.resolve(site, one, now)) for one in references_of(site)])


def get_reference(call: ArmCall) -> Response:
    """Tell what became of one reference."""
    site, wanted = call.site(), call.place["setting"]
    for one in references_of(site):
        if one.setting == wanted:
            return JSONResponse(_reference(site, call.world.secrets.resolve(site, one, call.world.now())))
    raise web_not_found("AppSetting", wanted)


def _body(site: Site) -> dict[str, Any]:
    return {
        "id": f"{site.id}/config/appsettings",
        "name": "appsettings",
        "type": f"{site.type}/config",
        "location": site.location,
        "properties": dict(site.app_settings),
    }


def _reference(site: Site, found: Resolution) -> dict[str, Any]:
    reference = found.reference
    properties = {
        "reference": reference.text,
        "status": found.status,
        "vaultName": reference.vault,
        "secretName": reference.secret,
        "secretVersion": reference.version,
        "identityType": found.identity_type,
        "details": found.details,
        "source": "KeyVault",
        "activeVersion": found.active_version,
    }
    return {
        "id": f"{site.id}/config/configreferences/appsettings/{reference.setting}",
        "name": reference.setting,
        "type": f"{site.type}/config/configreferences",
        "location": site.location,
        "properties": properties,
    }
