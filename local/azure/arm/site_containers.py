"""The containers of a sidecar-enabled site at ARM (azure-docs: app-service/configure-sidecar)."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, needs_quiet, web_body, web_not_found
from local.azure.world.names import iso7, same
from local.azure.world.sites import Happened, Site, SiteContainer

_KEYS = (
    *("image", "targetPort", "isMain", "startUpCommand", "authType", "userName", "passwordSecret"),
    *("userManagedIdentityClientId", "volumeMounts", "environmentVariables", "inheritAppSettingsAndConnectionStrings"),
)


def list_containers(call: ArmCall) -> Response:
    """List the containers."""
    site = call.site()
    return call.page([_body(site, one) for one in site.site_containers.values()])


def get_container(call: ArmCall) -> Response:
    """Get one container."""
    site = call.site()
    return JSONResponse(_body(site, _find(site, call.place["container"])))


def put_container(call: ArmCall) -> Response:
    """Make a container, 201, or replace it, 200; the site starts anew with what it has then."""
    site, name, now = call.site(), call.place["container"], call.world.now()
    needs_quiet(site, now)
    asked = (call.body or {}).get("properties") or {}
    if not asked.get("image"):
        message, template = "The parameter Image has an invalid value.", "The parameter {0} has an invalid value."
        raise ArmError(400, web_body("BadRequest", message, "51021", template, "Image"))
    there = site.site_containers.get(name)
    created = there.properties["createdTime"] if there else iso7(now)
    told = {key: asked.get(key) for key in _KEYS} | {"createdTime": created, "lastModifiedTime": iso7(now)}
    made = SiteContainer(name, told)
    site.site_containers[name] = made
    site.record(now, Happened.CONFIGURED)
    return JSONResponse(_body(site, made), 200 if there else 201)


def delete_container(call: ArmCall) -> Response:
    """Take a container away; 204 where there is none."""
    site, now = call.site(), call.world.now()
    if site.site_containers.pop(call.place["container"], None) is None:
        return Response(status_code=204)
    site.record(now, Happened.CONFIGURED)
    return Response()


def _find(site: Site, name: str) -> SiteContainer:
    for one in site.site_containers.values():
        if same(one.name, name):
            return one
    raise web_not_found("SiteContainer", name)


def _body(site: Site, one: SiteContainer) -> dict[str, Any]:
    # a secret that was written is never read again
    return {
        "id": f"{site.id}/sitecontainers/{one.name}",
        "name": one.name,
        "type": f"{site.type}/sitecontainers",
        "location": site.location,
        "properties": dict.fromkeys(_KEYS) | one.properties | {"passwordSecret": None},
    }
