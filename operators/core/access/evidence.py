"""The chain of evidence behind a verdict: what a person would have looked at in the portal, and what it said."""

from operators.core.access import AccessFacts, Evidence, Principal, Reason
from operators.core.access.credential import Credential
from operators.core.access.deny_assignments import DenyAssignment
from operators.core.access.roles import HeldRole
from operators.core.app_settings import PullSettings
from operators.core.apps import AppId, SiteContainer, SiteNetwork
from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.registries import LEGACY, ManifestFacts, NotThere, PrivateEndpoint, Registry


def setting_seen(app: AppId, name: str, value: str) -> Evidence:
    """An app setting."""
    return Evidence(fact=name, value=value, source=f"{app.resource_id}/config/appsettings")


def config_seen(app: AppId, fact: str, value: str) -> Evidence:
    """A part of the configuration."""
    return Evidence(fact=fact, value=value, source=f"{app.resource_id}/config/web")


def config_evidence(facts: AccessFacts) -> tuple[Evidence, ...]:
    """How the app, or the container in question, is told to pull."""
    if facts.container is not None:
        return _container_evidence(facts.app, facts.container)
    app, config = facts.app, facts.config
    if isinstance(config, Unknown):
        return ()
    flag = str(config.acr_use_managed_identity_creds).lower()
    client_id = config.acr_user_managed_identity_id or "(empty: the system-assigned identity)"
    return (
        config_seen(app, "acrUseManagedIdentityCreds", flag),
        config_seen(app, "acrUserManagedIdentityID", client_id),
    )


def _container_evidence(app: AppId, container: SiteContainer) -> tuple[Evidence, ...]:
    seen = (
        ("authType", container.auth_type or "(empty: Anonymous)"),
        ("userManagedIdentityClientId", container.client_id),
    )
    source = container.resource_id_in(app)
    return tuple(Evidence(fact=fact, value=value, source=source) for fact, value in seen if value)


def credential_evidence(facts: AccessFacts, credential: Credential | Reason | Unknown) -> tuple[Evidence, ...]:
    """As whom the app comes, or what it has instead of what it is told to come as."""
    if isinstance(credential, Unknown) or credential is Reason.NOT_MANAGED_IDENTITY:
        return ()
    if isinstance(credential, Reason):
        return _identity_evidence(facts)
    if isinstance(credential, Principal):
        return (principal_evidence(facts.app, credential),)
    return _settings_evidence(facts)


def principal_evidence(app: AppId, principal: Principal) -> Evidence:
    """The identity that the app, or a container of it, pulls as."""
    value = f"{principal}, object id {principal.principal_id}"
    return Evidence(fact="identity that pulls", value=value, source=principal.resource_id or app.resource_id)


def _settings_evidence(facts: AccessFacts) -> tuple[Evidence, ...]:
    """What its settings say about signing in; of user name and password only that they are set: a verdict is stored."""
    settings = facts.settings
    if facts.container is not None or not isinstance(settings, PullSettings):
        return ()
    user = "(set)" if settings.user_name else "(a Key Vault reference)" if settings.has_user_name else "(not set)"
    seen = (
        ("DOCKER_REGISTRY_SERVER_URL", settings.server or "(not set)"),
        ("DOCKER_REGISTRY_SERVER_USERNAME", user),
        ("DOCKER_REGISTRY_SERVER_PASSWORD", "(set)" if settings.has_password else "(not set)"),
    )
    return tuple(setting_seen(facts.app, name, value) for name, value in seen)


def _identity_evidence(facts: AccessFacts) -> tuple[Evidence, ...]:
    identity = facts.identity
    if isinstance(identity, Unknown):
        return ()
    system = identity.system_principal_id or "none"
    users = ", ".join(f"{one.resource_id} (client id {one.client_id})" for one in identity.user_assigned) or "none"
    return (
        Evidence(fact="system-assigned identity", value=system, source=facts.app.resource_id),
        Evidence(fact="user-assigned identities", value=users, source=facts.app.resource_id),
    )


