"""A condition that is to let one repository more through."""

import pytest
from hypothesis import given

from operators.core.access.conditions import Condition, ConditionError, holds, parse_condition, repository_condition
from operators.core.access.widening import widened
from tests.core.test_abac_conditions import BASE, CONDITIONS, GUARD, NAME, NAMES, PORTAL, READ, written

METADATA = f"{BASE}/metadata/read"
SHOP = f"{NAME} StringEqualsIgnoreCase 'shop'"


@pytest.mark.parametrize(
    ("condition", "wider"),
    [
        pytest.param(
            repository_condition("news"),
            f"({GUARD} OR ({NAME} StringEqualsIgnoreCase 'news' OR {SHOP}))",
            id="the documented one",
        ),
        pytest.param(
            PORTAL,
            f"({GUARD} OR ({NAME} StringStartsWithIgnoreCase 'backend/' OR"
            f" {NAME} StringStartsWithIgnoreCase 'frontend/js/' OR {SHOP}))",
            id="the portal's, over many lines",
        ),
        pytest.param(
            f"!(ActionMatches{{'{READ}'}}) || {NAME} stringlike 'team/*'",
            f"((!(ActionMatches{{'{READ}'}})) OR ({NAME} StringLike 'team/*' OR {SHOP}))",
            id="one action, without parentheses",
        ),
        pytest.param(
            f"{GUARD} OR {NAME} StringEquals 'a' OR {NAME} StringEquals 'b'",
            f"({GUARD} OR ({NAME} StringEquals 'a' OR {NAME} StringEquals 'b' OR {SHOP}))",
            id="names side by side",
        ),
        pytest.param(
            f"{NAME} StringEquals 'a'",
            f"({NAME} StringEquals 'a') OR ({repository_condition('shop')})",
            id="no guard",
        ),
        pytest.param(
            f"({GUARD} OR ({NAME} StringEquals 'a')) AND @Resource[x:y] StringEquals 'z'",
            f"(({GUARD} OR ({NAME} StringEquals 'a')) AND @Resource[x:y] StringEquals 'z')"
            f" OR ({repository_condition('shop')})",
            id="more than the documented form",
        ),
    ],
)
def test_widened(condition: str, wider: str) -> None:
    """The documented form gets a name; any other stays as it was written, and gets an alternative."""
    assert widened(condition, "shop") == wider


def test_many_repositories_stay_one_list() -> None:
    """An identity that pulls a hundred repositories has a condition that is still read."""
    condition = repository_condition("r0")
    for number in range(1, 100):
        condition = widened(condition, f"r{number}")
    parsed = parse_condition(condition)
    assert all(holds(parsed, READ, f"r{number}") for number in range(100))
    assert holds(parsed, READ, "r100") is False


@pytest.mark.parametrize("condition", ["sometimes", f"{NAME} StringEquals 'a", f"{SHOP} AND {SHOP} OR {SHOP}"])
def test_what_cannot_be_read_is_not_written_over(condition: str) -> None:
    """An error, for whoever asked to leave it alone."""
    with pytest.raises(ConditionError):
        widened(condition, "shop")


@given(CONDITIONS, NAMES, NAMES)
def test_it_lets_this_one_through_and_changes_nothing_else(condition: Condition, repository: str, other: str) -> None:
    """Whatever the condition was: true for this repository, and for any other what it was before."""
    wider = parse_condition(widened(written(condition), repository))
    for action in (READ, METADATA):
        assert holds(wider, action, repository) is True
        if other != repository:
            assert holds(wider, action, other) is holds(condition, action, other)
