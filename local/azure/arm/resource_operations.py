"""What ARM knows here of subscriptions, resource groups and managed identities."""

from local.azure.arm import deleting, groups, identities, providers, resource_lists, subscriptions
from local.azure.arm.call import Handler
from local.azure.arm.operation import GROUP, SUBSCRIPTION, Operation

_PROVIDER = SUBSCRIPTION + "/providers/{namespace}"
_ALL_IDENTITIES = SUBSCRIPTION + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
_IDENTITIES = GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities"


def _resources(name: str, method: str, template: str, handler: Handler, action: str | None) -> Operation:
    needed = f"Microsoft.Resources/subscriptions/{action}" if action else None
    return Operation(name, method, template, handler, needed, "Microsoft.Resources")


def _identity(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    needed = f"Microsoft.ManagedIdentity/userAssignedIdentities/{action}"
    return Operation(name, method, template, handler, needed, "Microsoft.ManagedIdentity")


RESOURCES = (
    _resources("subscriptions.list", "GET", "/subscriptions", subscriptions.list_subscriptions, None),
    _resources("subscriptions.get", "GET", SUBSCRIPTION, subscriptions.get_subscription, "read"),
    _resources("groups.list", "GET", SUBSCRIPTION + "/resourcegroups", groups.list_groups, "resourceGroups/read"),
    _resources("groups.get", "GET", GROUP, groups.get_group, "resourceGroups/read"),
    _resources("groups.exists", "HEAD", GROUP, groups.head_group, "resourceGroups/read"),
    _resources("groups.put", "PUT", GROUP, groups.put_group, "resourceGroups/write"),
    _resources("groups.delete", "DELETE", GROUP, deleting.delete_group, "resourceGroups/delete"),
    _resources(
        "groups.deletion", "GET", SUBSCRIPTION + "/operationresults/{operation}", deleting.deletion_result, None
    ),
    _resources(
        "resources.list", "GET", SUBSCRIPTION + "/resources", resource_lists.list_subscription, "resources/read"
    ),
    _resources(
        *("resources.list_group", "GET", GROUP + "/resources"),
        *(resource_lists.list_group, "resourcegroups/resources/read"),
    ),
    _resources("providers.list", "GET", SUBSCRIPTION + "/providers", providers.list_providers, "providers/read"),
    _resources("providers.get", "GET", _PROVIDER, providers.get_provider, "providers/read"),
    _resources("providers.register", "POST", _PROVIDER + "/register", providers.get_provider, "providers/read"),
    _identity("identities.list_all", "GET", _ALL_IDENTITIES, identities.list_subscription, "read"),
    _identity("identities.list", "GET", _IDENTITIES, identities.list_group, "read"),
    _identity("identities.get", "GET", _IDENTITIES + "/{name}", identities.get_identity, "read"),
    _identity("identities.put", "PUT", _IDENTITIES + "/{name}", identities.put_identity, "write"),
    _identity("identities.delete", "DELETE", _IDENTITIES + "/{name}", deleting.delete_identity, "delete"),
)
