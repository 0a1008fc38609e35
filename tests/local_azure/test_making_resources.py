"""Resource groups, plans, registries, identities and sites come to be through ARM."""

from typing import Any

import pytest
from azure.core.rest import AsyncHttpResponse

from local.azure.world import ManualClock, World
from tests.local_azure.worlds import IMAGE, arm, told, world_of

GROUP = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/new"
PLAN = f"{GROUP}/providers/Microsoft.Web/serverfarms/plan"
SITE = f"{GROUP}/providers/Microsoft.Web/sites/made"
PULLER = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/fetcher"
OWNER: dict[str, Any] = {"operator": {"roles": ["Owner"]}}


def empty(**changes: Any) -> tuple[World, ManualClock]:
    """A world with a registry, no site, and an operator that may do everything."""
    return world_of(**{"sites": [], "role_assignments": []} | OWNER | changes)


async def put(world: World, path: str, body: Any, version: str = "2025-05-01") -> AsyncHttpResponse:
    """PUT a resource."""
    return await arm(world, "PUT", path, body, **{"api-version": version})


async def with_plan(world: World) -> None:
    """Make the group and a plan of two workers in it."""
    assert (await put(world, GROUP, {"location": "eastus2"}, "2021-04-01")).status_code == 201
    plan = {"location": "eastus2", "sku": {"name": "P1V3", "capacity": 2}, "properties": {"reserved": True}}
    made = await put(world, PLAN, plan)
    assert (made.status_code, made.json()["sku"]["tier"], made.json()["kind"]) == (200, "PremiumV3", "linux")


def site(**changes: Any) -> dict[str, Any]:
    """The body of a site that runs the registry's image with its own identity."""
    config = {"linuxFxVersion": f"DOCKER|{IMAGE}", "acrUseManagedIdentityCreds": True, "alwaysOn": True}
    usual = {
        "location": "eastus2",
        "identity": {"type": "SystemAssigned"},
        "properties": {"serverFarmId": PLAN, "siteConfig": config},
    }
    return usual | changes


async def test_a_group_is_made_once() -> None:
    """201, then 200 with other tags; HEAD tells whether it is there."""
    world, _ = empty()
    version = {"api-version": "2021-04-01"}
    assert (await arm(world, "HEAD", GROUP, **version)).status_code == 404
    assert (await put(world, GROUP, {"location": "eastus2"}, "2021-04-01")).status_code == 201
    again = await put(world, GROUP, {"location": "eastus2", "tags": {"team": "shop"}}, "2021-04-01")
    assert (again.status_code, again.json()["tags"]) == (200, {"team": "shop"})
    assert (await arm(world, "HEAD", GROUP, **version)).status_code == 204
    listed = (await arm(world, "GET", GROUP.rpartition("/")[0], **version)).json()["value"]
    assert [group["name"] for group in listed] == ["new", "registries"]


async def test_a_new_site_starts_by_pulling() -> None:
    """Unlike a site of the scenario it never ran before: without a role its first pull is refused."""
    world, clock = empty()
    await with_plan(world)
    made = (await put(world, SITE, site())).json()
    assert (made["location"], made["properties"]["serverFarmId"]) == ("eastus2", PLAN)
    read = (await arm(world, "GET", SITE, **{"api-version": "2025-05-01"})).json()
    assert (read["location"], read["kind"]) == ("East US 2", "app,linux,container")
    clock.advance(5)
    views = world.instances("made")
    assert [view.status.last_error for view in views if view.status] == ["ImagePullUnauthorizedFailure"] * 2
    world.assign_role("made", "AcrPull", "store")
    world.stop("made")
    world.start("made")
    clock.advance(10)
    assert [told(view) for view in world.instances("made")] == [("Started", "None", "v1")] * 2


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"properties": {"serverFarmId": f"{PLAN}-not"}}, 404, "NotFound", id="no such plan"),
        pytest.param(
            {"properties": {"serverFarmId": PLAN, "siteConfig": {"linuxFxVersion": "nonsense"}}},
            *(400, "BadRequest"),
            id="no image",
        ),
    ],
)
async def test_a_site_that_cannot_be_is_refused(body: dict[str, Any], status: int, code: str) -> None:
    """Microsoft.Web's own errors, and nothing is left behind."""
    world, _ = empty()
    await with_plan(world)
    answer = await put(world, SITE, site(**body))
    assert (answer.status_code, answer.json()["Code"]) == (status, code)
    assert world.sites == []


async def test_a_name_is_taken_for_the_whole_world() -> None:
    """checknameavailability says so first, and a PUT in another group is a conflict."""
    world, _ = empty()
    await with_plan(world)
    check = "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Web/checknameavailability"
    asked = {"name": "made", "type": "Site"}
    free = await arm(world, "POST", check, asked, **{"api-version": "2025-05-01"})
    assert free.json() == {"nameAvailable": True, "reason": "", "message": ""}
    await put(world, SITE, site())
    taken = await arm(world, "POST", check, asked, **{"api-version": "2025-05-01"})
    assert (taken.json()["nameAvailable"], taken.json()["reason"]) == (False, "AlreadyExists")
    elsewhere = SITE.replace("/new/", "/registries/")
    assert (await put(world, elsewhere, site())).status_code == 409


