"""Checks on what is left of App Service's own continuous deployment: the registry's webhooks and DOCKER_ENABLE_CI.

A webhook to the app's deployment site restarts it at each push; where Pulley restarts it too, that is one restart too
many. Source: azure-docs, app-service/deploy-ci-cd-custom-container; github.com/projectkudu/KuduLite, DockerController.
"""

from operators.core.access import Evidence
from operators.core.access.evidence import setting_seen
from operators.core.app_settings import ContainerSettings
from operators.core.apps import Site
from operators.core.doctor.checks import Check, Code, ok, problem, unknown, unread, warning
from operators.core.doctor.commands import delete_webhook, list_webhooks, set_setting
from operators.core.doctor.facts import AppFacts, RegistryFacts, WebAddress, Webhook
from operators.core.doctor.registry import registry_or_unknown
from operators.core.model import Unknown

_RESTARTS = ("/api/registry/webhook", "/docker/hook")
"""Where Kudu takes webhooks; the second one is the older."""
_CI = "DOCKER_ENABLE_CI"


def check_webhooks(facts: AppFacts) -> Check:
    """Whether a webhook of the registry restarts the app at a push as well."""
    code, registry = Code.WEBHOOKS, registry_or_unknown(facts, Code.WEBHOOKS)
    if isinstance(registry, Check):
        return registry
    webhooks = _sending(registry)
    if isinstance(webhooks, Unknown):
        return unread(code, webhooks)
    restarting = [hook for hook in webhooks if _is_at(hook, _scm_host(facts)) and _restarts(hook)]
    if not restarting:
        return _undecided(facts, code, webhooks) or ok(code, f"No webhook of the registry restarts {facts.app.name}.")
    effect = "each push in its scope restarts the app, beside what Pulley does"
    if any(facts.image and hook.covers(facts.image) for hook in restarting):
        effect = "a push restarts the app twice"
    if _ci(facts.settings) is False:
        effect = f"it should do nothing while {_CI} is off, and takes one from the registry's quota"
    sentence = f"The registry calls {facts.app.name} by its own webhook ({_names(restarting)}): {effect}."
    return warning(code, sentence, *map(_evidence, restarting), fix=_deletes(registry, restarting))


def check_webhook_addresses(facts: AppFacts) -> Check:
    """Whether a webhook that means this app has an address where nothing takes it."""
    code, registry = Code.WEBHOOK_ADDRESSES, registry_or_unknown(facts, Code.WEBHOOK_ADDRESSES)
    if isinstance(registry, Check):
        return registry
    webhooks = _sending(registry)
    if isinstance(webhooks, Unknown):
        return unread(code, webhooks)
    wrong = [hook for hook in webhooks if _is_lost(facts, hook)]
    if not wrong:
        right = f"No webhook for {facts.app.name} has a wrong address."
        return _undecided(facts, code, webhooks) or ok(code, right)
    where = f"https://{_scm_host(facts) or '<its deployment site>'}{_RESTARTS[0]}"
    lost = f"The registry sends pushes to {facts.app.name} where nothing takes them ({_names(wrong)})"
    sentence = f"{lost}; the address for them is {where}."
    return problem(code, sentence, *map(_evidence, wrong), fix=_deletes(registry, wrong))


def check_continuous_deployment(facts: AppFacts) -> Check:
    """Whether the app would restart at a webhook's call."""
    code, settings = Code.CONTINUOUS_DEPLOYMENT, facts.settings
    if isinstance(settings, Unknown):
        return unread(code, settings)
    seen = setting_seen(facts.app, _CI, settings.values.get(_CI, "(not set)"))
    if _ci(settings):
        sentence = (
            f"{facts.app.name} restarts whenever its deployment site is told of a push; Pulley does that already."
        )
        return warning(code, sentence, seen, fix=(set_setting(facts.app, _CI, "false"),))
    return ok(code, f"App Service's own continuous deployment is off for {facts.app.name}.", seen)


def check_webhook_quota(facts: AppFacts) -> Check:
    """Whether the registry can take another webhook."""
    code, registry = Code.WEBHOOK_QUOTA, registry_or_unknown(facts, Code.WEBHOOK_QUOTA)
    if isinstance(registry, Check):
        return registry
    quota, server = registry.webhook_quota, registry.registry.login_server
    if isinstance(quota, Unknown):
        return unread(code, quota)
    if quota is None:
        return unknown(code, f"{server} names no quota for webhooks.")
    seen = Evidence(fact="Webhooks", value=f"{quota.used} of {quota.limit}", source=registry.registry.id)
    if quota.used >= quota.limit:
        sentence = f"{server} has all the webhooks that its SKU allows: another one is refused."
        return warning(code, sentence, seen, fix=(list_webhooks(registry.registry),))
    return ok(code, f"{server} uses {quota.used} of {quota.limit} webhooks.", seen)


def _sending(registry: RegistryFacts) -> tuple[Webhook, ...] | Unknown:
    """The webhooks that a push sets off."""
    if isinstance(registry.webhooks, Unknown):
        return registry.webhooks
    return tuple(hook for hook in registry.webhooks if hook.sends_pushes)


def _undecided(facts: AppFacts, code: Code, webhooks: tuple[Webhook, ...]) -> Check | None:
    """Why none that was found does not mean that there is none."""
    failed = tuple(hook.address for hook in webhooks if isinstance(hook.address, Unknown))
    if failed:
        return unread(code, *failed)
    if webhooks and isinstance(facts.site, Unknown):
        return unread(code, facts.site)
    if webhooks and _scm_host(facts) is None:
        return unknown(code, f"Where the deployment site of {facts.app.name} answers is not told.")
    return None


def _is_lost(facts: AppFacts, hook: Webhook) -> bool:
    """Whether it is sent to the deployment site and to no path of it, or to such a path at the app itself."""
    if _is_at(hook, _scm_host(facts)):
        return not _restarts(hook)
    return isinstance(facts.site, Site) and _is_at(hook, facts.site.default_host_name.lower()) and _restarts(hook)


def _scm_host(facts: AppFacts) -> str | None:
    return facts.site.scm_host_name if isinstance(facts.site, Site) else None


def _is_at(hook: Webhook, host: str | None) -> bool:
    return isinstance(hook.address, WebAddress) and hook.address.host == host


def _restarts(hook: Webhook) -> bool:
    return isinstance(hook.address, WebAddress) and hook.address.route in _RESTARTS


def _ci(settings: ContainerSettings | Unknown) -> bool | None:
    """Whether continuous deployment is on; None where that cannot be read."""
    if isinstance(settings, Unknown):
        return None
    return settings.values.get(_CI, "").strip().lower() in ("true", "1")


def _deletes(registry: RegistryFacts, hooks: list[Webhook]) -> tuple[str, ...]:
    return tuple(delete_webhook(registry.registry, hook.name) for hook in hooks)


def _names(hooks: list[Webhook]) -> str:
    return ", ".join(hook.name for hook in hooks)


def _evidence(hook: Webhook) -> Evidence:
    where = hook.address if isinstance(hook.address, WebAddress) else "unknown"
    return Evidence(fact=f"webhook {hook.name}", value=f"{where}, scope {hook.scope or '(all)'}", source=hook.id)
