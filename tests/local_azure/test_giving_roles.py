"""Role assignments that are made through ARM."""

from typing import Any

import pytest

from local.azure.world import World
from tests.local_azure.worlds import arm, seen, site, told, world_of

SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
REGISTRY = f"{SUBSCRIPTION}/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/store"
ASSIGNMENTS = "/providers/Microsoft.Authorization/roleAssignments"
ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"
ACR_PUSH = "8311e382-0749-4cb8-b61a-304f252e45ec"
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
ADMIN = "99999999-9999-4999-8999-999999999999"
STRANGER = "77777777-7777-4777-8777-777777777777"
OWNER = {"principal": ADMIN, "role": "Owner", "scope": "store"}
FIRST, SECOND = (f"{REGISTRY}{ASSIGNMENTS}/{n * 8}-0000-4000-8000-000000000000" for n in "12")


def owned(**changes: Any) -> World:
    """Make a world in which ADMIN owns the registry."""
    world, _ = world_of(**{"role_assignments": [OWNER]} | changes)
    return world


def asked(principal: str, role: str = ACR_PULL, **more: str) -> dict[str, Any]:
    """Write the body that assigns AcrPull."""
    definition = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    return {"properties": {"roleDefinitionId": definition, "principalId": principal} | more}


async def test_an_assignment_is_made_once_and_taken_away() -> None:
    """PUT answers 201, a second one under another name 409 with the id without dashes, DELETE what it was, then 204."""
    world = owned()
    principal = world.directory.principal_id("web")
    made = await arm(world, "PUT", FIRST, asked(principal), ADMIN)
    assert (made.status_code, made.json()["properties"]["createdBy"]) == (201, None)
    assert (await arm(world, "GET", FIRST)).json()["properties"]["createdBy"] == ADMIN
    again = await arm(world, "PUT", SECOND, asked(principal), ADMIN)
    assert (again.status_code, again.json()["error"]["code"]) == (409, "RoleAssignmentExists")
    assert "11111111000040008000000000000000" in again.json()["error"]["message"]
    narrower = asked(principal, condition="@Resource[a:b] StringEquals 'c'", conditionVersion="2.0")
    assert (await arm(world, "PUT", SECOND, narrower, ADMIN)).status_code == 409
    assert (await arm(world, "DELETE", FIRST, None, ADMIN)).json()["name"] == made.json()["name"]
    assert (await arm(world, "DELETE", FIRST, None, ADMIN)).status_code == 204


async def test_the_same_name_again_changes_nothing_but_its_condition() -> None:
    """A PUT under the same name is 200: as it was, or with another condition; never for another principal or role."""
    world = owned()
    principal = world.directory.principal_id("web")
    condition = "@Resource[a:b] StringEquals 'c'"
    made = await arm(world, "PUT", FIRST, asked(principal), ADMIN)
    again = await arm(world, "PUT", FIRST, asked(principal), ADMIN)
    assert (again.status_code, again.json()["properties"]["createdOn"]) == (
        200,
        made.json()["properties"]["createdOn"],
    )
    narrowed = asked(principal, condition=condition, conditionVersion="2.0")
    changed = (await arm(world, "PUT", FIRST, narrowed, ADMIN)).json()["properties"]
    assert (changed["condition"], changed["conditionVersion"]) == (condition, "2.0")
    kept = (await arm(world, "GET", FIRST)).json()["properties"]
    assert (kept["condition"], kept["conditionVersion"]) == (condition, "2.0")
    for other in (
        asked(ADMIN, principalType="ServicePrincipal"),
        asked(principal, "8311e382-0749-4cb8-b61a-304f252e45ec"),
    ):
        refused = await arm(world, "PUT", FIRST, other, ADMIN)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "RoleAssignmentUpdateNotPermitted")


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        pytest.param("pull", asked(STRANGER), "InvalidRoleAssignmentId", id="the name is no GUID"),
        pytest.param(ADMIN, asked(STRANGER, "AcrPulll"), "RoleDefinitionDoesNotExist", id="no such role"),
        pytest.param(ADMIN, asked("web"), "InvalidPrincipalId", id="the principal is no GUID"),
        pytest.param(ADMIN, asked(STRANGER), "PrincipalNotFound", id="nobody knows it"),
        pytest.param(ADMIN, asked("{web}", principalType="User"), "UnmatchedPrincipalType", id="another type"),
        pytest.param(ADMIN, asked(STRANGER, principalType="ServicePrincipal"), None, id="nobody needs to"),
    ],
)
async def test_what_is_refused(name: str, body: dict[str, Any], code: str | None) -> None:
    """Bodies that Azure answers with 400, each with its code."""
    world = owned()
    properties = {
        key: text.replace("{web}", world.directory.principal_id("web")) for key, text in body["properties"].items()
    }
    answer = await arm(world, "PUT", f"{REGISTRY}{ASSIGNMENTS}/{name}", {"properties": properties}, ADMIN)
    assert answer.status_code == (201 if code is None else 400)
    assert code is None or answer.json()["error"]["code"] == code


async def test_a_new_principal_takes_its_time_to_replicate() -> None:
    """A new identity is PrincipalNotFound for a while, unless the body says what it is."""
    sites = [site(identity={"system": True, "replicates_in": 30})]
    world, clock = world_of(sites=sites, role_assignments=[OWNER])
    principal = world.directory.principal_id("web")
    early = await arm(world, "PUT", FIRST, asked(principal), ADMIN)
    assert (early.status_code, early.json()["error"]["code"]) == (400, "PrincipalNotFound")
    assert principal.replace("-", "") in early.json()["error"]["message"]
    clock.advance(30)
    assert (await arm(world, "PUT", FIRST, asked(principal), ADMIN)).status_code == 201


async def test_a_given_role_lets_a_pull_through_once_it_has_spread() -> None:
    """The assignment is listed at once and counts after role_spread_seconds; the platform's own retry then works."""
    world, clock = world_of(role_assignments=[OWNER], role_spread_seconds=8)
    principal = world.directory.principal_id("web")
    assert (await arm(world, "PUT", FIRST, asked(principal), ADMIN)).status_code == 201
    assert (await arm(world, "GET", FIRST)).status_code == 200
    world.restart("web")
    clock.advance(5)
    assert told(seen(world))[0] == "Stopped"
    clock.advance(15)
    assert told(seen(world))[0] == "Started"


async def test_a_change_of_a_condition_spreads_too() -> None:
    """It is shown at once, as updated now; until it has spread, the platform goes by what was said before."""
    world, clock = world_of(role_assignments=[OWNER], role_spread_seconds=8)
    principal = world.directory.principal_id("web")
    await arm(world, "PUT", FIRST, asked(principal), ADMIN)
    clock.advance(8)
    assert world.roles.allows(principal, PULL, REGISTRY, clock.now())
    never = asked(principal, condition=f"!(ActionMatches{{'{PULL}'}})", conditionVersion="2.0")
    changed = (await arm(world, "PUT", FIRST, never, ADMIN)).json()["properties"]
    assert changed["updatedOn"] > changed["createdOn"]
    assert world.roles.allows(principal, PULL, REGISTRY, clock.now())
    clock.advance(8)
    assert not world.roles.allows(principal, PULL, REGISTRY, clock.now())
