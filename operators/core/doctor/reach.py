"""The check on whether Pulley's probe of the health path is let in.

Source: azure-docs, app-service/overview-access-restrictions, app-service-ip-restrictions (eight ranges a rule).
"""

from ipaddress import ip_network
from itertools import takewhile

from operators.core.access import Evidence
from operators.core.access.evidence import config_seen
from operators.core.apps import IpRestriction, SiteConfig
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
        config_seen(app, f"rule {rule.name or rule.source}", f"{rule.action} {rule.source}")
        for rule in config.ip_restrictions
    )
    if _default_action(config) == "deny":
        sentence = f"{app.name} lets in only whom it names: where Pulley's probe is not among them, it says nothing."
        return warning(code, sentence, *seen_rules, fix=(show_restrictions(app),))
    kept_out = _kept_out(config)
    if perhaps_us := [rule.source for rule in kept_out if _may_mean_us(rule)]:
        sentence = (
            f"{app.name} keeps out {', '.join(perhaps_us)}: where Pulley's probe comes from there, it says nothing."
        )
        return warning(code, sentence, *seen_rules, fix=(show_restrictions(app),))
    whom = "everybody in but whom it names" if kept_out else "everybody in"
    return ok(code, f"{app.name} lets {whom}.", *seen_rules)


def _default_action(config: SiteConfig) -> str:
    """What befalls whoever no rule names. Rules that only let in keep everybody else out."""
    for rule in config.ip_restrictions:
        if rule.source.lower() in _EVERYBODY:
            return rule.action.lower()
    if config.ip_restrictions_default_action:
        return config.ip_restrictions_default_action.lower()
    return "deny" if config.ip_restrictions else "allow"


def _kept_out(config: SiteConfig) -> tuple[IpRestriction, ...]:
    """The rules that keep somebody out; what comes after the one for everybody is never reached."""
    before = takewhile(lambda rule: rule.source.lower() not in _EVERYBODY, config.ip_restrictions)
    return tuple(rule for rule in before if rule.action.lower() == "deny")


def _may_mean_us(rule: IpRestriction) -> bool:
    """Whether Pulley may come from there: by a service tag or a public address, for it runs in Azure as well.

    A subnet means it only where it is integrated with that, and then it is somebody's wish.
    """
    if rule.source.startswith("/"):
        return False
    return any(not _is_private(one.strip()) for one in rule.source.split(","))


def _is_private(source: str) -> bool:
    try:
        return ip_network(source, strict=False).is_private
    except ValueError:
        return False  # a service tag
