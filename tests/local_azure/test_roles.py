"""Role assignments and definitions: their evaluation, and ARM's lists of them."""

from typing import Any

import pytest
from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient

from local.azure.transport import WorldCredential, WorldTransport
from tests.local_azure.worlds import arm, site, story, world_of

PULL = "Microsoft.ContainerRegistry/registries/pull/read"
CONTENT = "Microsoft.ContainerRegistry/registries/repositories/content/read"
SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
REGISTRY = f"{SUBSCRIPTION}/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/store"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ADMIN = "99999999-9999-4999-8999-999999999999"
ONLY_TEAM = (
    f"((!(ActionMatches{{'{CONTENT}'}})) OR (@Request[Microsoft.ContainerRegistry/registries/repositories:name] "
    "StringStartsWithIgnoreCase 'team/'))"
)


@pytest.mark.parametrize(
    ("role", "legacy", "abac"),
    [
        ("AcrPull", True, False),
        ("AcrPush", True, False),
        ("Reader", True, False),
        ("Contributor", True, False),
        ("Owner", True, False),
        ("AcrDelete", False, False),
        ("AcrImageSigner", False, False),
        ("Container Registry Repository Reader", False, True),
        ("Container Registry Repository Writer", False, True),
        ("Container Registry Repository Contributor", False, True),
        ("Container Registry Repository Catalog Lister", False, False),
        ("no pulls", False, False),
    ],
)
def test_which_roles_give_pull(role: str, legacy: bool, abac: bool) -> None:
    """Control plane roles give it in legacy mode, repository roles in ABAC mode, and notActions take away."""
    custom = {"name": "no pulls", "actions": ["*"], "not_actions": ["Microsoft.ContainerRegistry/registries/pull/*"]}
    grant = {"principal": "web", "role": role, "scope": "store"}
    world, _ = world_of(role_definitions=[custom], role_assignments=[grant])
    principal = world.directory.principal_id("web")
    assert world.roles.allows(principal, PULL, REGISTRY, world.now()) is legacy
    assert world.roles.allows(principal, CONTENT, REGISTRY, world.now(), data=True, repository="team/web") is abac


@pytest.mark.parametrize(
    ("condition", "repository", "allowed"),
    [
        pytest.param(None, "team/web", True, id="no condition"),
        pytest.param(ONLY_TEAM, "team/web", True, id="inside the prefix"),
        pytest.param(ONLY_TEAM, "other/web", False, id="outside it"),
        pytest.param(ONLY_TEAM.replace("StartsWith", "Equals"), "team/web", False, id="equals something else"),
        pytest.param("@Resource[x:y] StringEquals 'z'", "team/web", False, id="of an unknown form"),
    ],
)
def test_conditions_narrow_repositories(condition: str | None, repository: str, allowed: bool) -> None:
    """An ABAC registry's assignment can be bound to repositories by its condition."""
    role = "Container Registry Repository Reader"
    grant = {"principal": "web", "role": role, "scope": "store", "condition": condition}
    world, _ = world_of(role_assignments=[grant])
    principal = world.directory.principal_id("web")
    assert world.roles.allows(principal, CONTENT, REGISTRY, world.now(), True, repository) is allowed


def test_groups_pass_their_roles_on() -> None:
    """A member of a group within a group has the outer group's roles."""
    groups = [
        {"name": "inner", "members": ["web"]},
        {"name": "outer", "members": ["66666666-6666-4666-8666-666666666666"]},
    ]
    world, _ = world_of(groups=groups, role_assignments=[{"principal": "outer", "role": "AcrPull", "scope": "store"}])
    world.roles.groups[world.directory.principal_id("outer")].add(world.directory.principal_id("inner"))
    assert world.roles.allows(world.directory.principal_id("web"), PULL, REGISTRY, world.now())


def everywhere() -> dict[str, Any]:
    """Describe assignments at the root, the subscription, the group, the registry and beside it."""
    scopes = ["/", SUBSCRIPTION[15:], "registries", "store", "apps"]
    roles = ["Reader", "AcrPush", "AcrDelete", "AcrPull", "AcrPull"]
    given = [{"principal": "web", "role": r, "scope": s} for r, s in zip(roles, scopes, strict=True)]
    by_group = {"principal": "crew", "role": "AcrImageSigner", "scope": "store"}
    return story(
        sites=[site(), site(name="other")],
        groups=[{"name": "crew", "members": ["web"]}],
        role_assignments=[*given, by_group, {"principal": "other", "role": "AcrPull", "scope": "store"}],
    )


