"""The world's own reading of role assignment conditions."""

import pytest

from local.azure.world.conditions import REPOSITORY, holds

CONTENT = "Microsoft.ContainerRegistry/registries/repositories/content/read"
METADATA = "Microsoft.ContainerRegistry/registries/repositories/metadata/read"
NAME = f"@Request[{REPOSITORY}]"
GUARD = f"!(ActionMatches{{'{CONTENT}'}}) AND !(ActionMatches{{'{METADATA}'}})"


@pytest.mark.parametrize(
    ("test", "held"),
    [
        ("StringEquals 'team/web'", True),
        ("StringEquals 'Team/web'", False),
        ("StringEqualsIgnoreCase 'TEAM/WEB'", True),
        ("stringEqualsIgnoreCase 'TEAM/WEB'", True),
        ("StringNotEquals 'team/web'", False),
        ("StringNotEquals 'team/api'", True),
        ("StringNotEqualsIgnoreCase 'TEAM/web'", False),
        ("StringStartsWith 'team/'", True),
        ("StringStartsWith 'Team/'", False),
        ("StringStartsWithIgnoreCase 'Team/'", True),
        ("StringNotStartsWith 'team/'", False),
        ("StringNotStartsWithIgnoreCase 'other/'", True),
        ("StringLike 'team/*'", True),
        ("StringLike 't?am/w*b'", True),
        ("StringLike 'team'", False),
        ("StringLike 'team/we.'", False),
        ("StringNotLike 'team/*'", False),
        ("ForAnyOfAnyValues:StringEquals {'team/api', 'team/web'}", True),
        ("ForAnyOfAnyValues:StringEquals {'team/api'}", False),
        ("ForAnyOfAllValues:StringStartsWith {'team/', 'team/w'}", True),
        ("ForAnyOfAllValues:StringStartsWith {'team/', 'other/'}", False),
        ("StringMatches 'team/.*'", False),
        ("StringEquals", False),
    ],
)
def test_comparisons_of_the_repository(test: str, held: bool) -> None:
    """Each comparison of the documentation; one that is not known, or not whole, grants nothing."""
    assert holds(f"({NAME} {test})", CONTENT, {REPOSITORY: "team/web"}) is held


@pytest.mark.parametrize(
    ("condition", "action", "held"),
    [
        pytest.param(None, CONTENT, True, id="none"),
        pytest.param(f"(({GUARD}) OR ({NAME} StringEquals 'team/web'))", CONTENT, True, id="guarded, and it matches"),
        pytest.param(f"(({GUARD}) OR ({NAME} StringEquals 'other'))", CONTENT, False, id="guarded, does not match"),
        pytest.param(f"(({GUARD}) OR ({NAME} StringEquals 'other'))", METADATA, False, id="second guarded action"),
        pytest.param(f"(({GUARD}) OR ({NAME} StringEquals 'other'))", "Other/read", True, id="an unguarded action"),
        pytest.param(
            f"({NAME} StringEquals 'x' OR {NAME} StringStartsWith 'team/')", CONTENT, True, id="either of two"
        ),
        pytest.param(f"{NAME} StringEquals 'x' && {NAME} StringLike '*'", CONTENT, False, id="and, in signs"),
        pytest.param(f"{NAME} StringEquals 'x' || {NAME} StringLike '*'", CONTENT, True, id="or, in signs"),
        pytest.param(f"NOT ({NAME} StringEquals 'x')", CONTENT, True, id="not, in words"),
        pytest.param("ActionMatches{'Microsoft.ContainerRegistry/*'}", CONTENT, True, id="an action by wildcard"),
        pytest.param("ActionMatches{'a', 'b'}", CONTENT, False, id="several actions, none of them"),
        pytest.param("@Resource[x:y] StringNotEquals 'z'", CONTENT, False, id="an attribute that is not there"),
        pytest.param("@Environment[isPrivateLink] BoolEquals true", CONTENT, False, id="not understood"),
        pytest.param(f"({NAME} StringLike '*'", CONTENT, False, id="a bracket too few"),
        pytest.param(f"{NAME} StringLike '*')", CONTENT, False, id="a bracket too many"),
        pytest.param("", CONTENT, False, id="empty"),
        pytest.param("$", CONTENT, False, id="no token at all"),
    ],
)
def test_guards_brackets_and_words(condition: str | None, action: str, held: bool) -> None:
    """The canonical form of the portal, and the operators that may stand between its parts."""
    assert holds(condition, action, {REPOSITORY: "team/web"}) is held


def test_an_action_without_a_repository_meets_no_comparison() -> None:
    """Listing the catalogue names no repository: a comparison with its name is false."""
    assert holds(f"{NAME} StringLike '*'", "Microsoft.ContainerRegistry/registries/catalog/read", {}) is False
