"""Which deny assignment keeps an identity from pulling."""

from typing import Any

import pytest

from operators.core.access.deny_assignments import Attempt, DenyAssignment, Named, denies
from operators.core.access.rbac import Permission

SUBSCRIPTION = "/subscriptions/4004a9fd-d58e-48dc-aeb2-4a4aec58606f"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-acr"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/demo"
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
ME = "f2dc21ac-702a-4bde-a4ce-146edf751d81"
MY_GROUP = "f9e08843-d2b7-4dbc-a584-5e88a7e229a6"
EVERYONE = Named(id="0" * 32, type="Everyone")
ATTEMPT = Attempt(principal_id=ME, action=PULL, is_data=False, resource_id=REGISTRY)


def denial(**changes: Any) -> DenyAssignment:
    """A deny assignment of everything at the registry's group, to everyone, as the recorded ones look."""
    told: dict[str, Any] = {
        "id": f"{GROUP}/providers/Microsoft.Authorization/denyAssignments/c807d002-6d77-452f-a837-4692929d12fd",
        "name": "managed application",
        "scope": GROUP.replace("resourceGroups", "resourcegroups"),
        "permissions": (Permission(actions=("*",), not_actions=("*/delete",)),),
        "principals": (EVERYONE,),
    }
    return DenyAssignment.model_validate(told | changes)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param(denial(), True, id="everyone, 32 zeros"),
        pytest.param(
            denial(principals=(Named(id="00000000-0000-0000-0000-000000000000", type="SystemDefined"),)),
            True,
            id="everyone, with dashes",
        ),
        pytest.param(
            denial(principals=(Named(id=ME.replace("-", ""), type="ServicePrincipal"),)), True, id="me, without dashes"
        ),
        pytest.param(denial(principals=(Named(id=ME.upper(), type="ServicePrincipal"),)), True, id="me, in capitals"),
        pytest.param(denial(principals=(Named(id="f8d526a0", type="User"),)), False, id="somebody else"),
        pytest.param(denial(principals=(Named(id="a-group", type="Group"),)), None, id="a group I may be in"),
        pytest.param(denial(principals=(Named(id=MY_GROUP, type="Group"),)), True, id="a group I am in"),
        pytest.param(denial(exclude_principals=(Named(id=ME, type="ServicePrincipal"),)), False, id="everyone but me"),
        pytest.param(
            denial(exclude_principals=(Named(id="f8d526a0", type="User"),)), True, id="everyone but somebody else"
        ),
        pytest.param(
            denial(exclude_principals=(Named(id="a-group", type="Group"),)), None, id="everyone but a group I may be in"
        ),
        pytest.param(
            denial(exclude_principals=(Named(id=MY_GROUP, type="Group"),)), False, id="everyone but a group I am in"
        ),
        pytest.param(denial(do_not_apply_to_child_scopes=True), False, id="the group itself and nothing below"),
        pytest.param(denial(do_not_apply_to_child_scopes=True, scope=REGISTRY.upper()), True, id="the registry itself"),
        pytest.param(denial(scope=f"{SUBSCRIPTION}/resourceGroups/rg-web"), False, id="at another group"),
        pytest.param(denial(permissions=(Permission(actions=("*/delete",)),)), False, id="another action"),
        pytest.param(
            denial(permissions=(Permission(actions=("*",), not_actions=("*/read",)),)), False, id="all but reading"
        ),
        pytest.param(denial(permissions=(Permission(data_actions=("*",)),)), False, id="data actions only"),
        pytest.param(denial(condition="@Resource[x:y] StringEquals 'z'"), None, id="under a condition"),
    ],
)
def test_denies(given: DenyAssignment, expected: bool | None) -> None:
    """It counts where it names the action, the scope and me, and nothing takes me out; what cannot be read is open."""
    assert denies(given, ATTEMPT.model_copy(update={"groups": frozenset({MY_GROUP})})) is expected


def test_data_actions_are_denied_apart() -> None:
    """A registry in ABAC mode asks for a data action: actions do not deny it, data actions do."""
    attempt = ATTEMPT.model_copy(update={"is_data": True})
    assert denies(denial(), attempt) is False
    assert denies(denial(permissions=(Permission(data_actions=("*",)),)), attempt) is True
