"""Deny assignments: whom and where they reach, at pulls and in ARM's lists."""

from typing import Any

import pytest

from tests.local_azure.worlds import arm, seen, world_of

PULL = "Microsoft.ContainerRegistry/registries/pull/read"
SUBSCRIPTION = "/subscriptions/11111111-1111-4111-8111-111111111111"
REGISTRY = f"{SUBSCRIPTION}/resourceGroups/registries/providers/Microsoft.ContainerRegistry/registries/store"
DENIALS = "/providers/Microsoft.Authorization/denyAssignments"


@pytest.mark.parametrize(
    ("denial", "allowed"),
    [
        pytest.param({"actions": [PULL]}, False, id="everyone, at the registry"),
        pytest.param({"actions": ["*"], "scope": "registries"}, False, id="from the group above"),
        pytest.param({"actions": ["*"], "scope": "/"}, False, id="from the root"),
        pytest.param({"actions": ["*/read"], "not_actions": ["*/pull/read"]}, True, id="not this action"),
        pytest.param({"actions": ["*"], "scope": "apps"}, True, id="somewhere else"),
        pytest.param({"data_actions": ["*"]}, True, id="only data actions"),
        pytest.param({"actions": [PULL], "principals": ["web"]}, False, id="this principal"),
        pytest.param({"actions": [PULL], "principals": ["operator"]}, True, id="another principal"),
        pytest.param({"actions": [PULL], "principals": ["crew"]}, False, id="its group"),
        pytest.param({"actions": [PULL], "exclude_principals": ["web"]}, True, id="excluded"),
        pytest.param({"actions": [PULL], "exclude_principals": ["crew"]}, True, id="its group is excluded"),
        pytest.param(
            *({"actions": ["*"], "scope": "registries", "do_not_apply_to_child_scopes": True}, True),
            id="not to what is below",
        ),
        pytest.param({"actions": ["*"], "do_not_apply_to_child_scopes": True}, False, id="only here, and here it is"),
    ],
)
def test_who_may_still_pull(denial: dict[str, Any], allowed: bool) -> None:
    """A deny assignment wins over the role where it reaches the principal, the resource and the action."""
    usual = {"name": "no", "scope": "store"}
    world, clock = world_of(groups=[{"name": "crew", "members": ["web"]}], deny_assignments=[usual | denial])
    world.restart("web")
    clock.advance(2)
    status = seen(world).status
    assert status is not None
    assert (status.last_error == "ImagePullUnauthorizedFailure") is not allowed


def test_a_pull_goes_by_what_was_denied_at_its_moment() -> None:
    """A denial that is lifted later does not undo the failure before, and the next try succeeds."""
    world, clock = world_of()
    world.deny({"name": "for a while", "scope": "store", "actions": ["*"]})
    world.restart("web")
    clock.advance(5)
    world.lift_denial("for a while")
    failed = seen(world).status
    clock.advance(15)
    serving = seen(world).serving
    assert failed is not None
    assert failed.last_error == "ImagePullUnauthorizedFailure"
    assert serving is not None


@pytest.mark.parametrize(
    ("scope", "query", "names"),
    [
        pytest.param(REGISTRY, "", "above here", id="no filter: not beside"),
        pytest.param(SUBSCRIPTION, "", "above beside here", id="no filter: below too"),
        pytest.param(SUBSCRIPTION, "atScope()", "above", id="at scope"),
        pytest.param(REGISTRY, "denyAssignmentName eq 'here'", "here", id="by name"),
        pytest.param(SUBSCRIPTION, "principalId eq '{crew}'", "beside", id="by principal"),
        pytest.param(SUBSCRIPTION, "assignedTo('{web}')", "above beside here", id="assigned, through groups"),
        pytest.param(SUBSCRIPTION, "atScope() and assignedTo('{operator}')", "above", id="both"),
    ],
)
async def test_the_list_and_its_filters(scope: str, query: str, names: str) -> None:
    """Rows from at, above and below, as far as the filter lets them; paged like every list."""
    denials = [
        {"name": "above", "scope": SUBSCRIPTION[15:], "actions": ["x/*"]},
        {"name": "here", "scope": "store", "actions": ["x/*"], "principals": ["web"]},
        {"name": "beside", "scope": "apps", "actions": ["x/*"], "principals": ["crew"]},
    ]
    world, _ = world_of(groups=[{"name": "crew", "members": ["web"]}], deny_assignments=denials)
    text = query
    for name in ("web", "crew", "operator"):
        text = text.replace(f"{{{name}}}", world.directory.principal_id(name))
    rows = (await arm(world, "GET", scope + DENIALS, **({"$filter": text} if text else {}))).json()["value"]
    assert sorted(row["properties"]["denyAssignmentName"] for row in rows) == names.split()


@pytest.mark.parametrize(
    ("version", "everyone"),
    [
        ("2018-07-01-preview", {"id": "0" * 32, "type": "Everyone"}),
        ("2022-04-01", {"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}),
    ],
)
async def test_the_shape_of_a_row(version: str, everyone: dict[str, str]) -> None:
    """The recorded keys; how principals are written depends on the api-version; one can be read by its id."""
    denial = {"name": "no", "scope": "store", "actions": ["a/*"], "not_actions": ["a/read"]}
    world, _ = world_of(deny_assignments=[denial | {"exclude_principals": ["operator"], "data_actions": ["d/*"]}])
    (row,) = (await arm(world, "GET", REGISTRY + DENIALS, **{"api-version": version})).json()["value"]
    properties = row["properties"]
    assert properties["permissions"] == [
        {"actions": ["a/*"], "notActions": ["a/read"], "dataActions": ["d/*"], "notDataActions": []}
    ]
    assert properties["principals"] == [everyone]
    assert properties["excludePrincipals"][0]["type"] == "ServicePrincipal"
    assert (properties["scope"], properties["doNotApplyToChildScopes"]) == (REGISTRY, False)
    assert row["id"] == f"{REGISTRY}{DENIALS}/{row['name']}"
    assert (await arm(world, "GET", row["id"], **{"api-version": version})).json() == row
    assert (await arm(world, "GET", row["id"][:-1] + "z", **{"api-version": version})).status_code == 404
