"""Conditions on role assignments: what is understood, what it comes to, and what stays unknown."""

from contextlib import suppress
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.core.access.conditions import (
    ActionMatches,
    AllOf,
    AnyOf,
    Condition,
    ConditionError,
    NameComparison,
    Not,
    Other,
    holds,
    parse_condition,
    repository_condition,
)

BASE: Final = "Microsoft.ContainerRegistry/registries/repositories"
READ: Final = f"{BASE}/content/read"
NAME: Final = f"@Request[{BASE}:name]"
GUARD: Final = f"(!(ActionMatches{{'{READ}'}}) AND !(ActionMatches{{'{BASE}/metadata/read'}}))"
PORTAL: Final = f"""
(
 (
  !(ActionMatches{{'{READ}'}})
  AND
  !(ActionMatches{{'{BASE}/metadata/read'}})
 )
 OR
 (
  {NAME} StringStartsWithIgnoreCase 'backend/'
  OR
  {NAME} StringStartsWithIgnoreCase 'frontend/js/'
 )
)
"""

EVALUATED = {
    "the documented condition for this repository": (repository_condition("shop"), "shop", True),
    "the documented condition for another": (repository_condition("shop"), "shops", False),
    "IgnoreCase": (f"{GUARD} OR ({NAME} StringEqualsIgnoreCase 'SHOP')", "shop", True),
    "StringEquals goes by case": (f"{GUARD} OR ({NAME} StringEquals 'SHOP')", "shop", False),
    "prefixes as the portal writes them, the second": (PORTAL, "frontend/js/app", True),
    "prefixes as the portal writes them, none": (PORTAL, "frontend/css", False),
    "StringStartsWith goes by case": (f"{NAME} StringStartsWith 'Team/'", "team/shop", False),
    "a prefix is not a segment": (f"{NAME} StringStartsWith 'team'", "teamwork", True),
    "StringLike": (f"{NAME} StringLike 'team/*-api'", "team/a/shop-api", True),
    "StringLike with one character": (f"{NAME} StringLike 'shop?'", "shop", False),
    "StringLike whose star is none": (rf"{NAME} StringLike 'sh\*p'", "shop", False),
    "StringLike with marks of regular expressions": (f"{NAME} StringLike 'sh.p'", "shop", False),
    "operators in another case": (f"{NAME} stringEquals 'shop'", "shop", True),
    "the attribute in another case": (f"{NAME.upper()} StringEquals 'shop'", "shop", True),
    "marks instead of words": (f"!(ActionMatches{{'{READ}'}}) || ({NAME} StringEquals 'shop')", "shop", True),
    "&& and NOT": (f"NOT (ActionMatches{{'{BASE}/content/delete'}}) && {NAME} StringEquals 'shop'", "shop", True),
    "a guard of another action lets this one through": (
        f"!(ActionMatches{{'{BASE}/content/write'}}) OR ({NAME} StringEquals 'other')",
        "shop",
        True,
    ),
    "a guard with a wildcard": (f"!(ActionMatches{{'{BASE}/*/read'}}) OR ({NAME} StringEquals 'other')", "shop", False),
    "a guard with nothing behind it": (f"!(ActionMatches{{'{READ}'}})", "shop", False),
    "two conditions joined": (f"({repository_condition('shop')}) AND ({PORTAL})", "shop", False),
    # what is not evaluated leaves it open, unless the rest decides
    "an attribute of the resource": (
        f"{GUARD} OR (@Resource[{BASE}:name] StringEqualsIgnoreCase 'shop')",
        "shop",
        None,
    ),
    "an attribute of the principal": (
        "@Principal[Microsoft.Directory/CustomSecurityAttributes/Id:A_B] StringEquals 'x'",
        "shop",
        None,
    ),
    "a negated comparison": (f"{NAME} StringNotEquals 'other'", "shop", None),
    "several values at once": (f"{NAME} ForAnyOfAnyValues:StringEquals {{'shop', 'news'}}", "shop", None),
    "numbers": ("@Resource[x:y] NumericEquals 7", "shop", None),
    "Exists": ("Exists @Resource[x:y]", "shop", None),
    "unknown or true is true": (f"{NAME} StringEquals 'shop' OR @Resource[x:y] StringEquals 'z'", "shop", True),
    "unknown and false is false": (f"{NAME} StringEquals 'other' AND @Resource[x:y] StringEquals 'z'", "shop", False),
    "unknown and true is unknown": (f"{NAME} StringEquals 'shop' AND @Resource[x:y] StringEquals 'z'", "shop", None),
    "not unknown is unknown": ("!(@Resource[x:y] StringEquals 'z')", "shop", None),
}


