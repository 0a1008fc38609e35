"""The check on whether Pulley's probe of the health path is let in.

Source: azure-docs, app-service/overview-access-restrictions.
"""

from operators.core.access import Evidence
from operators.core.apps import SiteConfig
from operators.core.doctor.checks import Check, Code, ok, unread, warning
from operators.core.doctor.commands import show_restrictions
from operators.core.doctor.facts import AppFacts
from operators.core.model import Unknown

_EVERYBODY = ("any", "0.0.0.0/0")


def check_access_restrictions(facts: AppFacts) -> Check:
    """Whether everybody is let in. Who Pulley is to the app is not known: its outbound addresses change."""
    code, site, config = Code.ACCESS_RESTRICTIONS, facts.site, facts.config
    app = facts.app
    for place in (site, config):
        if not isinstance(place, Unknown) and place.public_network_access == "Disabled":
            seen = Evidence(fact="publicNetworkAccess", value="Disabled", source=app.resource_id)
            sentence = f"{app.name} is not open to the public network: Pulley's probe gets no answer, and says nothing."
            return warning(code, sentence, seen, fix=(show_restrictions(app),))
    if isinstance(config, Unknown):
        return unread(code, config)
    if isinstance(site, Unknown):
        return unread(code, site)
    seen_rules = tuple(
        Evidence(fact=f"rule {rule.name or rule.source}", value=f"{rule.action} {rule.source}", source=_source(facts))
        for rule in config.ip_restrictions
    )
    if _default_action(config) == "allow":
        kept_out = any(rule.action.lower() == "deny" for rule in config.ip_restrictions)
        whom = "everybody in but whom it names" if kept_out else "everybody in"
        return ok(code, f"{app.name} lets {whom}.", *seen_rules)
    sentence = f"{app.name} lets in only whom it names: where Pulley's probe is not among them, it says nothing."
    return warning(code, sentence, *seen_rules, fix=(show_restrictions(app),))


def _default_action(config: SiteConfig) -> str:
    """What befalls whoever no rule names. Rules that only let in keep everybody else out."""
    for rule in config.ip_restrictions:
        if rule.source.lower() in _EVERYBODY:
            return rule.action.lower()
    if config.ip_restrictions_default_action:
        return config.ip_restrictions_default_action.lower()
    return "deny" if config.ip_restrictions else "allow"


def _source(facts: AppFacts) -> str:
    return f"{facts.app.resource_id}/config/web"
