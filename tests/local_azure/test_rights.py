"""The rights of who asks ARM: every operation needs its own, over the resource that the refusal names."""

import pytest

from tests.local_azure.worlds import arm, site, world_of

SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
SITE = f"{SUBSCRIPTION}/resourceGroups/apps/providers/Microsoft.Web/sites/web"
REGISTRY = f"{SUBSCRIPTION}/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/store"
WEBHOOK = f"{REGISTRY}/webhooks/webci"
VAULT = f"{SUBSCRIPTION}/resourceGroups/vaults/providers/Microsoft.KeyVault/vaults/safe"
ASSIGNMENTS = f"{REGISTRY}/providers/Microsoft.Authorization/roleAssignments"
DEFINITION = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
ASSIGNMENT = f"{ASSIGNMENTS}/55555555-5555-4555-8555-555555555555"
OPERATOR = "33333333-3333-4333-8333-333333333333"
VERSIONS = {
    "Microsoft.Web": "2025-05-01",
    "Microsoft.ContainerRegistry": "2025-11-01",
    "Microsoft.EventGrid": "2022-06-15",
    "Microsoft.KeyVault": "2023-07-01",
}
NEEDED = [
    (
        *("GET", f"{SUBSCRIPTION}/providers/Microsoft.Web/sites"),
        *("Microsoft.Web/sites/read", f"{SUBSCRIPTION}/providers/Microsoft.Web"),
    ),
    ("GET", SITE, "Microsoft.Web/sites/read", SITE),
    ("GET", f"{SITE}/slots", "Microsoft.Web/sites/slots/read", SITE),
    ("GET", f"{SITE}/slots/blue", "Microsoft.Web/sites/slots/read", f"{SITE}/slots/blue"),
    ("GET", f"{SITE}/config/web", "Microsoft.Web/sites/config/read", f"{SITE}/config/web"),
    ("PATCH", f"{SITE}/config/web", "Microsoft.Web/sites/config/write", f"{SITE}/config/web"),
    ("GET", f"{SITE}/config/logs", "Microsoft.Web/sites/config/read", f"{SITE}/config/logs"),
    ("PUT", f"{SITE}/config/appsettings", "Microsoft.Web/sites/config/write", f"{SITE}/config/appsettings"),
    ("POST", f"{SITE}/config/appsettings/list", "Microsoft.Web/sites/config/list/action", f"{SITE}/config/appsettings"),
    (
        *("GET", f"{SITE}/config/configreferences/appsettings", "Microsoft.Web/sites/config/appsettings/read"),
        f"{SITE}/config/configreferences",
    ),
    ("GET", f"{SITE}/deploymentStatus", "Microsoft.Web/sites/deploymentStatus/read", SITE),
    ("POST", f"{SITE}/slots/blue/restart", "Microsoft.Web/sites/slots/restart/action", f"{SITE}/slots/blue"),
    ("POST", f"{SITE}/restart", "Microsoft.Web/sites/restart/action", SITE),
    ("GET", f"{SITE}/siteStatus", "Microsoft.Web/sites/siteStatus/read", SITE),
    ("GET", f"{SITE}/instances", "Microsoft.Web/sites/instances/read", SITE),
    ("POST", f"{SITE}/containerlogs", "Microsoft.Web/sites/containerlogs/action", SITE),
    ("GET", REGISTRY, "Microsoft.ContainerRegistry/registries/read", REGISTRY),
    ("GET", f"{REGISTRY}/listUsages", "Microsoft.ContainerRegistry/registries/listUsages/read", REGISTRY),
    ("GET", f"{REGISTRY}/webhooks", "Microsoft.ContainerRegistry/registries/webhooks/read", REGISTRY),
    ("PUT", WEBHOOK, "Microsoft.ContainerRegistry/registries/webhooks/write", WEBHOOK),
    ("DELETE", WEBHOOK, "Microsoft.ContainerRegistry/registries/webhooks/delete", WEBHOOK),
    (
        *("POST", f"{WEBHOOK}/getCallbackConfig"),
        *("Microsoft.ContainerRegistry/registries/webhooks/getCallbackConfig/action", WEBHOOK),
    ),
    (
        *("GET", f"{REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions"),
        *("Microsoft.EventGrid/eventSubscriptions/read", f"{REGISTRY}/providers/Microsoft.EventGrid"),
    ),
    (
        *("GET", f"{SUBSCRIPTION}/providers/Microsoft.EventGrid/systemTopics"),
        *("Microsoft.EventGrid/systemTopics/read", f"{SUBSCRIPTION}/providers/Microsoft.EventGrid"),
    ),
    ("GET", VAULT, "Microsoft.KeyVault/vaults/read", VAULT),
    ("GET", ASSIGNMENTS, "Microsoft.Authorization/roleAssignments/read", ASSIGNMENTS.rpartition("/")[0]),
    ("PUT", ASSIGNMENT, "Microsoft.Authorization/roleAssignments/write", ASSIGNMENT),
    ("DELETE", ASSIGNMENT, "Microsoft.Authorization/roleAssignments/delete", ASSIGNMENT),
    ("GET", DEFINITION, "Microsoft.Authorization/roleDefinitions/read", DEFINITION),
    (
        *("GET", f"{REGISTRY}/providers/Microsoft.Authorization/denyAssignments"),
        *("Microsoft.Authorization/denyAssignments/read", f"{REGISTRY}/providers/Microsoft.Authorization"),
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "action", "scope"), NEEDED, ids=[f"{method} {action}" for method, _, action, _ in NEEDED]
)
async def test_a_single_right_can_be_withheld(method: str, path: str, action: str, scope: str) -> None:
    """Without its right an operation is refused in Azure's words; with all other rights nothing else is."""
    everything_but = {"name": "all but one", "actions": ["*"], "not_actions": [action]}
    stopped = site(state="Stopped")  # it has no log, whose stream the SDK's pipeline would try to parse
    world, _ = world_of(role_definitions=[everything_but], operator={"roles": ["all but one"]}, sites=[stopped])
    provider = path.rpartition("/providers/")[2].partition("/")[0]
    version = {"api-version": VERSIONS.get(provider, "2022-04-01")}
    refused = await arm(world, method, path, {"properties": {}}, **version)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert refused.json()["error"]["message"] == (
        f"The client '{OPERATOR}' with object id '{OPERATOR}' does not have authorization to perform action '{action}' "
        f"over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your "
        "credentials."
    )
    world.assign_role("operator", "Owner", world.default_subscription)
    assert (await arm(world, method, path, {"properties": {}}, **version)).status_code != 403


async def test_a_denied_right_names_the_deny_assignment() -> None:
    """Whom a deny assignment stops is told so, and by which."""
    denial = {"name": "hands off", "scope": "apps", "actions": ["*/write"]}
    world, _ = world_of(deny_assignments=[denial])
    version = {"api-version": "2025-05-01"}
    refused = await arm(world, "PATCH", f"{SITE}/config/web", {"properties": {}}, **version)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "DenyAssignmentAuthorizationFailed")
    assert "because of the deny assignment with name 'hands off'" in refused.json()["error"]["message"]
    assert (await arm(world, "GET", f"{SITE}/config/web", **version)).status_code == 200
    assert world.lift_denial("hands off") == 1
    assert (await arm(world, "PATCH", f"{SITE}/config/web", {"properties": {}}, **version)).status_code == 200
