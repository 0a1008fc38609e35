"""One repository more under a condition that lets only others through.

Azure takes no second assignment of the same role to the same principal at the same place, under whichever condition
(github.com/hashicorp/terraform-provider-azurerm#24045), so the one that is there has to say more.
"""

from operators.core.access.conditions import (
    ActionMatches,
    AllOf,
    AnyOf,
    Condition,
    NameComparison,
    Not,
    guarded,
    parse_condition,
    repository_condition,
    this_repository,
)


def widened(condition: str, repository: str) -> str:
    """The condition, true for this repository too: with one name more where it has the documented form.

    Any other that can be read stays as it is, with the documented one as its alternative. Raises ConditionError where
    it cannot be read: what is not understood is not written over.
    """
    parsed = parse_condition(condition)
    patterns, names = _guarded_actions(parsed), _names(parsed)
    if patterns is None or names is None:
        return f"({condition}) OR ({repository_condition(repository)})"
    return guarded(patterns, (*names, this_repository(repository)))


def _guarded_actions(condition: Condition) -> tuple[str, ...] | None:
    """The actions that need one of the names, where the condition has the documented form."""
    if not isinstance(condition, AnyOf):
        return None
    first = condition.parts[0]
    guards = first.parts if isinstance(first, AllOf) else (first,)
    patterns = (one.of.pattern for one in guards if isinstance(one, Not) and isinstance(one.of, ActionMatches))
    found = tuple(patterns)
    return found if len(found) == len(guards) else None


def _names(condition: Condition) -> tuple[NameComparison, ...] | None:
    """The names that these actions need, where there is nothing but names."""
    if not isinstance(condition, AnyOf):
        return None
    rest = condition.parts[1:]
    alternatives = rest[0].parts if len(rest) == 1 and isinstance(rest[0], AnyOf) else rest
    names = tuple(one for one in alternatives if isinstance(one, NameComparison))
    return names if len(names) == len(alternatives) else None
