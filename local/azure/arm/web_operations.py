"""What ARM knows of Microsoft.Web here."""

from local.azure.arm import (
    app_settings,
    deleting,
    deployments,
    names,
    plans,
    publishing,
    runtime,
    site_containers,
    site_logs,
    site_settings,
    site_writing,
    sites,
    swaps,
)
from local.azure.arm.call import Handler
from local.azure.arm.operation import GROUP, SUBSCRIPTION, Operation

_PLANS = "/providers/Microsoft.Web/serverfarms"
_SITES = "/providers/Microsoft.Web/sites"
_SITE = GROUP + _SITES + "/{site}"
_APP = _SITE + "(?:/slots/{slot})?"
"""A site or a slot of it."""
_SETTINGS = _APP + "/config/appsettings"
_SLOT_NAMES = _SITE + "/config/slotConfigNames"
_STRINGS = _APP + "/config/connectionstrings"
_STORAGE = _APP + "/config/azurestorageaccounts"
_CONTAINERS = _APP + "/sitecontainers"
_POLICIES = _APP + "/basicPublishingCredentialsPolicies"
_DEPLOYMENTS = _APP + "/deploymentStatus"
_REFERENCES = _APP + "/config/configreferences/appsettings"


def _web(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.Web/sites/{action}")


def _plan(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.Web/serverfarms/{action}")


WEB = (
    Operation(
        *("names.check", "POST", SUBSCRIPTION + "/providers/Microsoft.Web/checknameavailability"),
        *(names.check_name, "Microsoft.Web/checknameavailability/read"),
    ),
    _plan("plans.list", "GET", SUBSCRIPTION + _PLANS, plans.list_subscription, "read"),
    _plan("plans.list_group", "GET", GROUP + _PLANS, plans.list_group, "read"),
    _plan("plans.get", "GET", GROUP + _PLANS + "/{plan}", plans.get_plan, "read"),
    _plan("plans.put", "PUT", GROUP + _PLANS + "/{plan}", plans.put_plan, "write"),
    _plan("plans.delete", "DELETE", GROUP + _PLANS + "/{plan}", deleting.delete_plan, "delete"),
    _web("sites.list", "GET", SUBSCRIPTION + _SITES, sites.list_subscription, "read"),
    _web("sites.list_group", "GET", GROUP + _SITES, sites.list_group, "read"),
    _web("sites.get", "GET", _APP, sites.get, "{slots}read"),
    _web("sites.put", "PUT", _APP, site_writing.put, "{slots}write"),
    _web("sites.patch", "PATCH", _APP, site_writing.patch, "{slots}write"),
    _web("sites.delete", "DELETE", _APP, deleting.delete_site, "{slots}delete"),
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
    _web("slot_names.get", "GET", _SLOT_NAMES, site_settings.get_slot_names, "config/read"),
    _web("slot_names.put", "PUT", _SLOT_NAMES, site_settings.put_slot_names, "config/write"),
    _web(
        *("strings.list", "POST", _STRINGS + "/list"),
        *(site_settings.list_connection_strings, "{slots}config/list/action"),
    ),
    _web("strings.put", "PUT", _STRINGS, site_settings.put_connection_strings, "{slots}config/write"),
    _web("storage.list", "POST", _STORAGE + "/list", site_settings.list_storage, "{slots}config/list/action"),
    _web("containers.list", "GET", _CONTAINERS, site_containers.list_containers, "{slots}sitecontainers/read"),
    _web(
        *("containers.get", "GET", _CONTAINERS + "/{container}"),
        *(site_containers.get_container, "{slots}sitecontainers/read"),
    ),
    _web(
        *("containers.put", "PUT", _CONTAINERS + "/{container}"),
        *(site_containers.put_container, "{slots}sitecontainers/write"),
    ),
    _web(
        *("containers.delete", "DELETE", _CONTAINERS + "/{container}"),
        *(site_containers.delete_container, "{slots}sitecontainers/delete"),
    ),
    _web(
        *("publishing.credentials", "POST", _APP + "/config/publishingcredentials/list"),
        *(publishing.credentials, "{slots}config/list/action"),
    ),
    _web("publishing.profiles", "POST", _APP + "/publishxml", publishing.profiles, "{slots}publishxml/action"),
    _web(
        *("publishing.policies", "GET", _POLICIES),
        *(publishing.list_policies, "{slots}basicPublishingCredentialsPolicies/read"),
    ),
    _web(
        *("publishing.policy", "GET", _POLICIES + "/{policy}"),
        *(publishing.get_policy, "{slots}basicPublishingCredentialsPolicies/read"),
    ),
    _web(
        *("publishing.put_policy", "PUT", _POLICIES + "/{policy}"),
        *(publishing.put_policy, "{slots}basicPublishingCredentialsPolicies/write"),
    ),
    _web("slots.swap", "POST", _APP + "/slotsswap", swaps.swap, "{slots}slotsswap/action"),
    _web(
        *("operations.result", "GET", _APP + "/operationresults/{operation}"),
        *(swaps.result, "{slots}operationresults/read"),
    ),
    _web("sites.restart", "POST", _APP + "/restart", sites.restart, "{slots}restart/action"),
    _web("sites.start", "POST", _APP + "/start", sites.start, "{slots}start/action"),
    _web("sites.stop", "POST", _APP + "/stop", sites.stop, "{slots}stop/action"),
    _web("sites.status", "GET", _APP + "/siteStatus", runtime.site_status, "{slots}siteStatus/read"),
    _web("sites.status_instance", "GET", _APP + "/siteStatus/{instance}", runtime.one_status, "{slots}siteStatus/read"),
    _web("instances.list", "GET", _APP + "/instances", runtime.instances, "{slots}instances/read"),
    _web("deployments.rows", "GET", _APP + "/deployments", deployments.list_rows, "{slots}deployments/read"),
    _web("deployments.list", "GET", _DEPLOYMENTS, deployments.list_deployments, "{slots}deploymentStatus/read"),
    _web(
        *("deployments.get", "GET", _DEPLOYMENTS + "/{deployment}"),
        *(deployments.get_deployment, "{slots}deploymentStatus/read"),
    ),
    _web("containerlogs", "POST", _APP + "/containerlogs", runtime.container_logs, "{slots}containerlogs/action"),
)
