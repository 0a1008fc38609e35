"""What runs on the workers, as ARM tells it: siteStatus, instances, container logs.

`properties` of siteStatus is a list for all instances and an object for one (azure-cli: appservice/custom.py).
"""

from collections.abc import AsyncIterator
from typing import Any

from starlette.responses import JSONResponse, Response, StreamingResponse

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import web_not_found
from local.azure.world.lifecycle import InstanceView
from local.azure.world.log_files import log_files
from local.azure.world.names import iso_seconds
from local.azure.world.sites import Site

LAST_LINES = 200
"""Container logs are the end of the file."""
_LEVELS = {"INFO": "Info", "WARN": "Warning", "ERR": "Error"}


def site_status(call: ArmCall) -> Response:
    """Tell the runtime state of every instance; Linux only."""
    site = _linux(call)
    rows = [_status(view) for view in call.world.instances(site) if view.status is not None]
    return JSONResponse(_envelope(site, "siteStatus", rows))


def one_status(call: ArmCall) -> Response:
    """Tell the runtime state of one instance; 404 where there is none of that id."""
    site = _linux(call)
    for view in call.world.instances(site):
        if view.instance_id == call.place["instance"] and view.status is not None:
            return JSONResponse(_envelope(site, f"siteStatus/{view.instance_id}", _status(view)))
    raise web_not_found("Instance", call.place["instance"])


def instances(call: ArmCall) -> Response:
    """List the workers that run the site."""
    site = call.site()
    views = [view for view in call.world.instances(site) if view.status is not None]
    return call.page([_instance(site, view) for view in views])


def container_logs(call: ArmCall) -> Response:
    """Answer the last lines of the containers' and the platform's log; 204 where there are none."""
    site = call.site()
    files = [file for view in call.world.instances(site) for file in log_files(site, view)]
    if not files:
        return Response(status_code=204)
    parts = [f"{file.name}:\n" + "\n".join(file.lines[-LAST_LINES:]) + "\n\n" for file in files]
    return StreamingResponse(_in_pieces(parts), media_type="application/octet-stream")


async def _in_pieces(parts: list[str]) -> AsyncIterator[bytes]:
    """Not a plain iterator: Starlette runs those in threads, and a simulated clock does not wait for a thread."""
    for part in parts:
        yield part.encode()


def _linux(call: ArmCall) -> Site:
    site = call.site()
    if not site.is_linux:
        raise web_not_found("SiteStatus", site.name)
    return site


def _envelope(site: Site, tail: str, properties: Any) -> dict[str, Any]:
    return {
        "id": f"{site.id}/{tail}",
        "name": site.name,
        "type": f"{site.type}/siteStatus",
        "location": site.location,
        "properties": properties,
    }


def _status(view: InstanceView) -> dict[str, Any]:
    status = view.status
    if status is None:
        raise ValueError(f"instance {view.instance_id} runs nothing")
    return {
        "instanceId": view.instance_id,
        "state": status.state,
        "action": status.action,
        "lastError": status.last_error,
        "lastErrorDetails": status.last_error_details,
        "lastErrorTimestamp": iso_seconds(status.last_error_at) if status.last_error_at else None,
        "details": status.details,
        "detailsLevel": _LEVELS[status.level],
    }


def _instance(site: Site, view: InstanceView) -> dict[str, Any]:
    state = "UNKNOWN"
    if view.serving is not None:
        state = "READY"
    elif view.status is not None and view.status.state in ("Stopped", "Blocked"):
        state = "STOPPED"
    here = f"https://{site.host_label}.scm.azurewebsites.net/api"
    return {
        "id": f"{site.id}/instances/{view.instance_id}",
        "name": view.instance_id,
        "type": f"{site.type}/instances",
        "location": site.location,
        "properties": {
            "state": state,
            "statusUrl": f"{here}/instances/{view.instance_id}/status",
            "healthCheckUrl": None,
            "detectorUrl": None,
            "consoleUrl": None,
            "containers": {},
            "machineName": view.machine,
        },
    }
