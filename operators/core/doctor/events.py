"""The check on the way of a push to Pulley: an Event Grid subscription of the registry, or a webhook of it.

Source: azure-docs, event-grid/delivery-and-retry, event-grid/event-filtering.
"""

from operators.core.access import Evidence
from operators.core.clouds import CLOUDS
from operators.core.doctor.checks import Check, Code, ok, problem, unknown, unread, warning
from operators.core.doctor.commands import delete_subscription, subscribe
from operators.core.doctor.facts import AppFacts, EventSubscription, RegistryFacts, WebAddress, Webhook
from operators.core.doctor.registry import registry_or_unknown
from operators.core.images import ImageReference
from operators.core.model import Unknown

_PUSHED = "Microsoft.ContainerRegistry.ImagePushed"
_FUNCTION = "image_pushed"
_EVENTS = "/api/events"
_EVENT_GRID = "/runtime/webhooks/eventgrid"
_AZURE_HOSTS = tuple(domain for cloud in CLOUDS.values() for domain in cloud.site_domains)


def check_events(facts: AppFacts) -> Check:
    """Whether a push of the app's image is sent to Pulley; if not, the drift check sees it minutes later."""
    registry = registry_or_unknown(facts, Code.EVENTS)
    if isinstance(registry, Check):
        return registry
    return _by_event_grid(facts, registry) or _by_webhook(facts, registry) or _by_nothing(facts, registry)


def _by_event_grid(facts: AppFacts, registry: RegistryFacts) -> Check | None:
    """A subscription that delivers here what was pushed; None where none is known to."""
    server = registry.registry.login_server
    delivering = [one for one in _ours(facts, registry) if _hindrance(one, facts.image) is None]
    sure = [one for one in delivering if not one.advanced_filters]
    if sure:
        return ok(Code.EVENTS, f"{server} sends its pushes to Pulley by Event Grid.", *map(_evidence, sure))
    if delivering:
        sentence = f"{server} sends events to Pulley by Event Grid, through advanced filters that are not looked into."
        return warning(Code.EVENTS, sentence, *map(_evidence, delivering))
    return None


def _by_webhook(facts: AppFacts, registry: RegistryFacts) -> Check | None:
    """A webhook of the registry that ends here and covers the image; None where none is known to."""
    names = ", ".join(
        hook.name
        for hook in _covering(registry, facts.image)
        if isinstance(hook.address, WebAddress)
        and hook.address.route.endswith(_EVENTS)
        and _may_be_ours(hook.address.host, facts.operator_site)
    )
    if not names:
        return None
    sentence = (
        f"{registry.registry.login_server} sends its pushes to Pulley by webhook ({names}), "
        "which does not repeat what was not taken; Event Grid does, for a day."
    )
    return warning(Code.EVENTS, sentence, fix=(subscribe(registry.registry, facts.operator_site),))


def _by_nothing(facts: AppFacts, registry: RegistryFacts) -> Check:
    """Nothing is known to send pushes here: because nothing does, or because it could not be looked at."""
    failed = _unread(registry, facts)
    if failed:
        return unread(Code.EVENTS, *failed)
    ours = _ours(facts, registry)
    if ours:
        return _hindered(facts, registry, ours)
    if facts.operator_site is None:
        nameless = [one for one in _subscriptions(registry) if _function(one) == _FUNCTION]
        if nameless:
            sentence = "Whether these subscriptions end at this Pulley is not known: WEBSITE_SITE_NAME is not set."
            return unknown(Code.EVENTS, sentence, *map(_evidence, nameless))
    sentence = f"No push to {registry.registry.login_server} is sent to Pulley: the next drift check sees it."
    return problem(Code.EVENTS, sentence, fix=(subscribe(registry.registry, facts.operator_site),))


def _hindered(facts: AppFacts, registry: RegistryFacts, ours: list[EventSubscription]) -> Check:
    why = "; ".join(f"{one.name}: {_hindrance(one, facts.image)}" for one in ours)
    sentence = f"Pushes of {facts.app.name}'s image are not sent to Pulley, though that was meant ({why})."
    fix = (*(delete_subscription(one.id) for one in ours), subscribe(registry.registry, facts.operator_site))
    return problem(Code.EVENTS, sentence, *map(_evidence, ours), fix=fix)


def _subscriptions(registry: RegistryFacts) -> list[EventSubscription]:
    """All that could be read, each once."""
    places = (registry.event_subscriptions, registry.topic_subscriptions)
    found = {one.id.lower(): one for place in places if not isinstance(place, Unknown) for one in place}
    return list(found.values())


def _ours(facts: AppFacts, registry: RegistryFacts) -> list[EventSubscription]:
    return [one for one in _subscriptions(registry) if _reaches_us(one, facts.operator_site)]


def _reaches_us(one: EventSubscription, operator_site: str | None) -> bool:
    """Whether it ends at this Pulley. A host that is not Azure's own may be ours under another name."""
    if operator_site and _function(one) == _FUNCTION:
        site = (one.function_id or "").lower().partition("/sites/")[2].partition("/")[0]
        return site == operator_site.lower()
    if one.address is None:
        return False
    return one.address.route.endswith((_EVENTS, _EVENT_GRID)) and _may_be_ours(one.address.host, operator_site)


def _function(one: EventSubscription) -> str:
    return (one.function_id or "").lower().partition("/functions/")[2]


def _may_be_ours(host: str, operator_site: str | None) -> bool:
    if operator_site is None or not host.endswith(_AZURE_HOSTS):
        return True
    # A default host name may have a hash behind the name: name-hash.region-01.azurewebsites.net.
    label = host.partition(".")[0]
    return label == operator_site.lower() or label.startswith(f"{operator_site.lower()}-")


def _unread(registry: RegistryFacts, facts: AppFacts) -> tuple[Unknown, ...]:
    """The reads that may hide a way to Pulley."""
    reads = (registry.event_subscriptions, registry.topic_subscriptions, registry.webhooks)
    addresses = (hook.address for hook in _covering(registry, facts.image))
    return tuple(one for one in (*reads, *addresses) if isinstance(one, Unknown))


def _covering(registry: RegistryFacts, image: ImageReference | None) -> list[Webhook]:
    if isinstance(registry.webhooks, Unknown) or image is None:
        return []
    return [hook for hook in registry.webhooks if hook.sends_pushes and hook.covers(image)]


def _hindrance(one: EventSubscription, image: ImageReference | None) -> str | None:
    """Why it does not deliver pushes of this image; None where it does."""
    if one.provisioning_state != "Succeeded":
        return f"it is {one.provisioning_state}"
    if one.event_types is not None and _PUSHED not in one.event_types:
        return f"it does not include {_PUSHED}"
    subject = f"{image.repository}:{image.tag or ''}".lower() if image else ""
    begin, end = one.subject_begins_with.lower(), one.subject_ends_with.lower()
    if not subject.startswith(begin):
        return f"it takes only subjects that begin with {one.subject_begins_with}"
    if image and image.tag and not subject.endswith(end):
        return f"it takes only subjects that end with {one.subject_ends_with}"
    return None


def _evidence(one: EventSubscription) -> Evidence:
    value = f"{one.provisioning_state}, to {one.function_id or one.address or one.endpoint_type}"
    return Evidence(fact=f"event subscription {one.name}", value=value, source=one.id)
