"""What ARM knows of Microsoft.Web here."""

from local.azure.arm import app_settings, deployments, plans, runtime, site_logs, site_writing, sites
from local.azure.arm.call import Handler
from local.azure.arm.operation import GROUP, SUBSCRIPTION, Operation

_PLANS = "/providers/Microsoft.Web/serverfarms"
_SITES = "/providers/Microsoft.Web/sites"
_SITE = GROUP + _SITES + "/{site}"
_APP = _SITE + "(?:/slots/{slot})?"
"""A site or a slot of it."""
_SETTINGS = _APP + "/config/appsettings"
_DEPLOYMENTS = _APP + "/deploymentStatus"
_REFERENCES = _APP + "/config/configreferences/appsettings"


def _web(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.Web/sites/{action}")


def _plan(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.Web/serverfarms/{action}")


WEB = (
    _plan("plans.list", "GET", SUBSCRIPTION + _PLANS, plans.list_subscription, "read"),
    _plan("plans.list_group", "GET", GROUP + _PLANS, plans.list_group, "read"),
    _plan("plans.get", "GET", GROUP + _PLANS + "/{plan}", plans.get_plan, "read"),
    _plan("plans.put", "PUT", GROUP + _PLANS + "/{plan}", plans.put_plan, "write"),
    _web("sites.list", "GET", SUBSCRIPTION + _SITES, sites.list_subscription, "read"),
    _web("sites.list_group", "GET", GROUP + _SITES, sites.list_group, "read"),
    _web("sites.get", "GET", _APP, sites.get, "{slots}read"),
    _web("sites.put", "PUT", _APP, site_writing.put, "{slots}write"),
    _web("sites.patch", "PATCH", _APP, site_writing.patch, "{slots}write"),
    _web("slots.list", "GET", _SITE + "/slots", sites.list_slots, "slots/read"),
    _web("config.get", "GET", _APP + "/config/web", sites.get_config, "{slots}config/read"),
    _web("config.update", "PATCH", _APP + "/config/web", sites.update_config, "{slots}config/write"),
    _web("logs.get", "GET", _APP + "/config/logs", site_logs.get_logs, "{slots}config/read"),
    _web("logs.put", "PUT", _APP + "/config/logs", site_logs.put_logs, "{slots}config/write"),
    _web("settings.list", "POST", _SETTINGS + "/list", app_settings.list_settings, "{slots}config/list/action"),
    _web("settings.put", "PUT", _SETTINGS, app_settings.put_settings, "{slots}config/write"),
    _web("references.list", "GET", _REFERENCES, app_settings.list_references, "{slots}config/appsettings/read"),
    _web(
        *("references.get", "GET", _REFERENCES + "/{setting}"),
        *(app_settings.get_reference, "{slots}config/appsettings/read"),
    ),
    _web("sites.restart", "POST", _APP + "/restart", sites.restart, "{slots}restart/action"),
    _web("sites.start", "POST", _APP + "/start", sites.start, "{slots}start/action"),
    _web("sites.stop", "POST", _APP + "/stop", sites.stop, "{slots}stop/action"),
    _web("sites.status", "GET", _APP + "/siteStatus", runtime.site_status, "{slots}siteStatus/read"),
    _web("sites.status_instance", "GET", _APP + "/siteStatus/{instance}", runtime.one_status, "{slots}siteStatus/read"),
    _web("instances.list", "GET", _APP + "/instances", runtime.instances, "{slots}instances/read"),
    _web("deployments.list", "GET", _DEPLOYMENTS, deployments.list_deployments, "{slots}deploymentStatus/read"),
    _web(
        *("deployments.get", "GET", _DEPLOYMENTS + "/{deployment}"),
        *(deployments.get_deployment, "{slots}deploymentStatus/read"),
    ),
    _web("containerlogs", "POST", _APP + "/containerlogs", runtime.container_logs, "{slots}containerlogs/action"),
)
