"""May this app pull this image? The verdict from the facts, with the chain a person would have walked in the portal.

Source: azure-docs, app-service/configure-custom-container; azure-management-docs, container-registry-roles.
"""

from operators.core.access import (
    Access,
    AccessFacts,
    Evidence,
    Principal,
    Reason,
    Verdict,
    pulling_principal,
)
from operators.core.access_evidence import (
    config_evidence,
    identity_evidence,
    principal_evidence,
    registry_evidence,
    role_evidence,
)
from operators.core.access_fixes import fix_identity, fix_role, fix_towards_identity
from operators.core.access_roles import Effect, HeldRole, held_roles
from operators.core.model import Unknown
from operators.core.rbac import RoleAssignment
from operators.core.registries import Registry


def evaluate_access(facts: AccessFacts) -> Access:
    """Whether the app may pull the image. Never allowed or denied where a read that decides it gave no answer."""
    principal = pulling_principal(facts.identity, facts.config)
    if isinstance(principal, Unknown):
        return _read_failed(facts, principal)
    if principal is Reason.NOT_MANAGED_IDENTITY:
        return _not_managed_identity(facts)
    if facts.registry is None:
        return _registry_not_found(facts)
    if isinstance(facts.registry, Unknown):
        return _read_failed(facts, facts.registry)
    if isinstance(principal, Reason):
        return _no_identity(facts, facts.registry, principal)
    if not facts.registry.honours_acr_pull:
        return _registry_abac(facts, facts.registry, principal)
    if facts.assignments is None:
        return _read_failed(facts, Unknown(what="role assignments", reason="they were not asked for"))
    if isinstance(facts.assignments, Unknown):
        return _read_failed(facts, facts.assignments)
    return _by_roles(facts, facts.registry, principal, facts.assignments)


def _by_roles(
    facts: AccessFacts, registry: Registry, principal: Principal, assignments: tuple[RoleAssignment, ...]
) -> Access:
    held = held_roles(registry, assignments, facts.definitions)
    evidence = (*principal_evidence(facts, principal), *registry_evidence(registry), *role_evidence(registry, held))
    granting = next((one for one in held if one.effect is Effect.GRANTS), None)
    if granting:
        return _role_granted(facts, registry, principal, granting, evidence)
    effects = {one.effect for one in held}
    if Effect.CONDITIONAL in effects:
        return Access(
            verdict=Verdict.UNKNOWN,
            reason=Reason.ROLE_CONDITIONAL,
            sentence=f"Whether {facts.app.name} may pull {facts.image} depends on a condition that is not evaluated.",
            evidence=evidence,
        )
    if Effect.UNREAD in effects:
        return _read_failed(facts, *_unread_roles(facts), evidence=evidence)
    if Effect.REPOSITORY in effects and registry.role_assignment_mode is None:
        return _registry_abac(facts, registry, principal)
    return _role_missing(facts, registry, principal, evidence)


def _role_granted(
    facts: AccessFacts, registry: Registry, principal: Principal, held: HeldRole, evidence: tuple[Evidence, ...]
) -> Access:
    pull = f"{facts.app.name} may pull {facts.image.repository} from {registry.login_server}"
    return Access(
        verdict=Verdict.ALLOWED,
        reason=Reason.ROLE_GRANTED,
        sentence=f"{pull}: its {principal} has {held.name} at {held.assignment.scope}.",
        evidence=evidence,
    )


def _role_missing(
    facts: AccessFacts, registry: Registry, principal: Principal, evidence: tuple[Evidence, ...]
) -> Access:
    app, pull = facts.app.name, f"pull {facts.image.repository} from {registry.login_server}"
    fix = fix_role(principal, registry)
    if registry.anonymous_pull_enabled:
        return Access(
            verdict=Verdict.UNKNOWN,
            reason=Reason.ANONYMOUS_PULL,
            sentence=f"Anybody may {pull}, but {app} signs in, and its {principal} has no role there that grants it.",
            evidence=evidence,
            fix=fix,
        )
    return Access(
        verdict=Verdict.DENIED,
        reason=Reason.ROLE_MISSING,
        sentence=f"{app} may not {pull}: its {principal} has no role there that grants it.",
        evidence=evidence,
        fix=fix,
    )


def _unread_roles(facts: AccessFacts) -> tuple[Unknown, ...]:
    failed = tuple(role for role in facts.definitions if isinstance(role, Unknown))
    return failed or (Unknown(what="role definitions", reason="not all of them were read"),)


def _read_failed(facts: AccessFacts, *failed: Unknown, evidence: tuple[Evidence, ...] = ()) -> Access:
    reads = "; ".join(f"{read.what}: {read.reason}" for read in failed)
    return Access(
        verdict=Verdict.UNKNOWN,
        reason=Reason.READ_FAILED,
        sentence=f"Whether {facts.app.name} may pull {facts.image} is not known. {reads}",
        evidence=evidence or config_evidence(facts),
        failed_reads=failed,
    )


def _not_managed_identity(facts: AccessFacts) -> Access:
    return Access(
        verdict=Verdict.UNKNOWN,
        reason=Reason.NOT_MANAGED_IDENTITY,
        sentence=f"{facts.app.name} pulls with a user name and password or as nobody, which is not looked into.",
        evidence=config_evidence(facts),
        fix=fix_towards_identity(facts),
    )


def _registry_not_found(facts: AccessFacts) -> Access:
    return Access(
        verdict=Verdict.UNKNOWN,
        reason=Reason.REGISTRY_NOT_FOUND,
        sentence=f"{facts.image.registry} is none of the Azure container registries that can be read here.",
        evidence=config_evidence(facts),
    )


def _registry_abac(facts: AccessFacts, registry: Registry, principal: Principal) -> Access:
    return Access(
        verdict=Verdict.UNKNOWN,
        reason=Reason.REGISTRY_ABAC,
        sentence=f"{registry.login_server} decides by repository permissions, or may do; they are not evaluated.",
        evidence=(*principal_evidence(facts, principal), *registry_evidence(registry)),
    )


def _no_identity(facts: AccessFacts, registry: Registry, reason: Reason) -> Access:
    app = facts.app.name
    sentences = {
        Reason.IDENTITY_MISSING: f"{app} is to pull with its system-assigned identity and has none.",
        Reason.USER_ASSIGNED_IDENTITY_MISSING: f"{app} is to pull with a user-assigned identity that is not on it.",
        Reason.CLIENT_ID_IS_RESOURCE_ID: f"acrUserManagedIdentityID of {app} is a resource id instead of a client id.",
    }
    return Access(
        verdict=Verdict.DENIED,
        reason=reason,
        sentence=sentences[reason],
        evidence=(*config_evidence(facts), *identity_evidence(facts), *registry_evidence(registry)),
        fix=fix_identity(facts, registry, reason),
    )
