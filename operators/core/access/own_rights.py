"""What a person has to do so that the operator itself may read what a verdict hangs on."""

import re
from collections.abc import Iterable

from operators.core.access import PULL, AccessFacts
from operators.core.access import commands as az
from operators.core.access.granting import pull_role
from operators.core.model import Unknown
from operators.core.registries import Registry

_LISTS_SETTINGS = re.compile(r"Microsoft\.Web/sites/(slots/)?config/list/action", re.IGNORECASE)
# A role is given at a resource, its group or its subscription; what is below a resource goes with it.
_PLACE = re.compile(
    r"/subscriptions/[^/]+(/resourceGroups/[^/]+)?(/providers/(?!Microsoft\.Authorization/)[^/]+/[^/]+/[^/]+)?",
    re.IGNORECASE,
)


def fix_reads(
    operator_id: str | None, registry: Registry | Unknown | None, failed: Iterable[Unknown]
) -> tuple[str, ...]:
    """Give the operator the roles for what it was refused. None for a read that failed for want of no right.

    `registry` is the image's; its own refusals name no scope.
    """
    roles = (_needed(registry, read) for read in failed)
    return tuple(az.grant_to_operator(operator_id, role, scope) for role, scope in filter(None, roles))


def fix_sight(facts: AccessFacts) -> tuple[str, ...]:
    """Let the operator see the image's registry, of which it knows no more than where it answers."""
    return (az.let_operator_see_registry(facts.operator_id, facts.image.registry),)


def _needed(registry: Registry | Unknown | None, read: Unknown) -> tuple[str, str] | None:
    """Which role, and where."""
    if read.action == PULL:
        return _needed_to_pull(registry)
    place, role = _PLACE.match(read.scope or ""), _role_with(read.action or "")
    return (role, place[0]) if place and role else None


def _needed_to_pull(registry: Registry | Unknown | None) -> tuple[str, str] | None:
    """For all that the registry holds: the operator follows more repositories than one."""
    if not isinstance(registry, Registry):
        return None
    role = pull_role(registry, "")  # the condition, which is for one repository, is left out
    return (role.name, registry.id) if role else None


def _role_with(action: str) -> str | None:
    """A built-in role that has the right; None for one that no read of a verdict's needs."""
    if _LISTS_SETTINGS.fullmatch(action):
        return "Website Contributor"
    return "Reader" if action.lower().endswith("/read") else None
