"""Checks on the pull: as whom, may it, is the image there, and what lies about that is no longer used."""

from operators.core.access import Access, Evidence, Principal, Reason, Verdict, pulling_principal
from operators.core.access import commands as az
from operators.core.access.evidence import config_seen, principal_evidence, setting_seen
from operators.core.apps import SiteConfig
from operators.core.doctor.checks import Check, Code, Status, ok, problem, unknown, unread, warning
from operators.core.doctor.commands import delete_settings
from operators.core.doctor.containers import check_identity_of_each, check_image_of_each
from operators.core.doctor.facts import AppFacts, RegistryFacts
from operators.core.model import Unknown

_STATUS_OF_VERDICT = {
    Verdict.ALLOWED: Status.OK,
    Verdict.PROPAGATING: Status.WARNING,
    Verdict.DENIED: Status.PROBLEM,
    Verdict.UNKNOWN: Status.UNKNOWN,
}


def check_identity(facts: AppFacts) -> Check:
    """Whether the app pulls with a managed identity that it has."""
    code, config = Code.IDENTITY, facts.config
    if facts.containers is not None:
        return check_identity_of_each(facts, facts.containers)
    if isinstance(config, Unknown):
        return unread(code, config)
    principal = pulling_principal(facts.identity, config)
    seen = config_seen(facts.app, "acrUseManagedIdentityCreds", str(config.acr_use_managed_identity_creds).lower())
    if isinstance(principal, Unknown):
        return unread(code, principal)
    if isinstance(principal, Principal):
        pulls = principal_evidence(facts.app, principal)
        return ok(code, f"{facts.app.name} pulls with its {principal}.", seen, pulls)
    if principal is Reason.NOT_MANAGED_IDENTITY:
        return _without_identity(facts, seen)
    why = {
        Reason.IDENTITY_MISSING: "its system-assigned identity, and has none",
        Reason.USER_ASSIGNED_IDENTITY_MISSING: "a user-assigned identity that is not on it",
        Reason.CLIENT_ID_IS_RESOURCE_ID: "what acrUserManagedIdentityID names: a resource id instead of a client id",
    }.get(principal, f"an identity that cannot be used ({principal})")
    return problem(code, f"{facts.app.name} is to pull with {why}.", seen, fix=_fix_of(facts.access))


def _without_identity(facts: AppFacts, seen: Evidence) -> Check:
    app, fix = facts.app.name, _fix_of(facts.access) or (az.pull_as_managed_identity(facts.app),)
    if isinstance(facts.settings, Unknown):
        sentence = f"{app} pulls with a user name and password, or as nobody; which of them cannot be read."
        return warning(Code.IDENTITY, sentence, seen, fix=fix)
    if facts.settings.credentials:
        return warning(
            Code.IDENTITY, f"{app} pulls with a user name and password, not with an identity.", seen, fix=fix
        )
    if _anybody_may_pull(facts):
        return ok(Code.IDENTITY, f"{app} pulls as nobody, which the registry allows to anybody.", seen)
    return problem(Code.IDENTITY, f"{app} pulls as nobody: with no identity, user name or password.", seen, fix=fix)


def _anybody_may_pull(facts: AppFacts) -> bool:
    """A registry that is not ours to read may be a public one."""
    if isinstance(facts.registry, RegistryFacts):
        return facts.registry.registry.anonymous_pull_enabled
    return True


def _fix_of(access: Access | None) -> tuple[str, ...]:
    return access.fix_of_app if access else ()


def check_access(facts: AppFacts) -> Check:
    """The access verdict, as GET /api/apps/{app}/access gives it."""
    code, access = Code.ACCESS, facts.access
    if access is None:
        return unknown(code, f"{facts.app.name} has no classic container image to pull.")
    status = _STATUS_OF_VERDICT[access.verdict]
    if status is Status.OK and access.warnings:
        status = Status.WARNING
    sentence = " ".join((access.sentence, *access.warnings))
    return Check(code=code, status=status, sentence=sentence, evidence=access.evidence, fix=access.fix)


def check_image(facts: AppFacts) -> Check:
    """Whether the registry has the image that the configuration names."""
    code, image, there = Code.IMAGE, facts.image, facts.image_there
    if facts.containers is not None:
        return check_image_of_each(facts, facts.containers)
    if isinstance(facts.config, Unknown):
        return unread(code, facts.config)
    seen = config_seen(facts.app, "linuxFxVersion", facts.config.linux_fx_version or "(empty)")
    if image is None:
        return unknown(code, f"The configuration of {facts.app.name} names no classic container image.", seen)
    if isinstance(there, Unknown):
        return unread(code, there)
    if there is None and isinstance(facts.registry, Unknown):
        return unread(code, facts.registry)
    if there is None:
        return unknown(code, f"{image.registry} is none of the registries that can be read here.", seen)
    if there:
        return ok(code, f"{image.registry} has {image.repository}, as it is configured.", seen)
    registry = facts.registry
    fix = (az.show_tags(registry.registry, image.repository),) if isinstance(registry, RegistryFacts) else ()
    return problem(code, f"The registry has no {image}: the next start fails.", seen, fix=fix)


def check_registry_credentials(facts: AppFacts) -> Check:
    """Whether user names and passwords of a registry lie about, used or not."""
    code, settings, app = Code.REGISTRY_CREDENTIALS, facts.settings, facts.app.name
    if isinstance(settings, Unknown):
        return unread(code, settings)
    if not settings.credentials:
        return ok(code, f"{app} has no user name or password of a registry.")
    seen = tuple(setting_seen(facts.app, name, "set") for name in settings.credentials)
    with_identity = isinstance(facts.config, SiteConfig) and facts.config.acr_use_managed_identity_creds
    if with_identity or facts.containers is not None:
        fix = (delete_settings(facts.app, *settings.credentials),)
        how = "pulls with its identity" if facts.containers is None else "has containers that sign in for themselves,"
        sentence = f"{app} {how} and still has a registry's user name or password, which nothing uses."
        return warning(code, sentence, *seen, fix=fix)
    sentence = f"{app} has a registry's user name or password among its settings; a managed identity needs neither."
    return warning(code, sentence, *seen, fix=_fix_of(facts.access))
