"""The chain of evidence behind a verdict: what a person would have looked at in the portal, and what it said."""

from operators.core.access import AccessFacts, Evidence, Principal
from operators.core.access_roles import HeldRole
from operators.core.model import Unknown
from operators.core.registries import LEGACY, Registry


def config_evidence(facts: AccessFacts) -> tuple[Evidence, ...]:
    """How the app is told to pull."""
    config, source = facts.config, f"{facts.app.resource_id}/config/web"
    if isinstance(config, Unknown):
        return ()
    flag = str(config.acr_use_managed_identity_creds).lower()
    client_id = config.acr_user_managed_identity_id or "(empty: the system-assigned identity)"
    return (
        Evidence(fact="acrUseManagedIdentityCreds", value=flag, source=source),
        Evidence(fact="acrUserManagedIdentityID", value=client_id, source=source),
    )


def identity_evidence(facts: AccessFacts) -> tuple[Evidence, ...]:
    """Which identities are on the app."""
    identity = facts.identity
    if isinstance(identity, Unknown):
        return ()
    system = identity.system_principal_id or "none"
    users = ", ".join(f"{one.resource_id} (client id {one.client_id})" for one in identity.user_assigned) or "none"
    return (
        Evidence(fact="system-assigned identity", value=system, source=facts.app.resource_id),
        Evidence(fact="user-assigned identities", value=users, source=facts.app.resource_id),
    )


def principal_evidence(facts: AccessFacts, principal: Principal) -> tuple[Evidence, ...]:
    """How the app is told to pull, and the identity that this comes to."""
    value = f"{principal}, object id {principal.principal_id}"
    pulls = Evidence(fact="identity that pulls", value=value, source=principal.resource_id or facts.app.resource_id)
    return (*config_evidence(facts), pulls)


def registry_evidence(registry: Registry) -> tuple[Evidence, ...]:
    """What the registry says about itself that bears on a pull."""
    mode = registry.role_assignment_mode or f"not in the answer, taken for {LEGACY}"
    if not registry.honours_acr_pull:
        mode = f"{mode}: AcrPull is not honoured"
    seen = [("loginServer", registry.login_server), ("roleAssignmentMode", mode)]
    if registry.anonymous_pull_enabled:
        seen.append(("anonymousPullEnabled", "true"))
    if registry.public_network_access == "Disabled":
        seen.append(("publicNetworkAccess", "Disabled; the road to the registry is not looked into"))
    return tuple(Evidence(fact=fact, value=value, source=registry.id) for fact, value in seen)


def role_evidence(registry: Registry, held: tuple[HeldRole, ...]) -> tuple[Evidence, ...]:
    """The roles that the identity has at or above the registry, and what each does."""
    if not held:
        none = "none at or above the registry"
        return (Evidence(fact="role assignments", value=none, source=registry.id),)
    return tuple(_assignment_evidence(one) for one in held)


def _assignment_evidence(held: HeldRole) -> Evidence:
    assignment = held.assignment
    through = f" through group {assignment.principal_id}" if assignment.principal_type == "Group" else ""
    condition = f": {assignment.condition}" if assignment.condition else ""
    value = f"{held.name} at {assignment.scope}{through} {held.effect}{condition}"
    return Evidence(fact="role assignment", value=value, source=assignment.id)
