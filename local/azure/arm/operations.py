"""Which operations ARM knows here: method, path, the right that is needed, and who answers."""

import re
from dataclasses import dataclass, field

from local.azure.arm import deny_assignments, registries, resources, role_assignments, role_definitions, runtime, sites
from local.azure.arm.call import Handler

_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = _SUBSCRIPTION + "/resourceGroups/{group}"
_SITES = "/providers/Microsoft.Web/sites"
_SITE = _GROUP + _SITES + "/{site}"
_APP = _SITE + "(?:/slots/{slot})?"
"""A site or a slot of it."""
_REGISTRIES = "/providers/Microsoft.ContainerRegistry/registries"
_AUTHORIZATION = "(?P<scope>|/.+?)/providers/Microsoft.Authorization"
_VERSIONS = {
    "Microsoft.Web": (
        *("2019-08-01", "2020-12-01", "2021-02-01", "2021-03-01", "2022-03-01", "2022-09-01", "2023-01-01"),
        *("2023-12-01", "2024-04-01", "2024-11-01", "2025-03-01", "2025-05-01"),
    ),
    "Microsoft.ContainerRegistry": (
        *("2019-05-01", "2021-09-01", "2022-12-01", "2023-07-01", "2023-11-01-preview"),
        *("2025-03-01-preview", "2025-04-01", "2025-11-01"),
    ),
    "Microsoft.Authorization": ("2018-07-01-preview", "2020-04-01-preview", "2022-04-01", "2022-05-01-preview"),
    "Microsoft.ManagedIdentity": ("2018-11-30", "2023-01-31", "2024-11-30"),
    "Microsoft.Resources": ("2016-06-01", "2019-11-01", "2021-04-01", "2022-09-01", "2022-12-01", "2024-11-01"),
}


def supported_versions(provider: str) -> tuple[str, ...]:
    """Answer the api-versions that a provider accepts."""
    return _VERSIONS[provider]


@dataclass(frozen=True)
class Operation:
    """One operation of ARM."""

    name: str
    method: str
    template: str
    handler: Handler
    action: str | None
    """The right it needs; `{slots}` becomes `slots/` where the path names a slot. None needs none."""
    provider: str = "Microsoft.Web"
    open_at_root: bool = False
    """Needs no right where the path has no scope: whoever signs in may read the built-in roles of the directory."""
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pattern", _pattern(self.template))

    def match(self, path: str) -> dict[str, str] | None:
        """Answer the named segments where the path is this operation's, else None."""
        found = self.pattern.fullmatch(path)
        return {name: value for name, value in found.groupdict().items() if value is not None} if found else None

    def action_at(self, place: dict[str, str]) -> str | None:
        """Answer the right that a call at this place needs."""
        if self.action is None or (self.open_at_root and not place["scope"]):
            return None
        return self.action.format(slots="slots/" if "slot" in place else "")


def scope_of(path: str) -> str:
    """Answer the resource whose right a call needs, as ARM's refusals name it: the one in the path.

    Where the path ends in a collection or an action, it is what stands before that: the list of role assignments needs
    a right over `…/providers/Microsoft.Authorization`, a restart one over the site.
    """
    _, provider, tail = path.rpartition("/providers/")
    segments = tail.split("/")[1:] if provider else path.strip("/").split("/")
    return path if len(segments) % 2 == 0 else path.rpartition("/")[0]


