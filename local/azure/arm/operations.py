"""Which operations ARM knows here: method, path, the right that is needed, and who answers."""

from local.azure.arm import (
    activity,
    deny_assignments,
    event_subscriptions,
    private_endpoints,
    role_assignments,
    role_definitions,
    vaults,
)
from local.azure.arm.call import Handler
from local.azure.arm.operation import GROUP, SUBSCRIPTION, Operation
from local.azure.arm.registry_operations import REGISTRIES
from local.azure.arm.resource_operations import RESOURCES
from local.azure.arm.web_operations import WEB

_VAULTS = "/providers/Microsoft.KeyVault/vaults"
_REGISTRY = GROUP + "/providers/Microsoft.ContainerRegistry/registries/{registry}"
_SUBSCRIBED = _REGISTRY + "/providers/Microsoft.EventGrid/eventSubscriptions"
_ENDPOINT = GROUP + "/providers/Microsoft.Network/privateEndpoints/{endpoint}"
_ACTIVITY = SUBSCRIPTION + "/providers/Microsoft.Insights/eventtypes/management/values"
_TOPICS = "/providers/Microsoft.EventGrid/systemTopics"
_AUTHORIZATION = "(?P<scope>|/.+?)/providers/Microsoft.Authorization"


def _roles(name: str, method: str, tail: str, handler: Handler) -> Operation:
    right = {"PUT": "write", "DELETE": "delete"}.get(method, "read")
    needed = f"Microsoft.Authorization/{tail.split('/')[1]}/{right}"
    for_all = tail.startswith("/roleDefinitions")
    return Operation(name, method, _AUTHORIZATION + tail, handler, needed, "Microsoft.Authorization", for_all)


def _events(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.EventGrid/{action}", "Microsoft.EventGrid")


def _vault(name: str, template: str, handler: Handler) -> Operation:
    return Operation(name, "GET", template, handler, "Microsoft.KeyVault/vaults/read", "Microsoft.KeyVault")


OPERATIONS = (
    *WEB,
    *RESOURCES,
    *REGISTRIES,
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
    Operation("activity.list", "GET", _ACTIVITY, activity.list_events, None, "Microsoft.Insights"),
    Operation(
        *("endpoints.get", "GET", _ENDPOINT, private_endpoints.get),
        *("Microsoft.Network/privateEndpoints/read", "Microsoft.Network"),
    ),
    _vault("vaults.list", SUBSCRIPTION + _VAULTS, vaults.list_vaults),
    _vault("vaults.get", GROUP + _VAULTS + "/{vault}", vaults.get_vault),
)
