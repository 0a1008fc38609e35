"""The configuration of a site beside config/web and its app settings: what stays in a slot, connection strings."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.world.sites import Happened, Site

_SLOT_NAMES = ("connectionStringNames", "appSettingNames", "azureStorageConfigNames")


def get_slot_names(call: ArmCall) -> Response:
    """Tell which settings stay in their slot in a swap."""
    return JSONResponse(_slot_names(call.site()))


def put_slot_names(call: ArmCall) -> Response:
    """Say which settings stay in their slot in a swap."""
    site = call.site()
    asked = (call.body or {}).get("properties") or {}
    site.slot_setting_names |= {name: asked[name] for name in _SLOT_NAMES if name in asked}
    return JSONResponse(_slot_names(site))


def list_connection_strings(call: ArmCall) -> Response:
    """List the connection strings with their values."""
    return JSONResponse(_config(call.site(), "connectionstrings", call.site().connection_strings))


def put_connection_strings(call: ArmCall) -> Response:
    """Replace all connection strings."""
    site = call.site()
    asked = dict((call.body or {}).get("properties") or {})
    if asked != site.connection_strings:
        site.connection_strings = asked
        site.record(call.world.now(), Happened.CONFIGURED)
    return JSONResponse(_config(site, "connectionstrings", asked))


def list_storage(call: ArmCall) -> Response:
    """List the mounted storage accounts: a site here has none."""
    return JSONResponse(_config(call.site(), "azurestorageaccounts", {}))


def _slot_names(site: Site) -> dict[str, Any]:
    return {
        "id": None,
        "name": site.name,
        "type": "Microsoft.Web/sites",
        "location": site.location,
        "properties": dict.fromkeys(_SLOT_NAMES) | site.slot_setting_names,
    }


def _config(site: Site, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{site.id}/config/{name}",
        "name": name,
        "type": f"{site.type}/config",
        "location": site.location,
        "properties": properties,
    }
