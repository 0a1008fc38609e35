"""Which assignments reach a resource, and which actions a role grants."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.core.access.rbac import Permission, RoleDefinition, grants, grants_data, matches, reaches, role_key

SUBSCRIPTION = "/subscriptions/5ca082f3-38f2-4bb0-b0a4-c401184ae3a8"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-copilot-demo"
REGISTRY = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/demo"
PULL = "Microsoft.ContainerRegistry/registries/pull/read"
CONTENT_READ = "Microsoft.ContainerRegistry/registries/repositories/content/read"


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param(REGISTRY, True, id="the registry itself"),
        pytest.param(GROUP, True, id="its group"),
        pytest.param(SUBSCRIPTION, True, id="its subscription"),
        pytest.param("/", True, id="the root: inherited rows carry it"),
        pytest.param("/providers/Microsoft.Management/managementGroups/platform", True, id="a management group"),
        pytest.param(GROUP.replace("resourceGroups", "resourcegroups").upper(), True, id="in another case"),
        pytest.param(f"{GROUP}/", True, id="with a slash at its end"),
        pytest.param(f"{SUBSCRIPTION}/resourceGroups/rg-copilot", False, id="a group whose name begins the same"),
        pytest.param(f"{SUBSCRIPTION}/resourceGroups/rg-web", False, id="the web app's group"),
        pytest.param(f"{REGISTRY}2", False, id="a registry whose name begins the same"),
        pytest.param(REGISTRY[:-1], False, id="a registry with a shorter name"),
        pytest.param(f"{REGISTRY}/replications/westeurope", False, id="something below the registry"),
        pytest.param("/subscriptions/4d042dc6-fe17-4698-a23f-ec6a8d1e98f4", False, id="another subscription"),
    ],
)
def test_reaches(scope: str, expected: bool) -> None:
    """An assignment holds for its scope and all below, compared by segments and without case."""
    assert reaches(scope, REGISTRY) is expected


def _role(*permissions: Permission) -> RoleDefinition:
    return RoleDefinition(id="/providers/Microsoft.Authorization/roleDefinitions/r", name="r", permissions=permissions)


CONTRIBUTOR = Permission(
    actions=("*",), not_actions=("Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write")
)


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        pytest.param(_role(Permission(actions=(PULL,))), True, id="AcrPull"),
        pytest.param(
            _role(Permission(actions=(PULL, "Microsoft.ContainerRegistry/registries/push/write"))), True, id="AcrPush"
        ),
        pytest.param(_role(Permission(actions=("*/read",))), True, id="Reader"),
        pytest.param(_role(CONTRIBUTOR), True, id="Contributor"),
        pytest.param(
            _role(Permission(actions=("Microsoft.ContainerRegistry/registries/artifacts/delete",))),
            False,
            id="AcrDelete",
        ),
        pytest.param(
            _role(
                Permission(
                    actions=("Microsoft.ContainerRegistry/registries/sign/write",),
                    data_actions=("Microsoft.ContainerRegistry/registries/trustedCollections/write",),
                )
            ),
            False,
            id="AcrImageSigner",
        ),
        pytest.param(_role(Permission(data_actions=(PULL,))), False, id="the pull as a data action only"),
        pytest.param(_role(), False, id="no block at all"),
        pytest.param(_role(Permission(actions=(PULL.upper(),))), True, id="custom role in capitals"),
        pytest.param(
            _role(Permission(actions=("Microsoft.ContainerRegistry/*",), not_actions=("*/pull/*",))),
            False,
            id="custom role that takes the pull out again",
        ),
        pytest.param(
            _role(
                Permission(actions=("Microsoft.ContainerRegistry/*",), not_actions=("*/pull/*",)),
                Permission(actions=(PULL,)),
            ),
            True,
            id="notActions leave the other block alone",
        ),
    ],
)
def test_grants(role: RoleDefinition, expected: bool) -> None:
    """A role grants an action when one block allows it and the same block does not take it out."""
    assert grants(role, PULL) is expected


@pytest.mark.parametrize(
    ("permission", "expected"),
    [
        pytest.param(Permission(data_actions=(CONTENT_READ,)), True, id="Container Registry Repository Reader"),
        pytest.param(
            Permission(data_actions=("Microsoft.ContainerRegistry/registries/catalog/read",)),
            False,
            id="Container Registry Repository Catalog Lister",
        ),
        pytest.param(Permission(actions=("*",)), False, id="Owner: control plane only"),
        pytest.param(Permission(data_actions=("*",), not_data_actions=("*/content/*",)), False, id="notDataActions"),
    ],
)
def test_grants_data(permission: Permission, expected: bool) -> None:
    """Data actions come from data_actions alone."""
    assert grants_data(_role(permission), CONTENT_READ) is expected


def test_role_key_is_the_same_from_every_subscription() -> None:
    """An assignment and its role agree although their ids begin differently."""
    tail = "providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d"
    assert role_key(f"/{tail}") == role_key(f"{SUBSCRIPTION}/{tail.upper()}")


@cache
def _oracle(pattern: str, text: str) -> bool:
    """Wildcard matching by its definition: a star takes nothing, or one more character and stays."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return _oracle(pattern[1:], text) or (bool(text) and _oracle(pattern, text[1:]))
    return bool(text) and pattern[0].lower() == text[0].lower() and _oracle(pattern[1:], text[1:])


@given(pattern=st.text("aB/.*+", max_size=8), action=st.text("AbB/.+", max_size=8))
def test_matches_as_the_oracle_does(pattern: str, action: str) -> None:
    """Wildcards agree with an independent, slow definition; characters that mean something to `re` mean nothing."""
    assert matches(pattern, action) is _oracle(pattern, action)


@given(parts=st.lists(st.text("aB/.", max_size=4), min_size=1, max_size=4), fill=st.text("aB/.", max_size=4))
def test_matches_what_its_stars_were_filled_with(parts: list[str], fill: str) -> None:
    """Whatever stands in the place of the stars, the pattern matches; random pairs alone would seldom do so."""
    assert matches("*".join(parts), fill.join(parts).swapcase())
