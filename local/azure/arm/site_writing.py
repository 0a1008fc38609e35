"""Sites and slots are made and changed at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, needs_quiet, resource_not_found, web_body, web_not_found
from local.azure.arm.shapes import shape
from local.azure.arm.site_bodies import config_names, etag, site_body
from local.azure.arm.site_identity import write_identity
from local.azure.arm.sites import check_fx_version
from local.azure.world.locations import display_name
from local.azure.world.names import same
from local.azure.world.plans import Plan
from local.azure.world.site_making import new_site
from local.azure.world.sites import Happened, Site

_TOLD = {
    "virtualNetworkSubnetId": "virtual_network_subnet",
    "vnetImagePullEnabled": "vnet_image_pull",
    "vnetRouteAllEnabled": "vnet_all_traffic",
    "keyVaultReferenceIdentity": "key_vault_reference_identity",
}
"""Properties that a scenario tells too."""
_NOT_WRITTEN = ("siteConfig", "serverFarmId", "state", "reserved", "hyperV", "isXenon", "hostNameSslStates")


def put(call: ArmCall) -> Response:
    """Make a site or slot, or write over what is named of one: 200 either way (recorded)."""
    call.needs_group()
    there = _find(call)
    if there is not None:
        return _write(call, there, merge_identity=False)
    asked = call.body or {}
    _check_name(call)
    plan = _plan(call, asked)
    location = str(asked.get("location") or plan.location)
    path = (call.subscription, call.place["group"], call.place["site"])
    site = new_site(path, call.place.get("slot"), display_name(location), plan, call.world.now())
    if site.slot and (asked.get("properties") or {}).get("siteConfig") is None:
        _clone(_parent(call), site)
    _take(call, site, asked, merge_identity=False)
    call.world.add_site(site)
    # the answer to the PUT spells the location as it was asked; the next GET does not (recorded)
    return JSONResponse(
        site_body(site, call.world.scenario.tenant) | {"location": location}, headers={"etag": etag(site)}
    )


def patch(call: ArmCall) -> Response:
    """Change what is named of a site or slot."""
    return _write(call, call.site(), merge_identity=True)


def _write(call: ArmCall, site: Site, merge_identity: bool) -> Response:
    now = call.world.now()
    needs_quiet(site, now)
    before, running = etag(site), site.run_config()
    changed = _take(call, site, call.body or {}, merge_identity)
    if site.run_config() != running:
        site.record(now, Happened.CONFIGURED)
    elif changed:
        site.record(now, Happened.CHANGED)
    return JSONResponse(site_body(site, call.world.scenario.tenant), headers={"etag": before})


def _take(call: ArmCall, site: Site, asked: dict[str, Any], merge_identity: bool) -> bool:
    """Let a site be what the body says of it; answers whether anything was said."""
    properties = asked.get("properties") or {}
    _take_config(site, properties.get("siteConfig") or {})
    told = {_TOLD[name]: value for name, value in properties.items() if name in _TOLD and value is not None}
    if asked.get("tags") is not None:
        told["tags"] = asked["tags"]
    site.told = type(site.told).model_validate(site.told.model_dump() | told)
    known = shape("site.json")
    site.written |= {
        name: value
        for name, value in properties.items()
        if name in known and name not in _NOT_WRITTEN and name not in _TOLD and value is not None
    }
    if properties.get("serverFarmId"):
        site.plan_id = _plan(call, asked).id
    if asked.get("identity") is not None:
        write_identity(call, site, asked["identity"], merge_identity)
    return bool(asked)


def _take_config(site: Site, config: dict[str, Any]) -> None:
    check_fx_version(config.get("linuxFxVersion"))
    settings = config.get("appSettings")
    if settings is not None:
        site.app_settings = {row["name"]: str(row.get("value") or "") for row in settings}
    known = config_names()
    site.config |= {
        known[name.lower()]: value
        for name, value in config.items()
        if name.lower() in known and name != "appSettings" and value is not None
    }


def _clone(parent: Site, slot: Site) -> None:
    """A slot that is made without siteConfig is configured as its site is (azure-cli: create_webapp_slot)."""
    slot.config |= parent.config
    slot.app_settings = dict(parent.app_settings)
    slot.connection_strings = dict(parent.connection_strings)
    slot.site_containers = dict(parent.site_containers)


def _plan(call: ArmCall, asked: dict[str, Any]) -> Plan:
    """Find the plan that a body names; a slot without one runs on its site's."""
    wanted = str((asked.get("properties") or {}).get("serverFarmId") or "")
    if not wanted and "slot" in call.place:
        wanted = _parent(call).plan_id
    if "/" not in wanted:
        wanted = f"{call.needs_group().id}/providers/Microsoft.Web/serverfarms/{wanted}"
    plan = call.world.plans.find(wanted)
    if plan is None:
        raise web_not_found("ServerFarm", wanted.rpartition("/")[2])
    return plan


def _parent(call: ArmCall) -> Site:
    name, group = call.place["site"], call.place["group"]
    for one in call.world.sites:
        if same(one.name, name) and same(one.resource_group, group) and one.subscription == call.subscription:
            return one
    raise resource_not_found("Microsoft.Web/sites", name, group)


def _find(call: ArmCall) -> Site | None:
    if "slot" in call.place:
        _parent(call)
    return next((one for one in call.world.sites if same(one.id, call.path)), None)


def _check_name(call: ArmCall) -> None:
    """Raise the 409 for a name that somebody has: addresses are the same for the whole world."""
    name, slot = call.place["site"], call.place.get("slot")
    label = f"{name}-{slot}" if slot else name
    if not any(same(one.host_label, label) for one in call.world.sites):
        return
    template = "Website with given name {0} already exists."
    raise ArmError(409, web_body("Conflict", template.format(name), "54001", template, name))