IDENTITIES = [
    pytest.param({"type": "UserAssigned"}, False, True, id="the system's goes, the user's stays"),
    pytest.param({"type": "SystemAssigned"}, True, False, id="the user's goes"),
    pytest.param({"type": "None"}, False, False, id="none"),
    pytest.param(
        {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {PULLER: None}},
        *(True, False),
        id="null takes one away",
    ),
]


@pytest.mark.parametrize(("asked", "system", "user"), IDENTITIES)
async def test_identities_are_patched(asked: dict[str, Any], system: bool, user: bool) -> None:
    """What a PATCH does not name stays, as recorded for user-assigned identities."""
    world, _ = empty()
    await with_plan(world)
    made = await put(world, PULLER, {"location": "eastus2"}, "2024-11-30")
    assert made.status_code == 201
    both = {"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {PULLER: {}}}
    before = (await put(world, SITE, site(identity=both))).json()["identity"]
    assert before["type"] == "SystemAssigned, UserAssigned"
    ids = before["userAssignedIdentities"].values()
    assert [one["principalId"] for one in ids] == [made.json()["properties"]["principalId"]]
    answer = (await arm(world, "PATCH", SITE, {"identity": asked}, **{"api-version": "2025-05-01"})).json()
    after = answer.get("identity") or {}
    assert ("principalId" in after, "userAssignedIdentities" in after) == (system, user)


@pytest.mark.parametrize("scope", [GROUP, GROUP.partition("/resourceGroups/")[0]])
async def test_identities_are_listed(scope: str) -> None:
    """Those of a group, and those of the subscription."""
    world, _ = empty()
    await with_plan(world)
    await put(world, PULLER, {"location": "eastus2"}, "2024-11-30")
    path = f"{scope}/providers/Microsoft.ManagedIdentity/userAssignedIdentities"
    rows = (await arm(world, "GET", path, **{"api-version": "2024-11-30"})).json()["value"]
    assert [one["name"] for one in rows] == ["fetcher"]


async def test_an_identity_that_is_not_there_is_refused() -> None:
    """The site keeps what it had."""
    world, _ = empty()
    await with_plan(world)
    nobody = {"type": "UserAssigned", "userAssignedIdentities": {PULLER: {}}}
    answer = await put(world, SITE, site(identity=nobody))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "FailedIdentityOperation")


async def test_a_new_principal_is_not_known_at_once() -> None:
    """Without principalType the role assignment fails until the directory has replicated (recorded)."""
    world, clock = empty(directory_lag_seconds=30)
    await with_plan(world)
    principal = (await put(world, SITE, site())).json()["identity"]["principalId"]
    role = "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
    properties = {"roleDefinitionId": role, "principalId": principal}
    path = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/758245e8-d4be-43a9-a1f0-098cc41fa53c"
    early = await put(world, path, {"properties": properties}, "2022-04-01")
    assert (early.status_code, early.json()["error"]["code"]) == (400, "PrincipalNotFound")
    clock.advance(30)
    assert (await put(world, path, {"properties": properties}, "2022-04-01")).status_code == 201


async def test_a_registry_is_made_and_changed() -> None:
    """201 with an operation to follow, then PATCH; a push goes into it, and its address answers."""
    world, _ = empty()
    path = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/fresh"
    await put(world, GROUP, {"location": "eastus2"}, "2021-04-01")
    asked = {"location": "eastus2", "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": False}}
    made = await put(world, path, asked, "2025-03-01-preview")
    assert (made.status_code, made.json()["properties"]["provisioningState"]) == (201, "Creating")
    followed = await arm(world, "GET", made.headers["azure-asyncoperation"], **{"api-version": "2025-03-01-preview"})
    assert followed.json() == {"status": "Succeeded"}
    mode = {"properties": {"roleAssignmentMode": "AbacRepositoryPermissions"}}
    changed = await arm(world, "PATCH", path, mode, **{"api-version": "2025-03-01-preview"})
    assert changed.json()["properties"]["roleAssignmentMode"] == "AbacRepositoryPermissions"
    assert world.push("fresh", "team/web", "latest", "v1").digest.startswith("sha256:")
    listed = await arm(world, "GET", f"{GROUP}/resources", **{"api-version": "2021-04-01"})
    assert [(row["name"], row["type"]) for row in listed.json()["value"]] == [
        ("fresh", "Microsoft.ContainerRegistry/registries")
    ]


async def test_what_was_made_can_be_taken_away() -> None:
    """A plan only without sites; a group with all that is in it; what is not there is a 204 or a 404."""
    world, _ = empty()
    await with_plan(world)
    await put(world, SITE, site())
    version = {"api-version": "2025-05-01"}
    assert (await arm(world, "DELETE", PLAN, **version)).status_code == 409
    assert (await arm(world, "DELETE", SITE, **version)).status_code == 200
    assert (await arm(world, "DELETE", SITE, **version)).status_code == 204
    assert (await arm(world, "GET", SITE, **version)).status_code == 404
    await put(world, SITE, site())
    begun = await arm(world, "DELETE", GROUP, **{"api-version": "2021-04-01"})
    assert (begun.status_code, world.sites) == (202, [])
    followed = await arm(world, "GET", begun.headers["location"].partition("?")[0], **{"api-version": "2021-04-01"})
    assert (followed.status_code, followed.content) == (200, b"")
    gone = await arm(world, "GET", f"{GROUP}/resources", **{"api-version": "2021-04-01"})
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ResourceGroupNotFound")
