"""Which operations ARM knows here: method, path, the right that is needed, and who answers."""

from local.azure.arm import (
    deny_assignments,
    event_subscriptions,
    registries,
    role_assignments,
    role_definitions,
    vaults,
    webhooks,
)
from local.azure.arm.call import Handler
from local.azure.arm.operation import GROUP, SUBSCRIPTION, Operation
from local.azure.arm.resource_operations import RESOURCES
from local.azure.arm.web_operations import WEB

_REGISTRIES = "/providers/Microsoft.ContainerRegistry/registries"
_VAULTS = "/providers/Microsoft.KeyVault/vaults"
_REGISTRY = GROUP + _REGISTRIES + "/{registry}"
_WEBHOOK = _REGISTRY + "/webhooks/{webhook}"
_SUBSCRIBED = _REGISTRY + "/providers/Microsoft.EventGrid/eventSubscriptions"
_TOPICS = "/providers/Microsoft.EventGrid/systemTopics"
_AUTHORIZATION = "(?P<scope>|/.+?)/providers/Microsoft.Authorization"
_VERSIONS = {
    "Microsoft.Web": (
        *("2019-08-01", "2020-12-01", "2021-02-01", "2021-03-01", "2022-03-01", "2022-09-01", "2023-01-01"),
        *("2023-12-01", "2024-04-01", "2024-11-01", "2025-03-01", "2025-05-01"),
    ),
    "Microsoft.ContainerRegistry": (
        *("2017-10-01", "2019-05-01", "2021-09-01", "2022-12-01", "2023-07-01", "2023-11-01-preview"),
        *("2025-03-01-preview", "2025-04-01", "2025-11-01"),
    ),
    "Microsoft.Authorization": ("2018-07-01-preview", "2020-04-01-preview", "2022-04-01", "2022-05-01-preview"),
    "Microsoft.EventGrid": ("2021-12-01", "2022-06-15", "2023-12-15-preview", "2025-02-15"),
    "Microsoft.KeyVault": ("2022-07-01", "2023-07-01", "2024-11-01", "2025-05-01"),
    "Microsoft.ManagedIdentity": ("2018-11-30", "2023-01-31", "2024-11-30"),
    "Microsoft.Resources": ("2016-06-01", "2019-11-01", "2021-04-01", "2022-09-01", "2022-12-01", "2024-11-01"),
}


def supported_versions(provider: str) -> tuple[str, ...]:
    """Answer the api-versions that a provider accepts."""
    return _VERSIONS[provider]


def _roles(name: str, method: str, tail: str, handler: Handler) -> Operation:
    right = {"PUT": "write", "DELETE": "delete"}.get(method, "read")
    needed = f"Microsoft.Authorization/{tail.split('/')[1]}/{right}"
    for_all = tail.startswith("/roleDefinitions")
    return Operation(name, method, _AUTHORIZATION + tail, handler, needed, "Microsoft.Authorization", for_all)


def _acr(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    needed = f"Microsoft.ContainerRegistry/registries/{action}"
    return Operation(name, method, template, handler, needed, "Microsoft.ContainerRegistry")


def _events(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.EventGrid/{action}", "Microsoft.EventGrid")


def _vault(name: str, template: str, handler: Handler) -> Operation:
    return Operation(name, "GET", template, handler, "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault")


OPERATIONS = (
    *WEB,
    *RESOURCES,
    _acr("registries.list", "GET", SUBSCRIPTION + _REGISTRIES, registries.list_subscription, "read"),
    _acr("registries.list_group", "GET", GROUP + _REGISTRIES, registries.list_group, "read"),
    _acr("registries.get", "GET", _REGISTRY, registries.get, "read"),
    _acr("registries.usages", "GET", _REGISTRY + "/listUsages", webhooks.list_usages, "listUsages/read"),
    _acr("webhooks.list", "GET", _REGISTRY + "/webhooks", webhooks.list_webhooks, "webhooks/read"),
    _acr("webhooks.get", "GET", _WEBHOOK, webhooks.get_webhook, "webhooks/read"),
    _acr("webhooks.put", "PUT", _WEBHOOK, webhooks.put_webhook, "webhooks/write"),
    _acr("webhooks.patch", "PATCH", _WEBHOOK, webhooks.patch_webhook, "webhooks/write"),
    _acr("webhooks.delete", "DELETE", _WEBHOOK, webhooks.delete_webhook, "webhooks/delete"),
    _acr(
        *("webhooks.callback_config", "POST", _WEBHOOK + "/getCallbackConfig"),
        *(webhooks.callback_config, "webhooks/getCallbackConfig/action"),
    ),
    _acr("webhooks.ping", "POST", _WEBHOOK + "/ping", webhooks.ping, "webhooks/ping/action"),
    _acr("webhooks.events", "POST", _WEBHOOK + "/listEvents", webhooks.list_events, "webhooks/listEvents/action"),
    _roles("roles.assignments", "GET", "/roleAssignments", role_assignments.list_assignments),
    _roles("roles.assignment", "GET", "/roleAssignments/{name}", role_assignments.get_assignment),
    _roles("roles.assign", "PUT", "/roleAssignments/{name}", role_assignments.put_assignment),
    _roles("roles.remove", "DELETE", "/roleAssignments/{name}", role_assignments.delete_assignment),
    _roles("roles.definitions", "GET", "/roleDefinitions", role_definitions.list_definitions),
    _roles("roles.definition", "GET", "/roleDefinitions/{name}", role_definitions.get_definition),
    _roles("roles.denials", "GET", "/denyAssignments", deny_assignments.list_denials),
    _roles("roles.denial", "GET", "/denyAssignments/{name}", deny_assignments.get_denial),
    _events("events.list", "GET", _SUBSCRIBED, event_subscriptions.list_at_registry, "eventSubscriptions/read"),
    _events(
        "events.get", "GET", _SUBSCRIBED + "/{name}", event_subscriptions.get_at_registry, "eventSubscriptions/read"
    ),
    _events(
        *("events.full_url", "POST", _SUBSCRIBED + "/{name}/getFullUrl"),
        *(event_subscriptions.full_url, "eventSubscriptions/getFullUrl/action"),
    ),
    _events("topics.list", "GET", SUBSCRIPTION + _TOPICS, event_subscriptions.list_topics, "systemTopics/read"),
    _events(
        *("topics.events", "GET", GROUP + _TOPICS + "/{topic}/eventSubscriptions"),
        *(event_subscriptions.list_at_topic, "systemTopics/eventSubscriptions/read"),
    ),
    _vault("vaults.list", SUBSCRIPTION + _VAULTS, vaults.list_vaults),
    _vault("vaults.get", GROUP + _VAULTS + "/{vault}", vaults.get_vault),
)