def _pattern(template: str) -> re.Pattern[str]:
    """Compile a template: each `{name}` is a path segment, and case does not matter to ARM."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), re.IGNORECASE)


def _web(name: str, method: str, template: str, handler: Handler, action: str) -> Operation:
    return Operation(name, method, template, handler, f"Microsoft.Web/sites/{action}")


def _roles(name: str, method: str, tail: str, handler: Handler) -> Operation:
    right = {"PUT": "write", "DELETE": "delete"}.get(method, "read")
    needed = f"Microsoft.Authorization/{tail.split('/')[1]}/{right}"
    for_all = tail.startswith("/roleDefinitions")
    return Operation(name, method, _AUTHORIZATION + tail, handler, needed, "Microsoft.Authorization", for_all)


def _acr(name: str, template: str, handler: Handler) -> Operation:
    needed = "Microsoft.ContainerRegistry/registries/read"
    return Operation(name, "GET", template, handler, needed, "Microsoft.ContainerRegistry")


def _resources(name: str, template: str, handler: Handler, action: str | None) -> Operation:
    return Operation(name, "GET", template, handler, action, "Microsoft.Resources")


OPERATIONS = (
    _web("sites.list", "GET", _SUBSCRIPTION + _SITES, sites.list_subscription, "read"),
    _web("sites.list_group", "GET", _GROUP + _SITES, sites.list_group, "read"),
    _web("sites.get", "GET", _APP, sites.get, "{slots}read"),
    _web("slots.list", "GET", _SITE + "/slots", sites.list_slots, "slots/read"),
    _web("config.get", "GET", _APP + "/config/web", sites.get_config, "{slots}config/read"),
    _web("config.update", "PATCH", _APP + "/config/web", sites.update_config, "{slots}config/write"),
    _web("sites.restart", "POST", _APP + "/restart", sites.restart, "{slots}restart/action"),
    _web("sites.start", "POST", _APP + "/start", sites.start, "{slots}start/action"),
    _web("sites.stop", "POST", _APP + "/stop", sites.stop, "{slots}stop/action"),
    _web("sites.status", "GET", _APP + "/siteStatus", runtime.site_status, "{slots}siteStatus/read"),
    _web("sites.status_instance", "GET", _APP + "/siteStatus/{instance}", runtime.one_status, "{slots}siteStatus/read"),
    _web("instances.list", "GET", _APP + "/instances", runtime.instances, "{slots}instances/read"),
    _web("containerlogs", "POST", _APP + "/containerlogs", runtime.container_logs, "{slots}containerlogs/action"),
    _acr("registries.list", _SUBSCRIPTION + _REGISTRIES, registries.list_subscription),
    _acr("registries.list_group", _GROUP + _REGISTRIES, registries.list_group),
    _acr("registries.get", _GROUP + _REGISTRIES + "/{registry}", registries.get),
    _roles("roles.assignments", "GET", "/roleAssignments", role_assignments.list_assignments),
    _roles("roles.assignment", "GET", "/roleAssignments/{name}", role_assignments.get_assignment),
    _roles("roles.assign", "PUT", "/roleAssignments/{name}", role_assignments.put_assignment),
    _roles("roles.remove", "DELETE", "/roleAssignments/{name}", role_assignments.delete_assignment),
    _roles("roles.definitions", "GET", "/roleDefinitions", role_definitions.list_definitions),
    _roles("roles.definition", "GET", "/roleDefinitions/{name}", role_definitions.get_definition),
    _roles("roles.denials", "GET", "/denyAssignments", deny_assignments.list_denials),
    _roles("roles.denial", "GET", "/denyAssignments/{name}", deny_assignments.get_denial),
    Operation(
        "identities.get",
        "GET",
        _GROUP + "/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}",
        resources.get_identity,
        "Microsoft.ManagedIdentity/userAssignedIdentities/read",
        "Microsoft.ManagedIdentity",
    ),
    _resources("subscriptions.list", "/subscriptions", resources.list_subscriptions, None),
    _resources(
        "subscriptions.get", _SUBSCRIPTION, resources.get_subscription, "Microsoft.Resources/subscriptions/read"
    ),
    _resources(
        "groups.list",
        _SUBSCRIPTION + "/resourcegroups",
        resources.list_groups,
        "Microsoft.Resources/subscriptions/resourceGroups/read",
    ),
    _resources("groups.get", _GROUP, resources.get_group, "Microsoft.Resources/subscriptions/resourceGroups/read"),
)