@pytest.mark.parametrize(("text", "repository", "expected"), EVALUATED.values(), ids=EVALUATED)
def test_holds(text: str, repository: str, expected: bool | None) -> None:
    """For reading the content of this repository the condition comes to true, false or unknown."""
    assert holds(parse_condition(text), READ, repository) is expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("(", id="a parenthesis that stays open"),
        pytest.param(f"({NAME} StringEquals 'a'))", id="one too many"),
        pytest.param(f"{NAME} StringEquals 'a' AND {NAME} StringEquals 'b' OR {NAME} StringEquals 'c'", id="AND, OR"),
        pytest.param(f"{NAME} StringEquals 'a", id="a text that stays open"),
        pytest.param(f"{NAME} StringEquals", id="no value"),
        pytest.param(f"{NAME} StringEquals )", id="a mark for a value"),
        pytest.param(f"{NAME} StringEquals {{'a' 'b'}}", id="a list without commas"),
        pytest.param(f"{NAME} {NAME} 'a'", id="no operator"),
        pytest.param(f"{NAME} StringEquals 'a' {NAME} StringEquals 'b'", id="nothing between two comparisons"),
        pytest.param("ActionMatches('x')", id="the wrong brackets"),
        pytest.param("ActionMatches{x}", id="a pattern that is no text"),
        pytest.param("true", id="a word"),
        pytest.param("{'a'} ForAnyOfAnyValues:StringEquals {'b'}", id="a list at the left"),
        pytest.param("@Request[x:y] StringEquals 'a' §", id="a character of no meaning"),
        pytest.param("(" * 4000 + "true" + ")" * 4000, id="nested without end"),
        pytest.param("!" * 8000, id="negated without end"),
    ],
)
def test_what_is_not_understood_is_an_error(text: str) -> None:
    """Never half understood: whoever decides hears that it could not be read."""
    with pytest.raises(ConditionError):
        parse_condition(text)


def test_without_a_repository_its_name_is_unknown() -> None:
    """A registry that does not decide by repository may not know the name either."""
    assert holds(parse_condition(f"{NAME} StringEquals 'shop'"), READ, None) is None


NAMES = st.text("ab/-", min_size=1, max_size=6)
LEAVES = st.one_of(
    st.builds(ActionMatches, st.sampled_from([READ, f"{BASE}/*", f"{BASE}/content/write"])),
    st.builds(NameComparison, st.sampled_from(["stringequals", "stringstartswith"]), NAMES),
    st.builds(Other, st.just("@Resource[x:y] StringEquals")),
)
CONDITIONS: st.SearchStrategy[Condition] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)


def written(condition: Condition) -> str:
    """The condition as a person would write it."""
    match condition:
        case ActionMatches(pattern=pattern):
            return f"ActionMatches{{'{pattern}'}}"
        case NameComparison(operator=operator, value=value):
            return f"{NAME} {operator} '{value}'"
        case Other(text=text):
            return f"{text} 'z'"
        case Not(of=of):
            return f"!({written(of)})"
        case AllOf(parts=parts):
            return " AND ".join(f"({written(part)})" for part in parts)
        case AnyOf(parts=parts):
            return " OR ".join(f"({written(part)})" for part in parts)


@given(CONDITIONS)
def test_reads_what_was_written(condition: Condition) -> None:
    """Whatever is joined out of the known pieces is read back as it was meant."""
    assert parse_condition(written(condition)) == condition


def possible(condition: Condition, repository: str, others: bool) -> bool:
    """The value in plain two-valued logic, if everything that is not evaluated were `others`."""
    match condition:
        case ActionMatches(pattern=pattern):
            return pattern != f"{BASE}/content/write"
        case NameComparison(operator="stringequals", value=value):
            return repository == value
        case NameComparison(value=value):
            return repository[: len(value)] == value
        case Other():
            return others
        case Not(of=of):
            return not possible(of, repository, others)
        case AllOf(parts=parts):
            return all(possible(part, repository, others) for part in parts)
        case AnyOf(parts=parts):
            return any(possible(part, repository, others) for part in parts)


@given(CONDITIONS, NAMES)
def test_a_decided_value_is_right_whatever_the_unknown_is(condition: Condition, repository: str) -> None:
    """Against an independent oracle: true and false hold for every value of what is not evaluated."""
    value = holds(condition, READ, repository)
    if value is not None:
        assert possible(condition, repository, others=True) is value
        assert possible(condition, repository, others=False) is value


@given(st.text(max_size=60))
def test_no_text_is_more_than_a_condition_error(text: str) -> None:
    """Whatever somebody wrote into an assignment, reading it ends, in a condition or in the one error."""
    with suppress(ConditionError):
        parse_condition(text)


@given(st.from_regex(r"[a-z0-9]+(/[a-z0-9]+)*", fullmatch=True), st.from_regex(r"[a-z0-9]+", fullmatch=True))
def test_our_own_condition_lets_one_repository_through(repository: str, other: str) -> None:
    """The condition that the fix proposes is true for its repository and for no other."""
    condition = parse_condition(repository_condition(repository))
    assert holds(condition, READ, repository) is True
    assert holds(condition, READ, other) is (other == repository)