def registry_evidence(registry: Registry) -> tuple[Evidence, ...]:
    """What the registry says about itself that bears on who may pull."""
    mode = registry.role_assignment_mode or f"not in the answer, taken for {LEGACY}"
    if not registry.honours_acr_pull:
        mode = f"{mode}: AcrPull is not honoured"
    seen = [("loginServer", registry.login_server), ("roleAssignmentMode", mode)]
    if registry.anonymous_pull_enabled:
        seen.append(("anonymousPullEnabled", "true"))
    if registry.admin_user_enabled:
        seen.append(("adminUserEnabled", "true"))
    if not registry.azure_ad_authentication_as_arm:
        seen.append(("azureADAuthenticationAsArmPolicy", "disabled"))
    return tuple(Evidence(fact=fact, value=value, source=registry.id) for fact, value in seen)


def role_evidence(registry: Registry, principal: Principal, held: tuple[HeldRole, ...]) -> tuple[Evidence, ...]:
    """The roles that the identity has at or above the registry, and what each does."""
    if not held:
        none = "none at or above the registry"
        return (Evidence(fact="role assignments", value=none, source=registry.id),)
    return tuple(_assignment_evidence(principal, one) for one in held)


def _assignment_evidence(principal: Principal, held: HeldRole) -> Evidence:
    assignment = held.assignment
    is_own = assignment.principal_id.lower() == principal.principal_id.lower()
    through = "" if is_own else f" through group {assignment.principal_id}"
    condition = f": {' '.join(assignment.condition.split())}" if assignment.condition else ""
    value = f"{held.name} at {assignment.scope}{through} {held.effect}{condition}"
    return Evidence(fact="role assignment", value=value, source=assignment.id)


def denial_evidence(denial: DenyAssignment) -> Evidence:
    """A deny assignment that may count."""
    principals = ", ".join(f"{one.type} {one.id}" for one in denial.principals)
    excluded = ", ".join(f"{one.type} {one.id}" for one in denial.exclude_principals)
    value = f"{denial.name} at {denial.scope} for {principals}" + (f", but not {excluded}" if excluded else "")
    return Evidence(fact="deny assignment", value=value, source=denial.id)


def registry_network_evidence(registry: Registry) -> tuple[Evidence, ...]:
    """Whom the registry answers."""
    seen = [
        ("publicNetworkAccess", registry.public_network_access),
        ("networkRuleSet.defaultAction", registry.network_default_action),
        ("networkRuleSet.ipRules", ", ".join(registry.ip_rules)),
    ]
    if not registry.open_to_all and registry.private_endpoints is not None:
        seen.append(("privateEndpointConnections", f"{len(registry.private_endpoints)} approved"))
    return tuple(Evidence(fact=fact, value=value, source=registry.id) for fact, value in seen if value)


def network_evidence(app: AppId, network: SiteNetwork) -> tuple[Evidence, ...]:
    """How the app goes out, where the registry does not answer everybody."""
    environment = (("hostingEnvironmentProfile", "an App Service Environment"),) if network.in_environment else ()
    seen = (
        *environment,
        ("virtualNetworkSubnetId", network.subnet_id or "none"),
        ("outboundVnetRouting.imagePullTraffic", str(network.pulls_over_subnet).lower()),
        ("possibleOutboundIpAddresses", ", ".join(network.possible_outbound_ips) or "none"),
    )
    return tuple(Evidence(fact=fact, value=value, source=app.resource_id) for fact, value in seen)


def endpoint_evidence(endpoint: PrivateEndpoint) -> Evidence:
    """Where a registry is reached out of a network."""
    return Evidence(fact="private endpoint", value=f"in {endpoint.subnet_id}", source=endpoint.id)


def manifest_evidence(
    registry: Registry, image: ImageReference, manifest: ManifestFacts | NotThere
) -> tuple[Evidence, ...]:
    """What the registry has under the image's name."""
    source = f"https://{registry.login_server}/v2/{image.repository}"
    if isinstance(manifest, NotThere):
        return (Evidence(fact="manifest", value=f"{manifest.image} is not there", source=source),)
    platforms = f" for {', '.join(manifest.platforms)}" if manifest.platforms is not None else ""
    state = f", quarantine state {manifest.quarantine_state}" if manifest.quarantine_state else ""
    return (Evidence(fact="manifest", value=f"{manifest.digest}{platforms}{state}", source=source),)
