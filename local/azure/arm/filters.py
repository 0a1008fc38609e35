"""The `$filter` of Microsoft.Authorization's lists (azure-rest-api: role-assignments/list-for-scope)."""

import re
from dataclasses import dataclass

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import provider_error
from local.azure.world.names import is_within, same

_TERM = re.compile(
    r"(?P<at_scope>atScope\(\))"
    r"|assignedTo\('(?P<assigned_to>[^']*)'\)"
    r"|principalId eq '(?P<principal>[^']*)'"
    r"|denyAssignmentName eq '(?P<name>[^']*)'",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Filter:
    """What is asked for: all terms must hold."""

    at_scope: bool = False
    """At and above the scope, not below it."""
    assigned_to: str | None = None
    """For this principal, itself or through groups."""
    principal: str | None = None
    name: str | None = None

    def reaches(self, asked: str, scope: str) -> bool:
        """Tell whether a row at a scope belongs to the list of the scope that was asked."""
        return is_within(asked, scope) or (not self.at_scope and is_within(scope, asked))


def filter_of(call: ArmCall) -> Filter:
    """Read the filter of a call; raises ARM's 400 for one that is not supported."""
    text = call.query.get("$filter") or ""
    wanted = Filter()
    for term in re.split(r"\s+and\s+", text, flags=re.IGNORECASE):
        if not term:
            continue
        match = _TERM.fullmatch(term.strip())
        if match is None:
            raise provider_error(
                400,
                "UnsupportedQuery",
                f"The filter '{text}' is not supported. Supported filters are either 'atScope()' or "
                "'principalId eq '{value}' or assignedTo('{value}')'.",
            )
        wanted = Filter(
            at_scope=wanted.at_scope or match["at_scope"] is not None,
            assigned_to=match["assigned_to"] or wanted.assigned_to,
            principal=match["principal"] or wanted.principal,
            name=match["name"] or wanted.name,
        )
    return wanted


def is_named(wanted: str | None, actual: str) -> bool:
    """Tell whether a term is met: without it everything is meant."""
    return wanted is None or same(wanted, actual)