@pytest.mark.parametrize(
    ("scope", "query", "roles"),
    [
        pytest.param(
            REGISTRY, "principalId eq '{web}'", "Reader AcrPush AcrDelete AcrPull", id="principal at registry"
        ),
        pytest.param(
            REGISTRY, "assignedTo('{web}')", "Reader AcrPush AcrDelete AcrPull AcrImageSigner", id="with groups"
        ),
        pytest.param(
            *(REGISTRY, "atScope() and assignedTo('{web}')", "Reader AcrPush AcrDelete AcrPull AcrImageSigner"),
            id="both",
        ),
        pytest.param(
            *(SUBSCRIPTION, "assignedTo('{web}')", "Reader AcrPush AcrDelete AcrPull AcrPull AcrImageSigner"),
            id="below the subscription too",
        ),
        pytest.param(
            SUBSCRIPTION, "atScope() and principalId eq '{web}'", "Reader AcrPush", id="at scope excludes below"
        ),
    ],
)
async def test_filters_of_role_assignments(scope: str, query: str, roles: str) -> None:
    """atScope() is at and above; principalId and assignedTo reach below too; assignedTo goes through groups."""
    world, _ = world_of(**everywhere())
    text = query.replace("{web}", world.directory.principal_id("web"))
    rows = (await arm(world, "GET", scope + ASSIGNMENTS, **{"$filter": text})).json()["value"]
    guids = [row["properties"]["roleDefinitionId"].rpartition("/")[2] for row in rows]
    names = [found.role_name for guid in guids if (found := world.roles.definition(guid))]
    assert sorted(names) == sorted(roles.split())


async def test_an_inherited_row_keeps_its_own_scope_and_id() -> None:
    """Rows from the root have an id without a subscription; role ids carry the subscription that was asked."""
    world, _ = world_of(**everywhere())
    rows = (await arm(world, "GET", REGISTRY + ASSIGNMENTS, **{"$filter": "atScope()"})).json()["value"]
    root = next(row for row in rows if row["properties"]["scope"] == "/")
    assert root["id"].startswith("/providers/Microsoft.Authorization/roleAssignments/")
    assert root["properties"]["roleDefinitionId"].startswith(f"{SUBSCRIPTION}/providers/")
    assert root["properties"]["principalType"] == "ServicePrincipal"


async def test_a_filter_that_azure_does_not_know_is_refused() -> None:
    """An unsupported filter is a 400, not an unfiltered list."""
    world, _ = world_of()
    answer = await arm(world, "GET", REGISTRY + ASSIGNMENTS, **{"$filter": "scope eq 'x'"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "UnsupportedQuery")


async def test_definitions_are_found_by_name_and_id() -> None:
    """roleName compares without case; the id leads to the same definition."""
    world, _ = world_of()
    base = f"{REGISTRY}/providers/Microsoft.Authorization/roleDefinitions"
    rows = (await arm(world, "GET", base, **{"$filter": "roleName eq 'acrpull'"})).json()["value"]
    assert [row["name"] for row in rows] == [ACR_PULL]
    same = (await arm(world, "GET", rows[0]["id"])).json()
    assert same["properties"]["permissions"][0]["actions"] == [PULL]
    assert (await arm(world, "GET", f"{base}/{ADMIN}")).status_code == 404


@pytest.mark.parametrize("mode", ["LegacyRegistryPermissions", "AbacRepositoryPermissions", None])
async def test_registries_tell_their_mode(mode: str | None) -> None:
    """roleAssignmentMode is in answers of the SDK's api-version, and missing where the registry has none."""
    world, _ = world_of(
        registries=[{"name": "store", "role_assignment_mode": mode, "login_server": "store-x.azurecr.io"}]
    )
    credential, transport = WorldCredential(world), WorldTransport(world)
    async with ContainerRegistryManagementClient(credential, world.default_subscription, transport=transport) as client:
        (listed,) = [one async for one in client.registries.list()]
        got = await client.registries.get("registries", "store")
    assert (listed.login_server, listed.id) == ("store-x.azurecr.io", REGISTRY)
    assert listed.role_assignment_mode == got.role_assignment_mode == mode
    older = (await arm(world, "GET", REGISTRY, **{"api-version": "2023-07-01"})).json()
    assert "roleAssignmentMode" not in older["properties"]
