"""The part of the verdict that is about rights: what the identity's roles grant, and what is denied to it all the same.

Sources: azure-management-docs, container-registry-rbac-built-in-roles-overview,
container-registry-rbac-abac-repository-permissions; azure-docs, role-based-access-control/overview.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from operators.core.access import PULL, REPOSITORY_READ, AccessFacts, Principal, Reason
from operators.core.access import commands as az
from operators.core.access.deny_assignments import Attempt, DenyAssignment, denies
from operators.core.access.evidence import denial_evidence, role_evidence
from operators.core.access.fixes import fix_role
from operators.core.access.parts import Part, not_asked, read_failed
from operators.core.access.roles import Effect, HeldRole, has_spread, held_roles
from operators.core.clocks import in_utc
from operators.core.model import Unknown
from operators.core.registries import ABAC, LEGACY, Registry

_CACHED_TOKENS = (
    "The role comes through group {group}. What groups an identity is in stands in its token, which is cached for "
    "about a day: after a change of the group the pull may fail, or go on, for that long."
)
_ASSUMED_MODE = f"The registry did not say its roleAssignmentMode; {LEGACY} was assumed."


def rights_parts(
    facts: AccessFacts, registry: Registry, principal: Principal, now: datetime, spreading: timedelta
) -> tuple[Part, ...]:
    """What the roles of the identity come to, and then the deny assignments."""
    if not isinstance(facts.assignments, tuple):
        return (read_failed(facts.assignments or not_asked("role assignments")),)
    held = held_roles(registry, facts.image.repository, facts.assignments, facts.definitions)
    roles = _by_roles(facts, registry, principal, held, now, spreading)
    evidence = role_evidence(registry, principal, held)
    return (roles.model_copy(update={"evidence": evidence}), _denials(facts, registry, principal, held))


def _by_roles(
    facts: AccessFacts,
    registry: Registry,
    principal: Principal,
    held: tuple[HeldRole, ...],
    now: datetime,
    spreading: timedelta,
) -> Part:
    if registry.role_assignment_mode not in (LEGACY, ABAC, None):
        return _mode_unknown(registry)
    granting = [one for one in held if one.effect is Effect.GRANTS]
    spread = [one for one in granting if has_spread(one, now, spreading)]
    if spread:
        return _granted(registry, principal, spread)
    if granting:
        return _propagating(principal, min(granting, key=lambda one: one.assignment.since), spreading)
    by_effect = {one.effect: one for one in reversed(held)}
    if conditional := by_effect.get(Effect.CONDITIONAL):
        shown = (az.show_assignment(conditional.assignment),)
        return Part(reason=Reason.ROLE_CONDITIONAL, words=_of(principal, conditional), fix=shown)
    if Effect.UNREAD in by_effect:
        return read_failed(*_unread_roles(facts))
    if registry.role_assignment_mode is None and Effect.REPOSITORY_ONLY in by_effect:
        return _mode_unknown(registry)
    fix = fix_role(principal, registry, facts.image.repository, (one.assignment for one in held))
    return _refused(registry, principal, by_effect, fix)


def _granted(registry: Registry, principal: Principal, held: list[HeldRole]) -> Part:
    direct = [one for one in held if not _through_group(principal, one)]
    one = (direct or held)[0]
    warnings = () if direct else (_CACHED_TOKENS.format(group=one.assignment.principal_id),)
    assumed = (_ASSUMED_MODE,) if registry.role_assignment_mode is None else ()
    return Part(reason=Reason.ROLE_GRANTED, words=_of(principal, one), warnings=(*warnings, *assumed))


def _propagating(principal: Principal, held: HeldRole, spreading: timedelta) -> Part:
    since = held.assignment.since
    until = since + spreading
    words = _of(principal, held) | {"since": in_utc(since), "until": in_utc(until)}
    group = held.assignment.principal_id
    warnings = (_CACHED_TOKENS.format(group=group),) if _through_group(principal, held) else ()
    return Part(reason=Reason.ROLE_PROPAGATING, words=words, until=until, warnings=warnings)


def _mode_unknown(registry: Registry) -> Part:
    mode = {"mode": registry.role_assignment_mode or "not in its answer"}
    return Part(reason=Reason.REGISTRY_MODE_UNKNOWN, words=mode, fix=(az.show_mode(registry.id),))


def _refused(registry: Registry, principal: Principal, by_effect: dict[Effect, HeldRole], fix: tuple[str, ...]) -> Part:
    if registry.anonymous_pull_enabled:
        return Part(reason=Reason.ROLE_MISSING_ANONYMOUS_PULL, words={"identity": str(principal)}, fix=fix)
    if unmet := by_effect.get(Effect.UNMET):
        return Part(reason=Reason.ROLE_CONDITION_UNMET, words=_of(principal, unmet), fix=fix)
    if registry.uses_abac and (unheeded := by_effect.get(Effect.REGISTRY_ONLY)):
        return Part(reason=Reason.ACR_PULL_NOT_HONOURED, words=_of(principal, unheeded), fix=fix)
    return Part(reason=Reason.ROLE_MISSING, words={"identity": str(principal)}, fix=fix)


def _denials(facts: AccessFacts, registry: Registry, principal: Principal, held: Iterable[HeldRole]) -> Part:
    if not isinstance(facts.denials, tuple):
        return read_failed(facts.denials or not_asked("deny assignments"))
    attempt = Attempt(
        principal_id=principal.principal_id,
        groups=frozenset(one.assignment.principal_id for one in held if _through_group(principal, one)),
        action=REPOSITORY_READ if registry.uses_abac else PULL,
        is_data=registry.uses_abac,
        resource_id=registry.id,
    )
    answers = [(denial, denies(denial, attempt)) for denial in facts.denials]
    for denial, answer in answers:
        if answer:
            return _denied(Reason.DENY_ASSIGNMENT, principal, denial)
    for denial, answer in answers:
        if answer is None:
            return _denied(Reason.DENY_ASSIGNMENT_UNDECIDED, principal, denial)
    return Part()


def _denied(reason: Reason, principal: Principal, denial: DenyAssignment) -> Part:
    words = {"identity": str(principal), "denial": denial.name, "scope": denial.scope}
    return Part(reason=reason, words=words, evidence=(denial_evidence(denial),), fix=(az.show(denial.id),))


def _of(principal: Principal, held: HeldRole) -> dict[str, str]:
    assignment = held.assignment
    condition = " ".join((assignment.condition or "").split())
    return {"identity": str(principal), "role": held.name, "scope": assignment.scope, "condition": condition}


def _through_group(principal: Principal, held: HeldRole) -> bool:
    return held.assignment.principal_id.lower() != principal.principal_id.lower()


def _unread_roles(facts: AccessFacts) -> tuple[Unknown, ...]:
    failed = tuple(role for role in facts.definitions if isinstance(role, Unknown))
    return failed or (Unknown(what="role definitions", reason="not all of them were read"),)
