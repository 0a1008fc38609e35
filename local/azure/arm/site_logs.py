"""config/logs at ARM: what an app's logs are kept of."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.site_bodies import etag
from local.azure.world.sites import Happened, Site


def get_logs(call: ArmCall) -> Response:
    """Get config/logs."""
    return JSONResponse(_body(call.site()))


def put_logs(call: ArmCall) -> Response:
    """Set what the body names; containers write their output to files only with httpLogs.fileSystem on."""
    site = call.site()
    before = etag(site)
    asked = (call.body or {}).get("properties") or {}
    files = (asked.get("httpLogs") or {}).get("fileSystem") or {}
    if "enabled" in files:
        site.config["httpLoggingEnabled"] = bool(files["enabled"])
    if files.get("retentionInMb") is not None:
        site.config["logsDirectorySizeLimit"] = files["retentionInMb"]
    site.log_retention_days = files.get("retentionInDays", site.log_retention_days)
    level = ((asked.get("applicationLogs") or {}).get("fileSystem") or {}).get("level")
    site.application_log_level = level or site.application_log_level
    site.record(call.world.now(), Happened.CHANGED)
    return JSONResponse(_body(site), headers={"etag": before})


def _body(site: Site) -> dict[str, Any]:
    files = {
        "retentionInMb": site.config.get("logsDirectorySizeLimit") or 35,
        "retentionInDays": site.log_retention_days,
        "enabled": bool(site.config.get("httpLoggingEnabled")),
    }
    properties = {
        "applicationLogs": {
            "fileSystem": {"level": site.application_log_level},
            "azureTableStorage": {"level": "Off", "sasUrl": None},
            "azureBlobStorage": {"level": "Off", "sasUrl": None, "retentionInDays": None},
        },
        "httpLogs": {
            "fileSystem": files,
            "azureBlobStorage": {"sasUrl": None, "retentionInDays": None, "enabled": False},
        },
        "failedRequestsTracing": {"enabled": False},
        "detailedErrorMessages": {"enabled": False},
    }
    return {
        "id": f"{site.id}/config/logs",
        "name": "logs",
        "type": f"{site.type}/config",
        "location": site.location,
        "properties": properties,
    }
