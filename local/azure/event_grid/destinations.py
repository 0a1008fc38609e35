"""Where does an event go?"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from local.azure import scenario
from local.azure.event_grid.events import Event
from local.azure.event_grid.retries import RetryPolicy
from local.azure.scenario import EventSchema
from local.azure.world import World
from local.azure.world.names import same
from local.azure.world.registries import Registry
from local.azure.world.subscriptions import EventSubscription

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Destination:
    """An address on this machine that a subscription leads to, and what the subscription says about deliveries."""

    subscription: str
    url: str
    schema: EventSchema
    retry_policy: RetryPolicy
    dead_lettering: bool


def destinations_of(event: Event, registry: Registry, world: World, default_url: str | None) -> list[Destination]:
    """Answer where an event of a registry goes; `default_url` is where subscriptions lead that name no address here."""
    taking = [
        one
        for one in _subscriptions(registry, world)
        if one.told.reaches_us and one.takes(registry, event.subject, event.event_type)
    ]
    found = [destination_of(one, world, default_url) for one in taking]
    return [one for one in found if one is not None]


def destination_of(one: EventSubscription, world: World, default_url: str | None) -> Destination | None:
    """Answer where a subscription leads; None where that is nowhere here."""
    told = one.told
    url = told.endpoint if told.endpoint and _is_here(told.endpoint) else default_url
    if url is None:
        return None
    policy = RetryPolicy(
        max_delivery_attempts=told.max_delivery_attempts,
        time_to_live=told.event_time_to_live_in_minutes * 60,
        azure_resource=told.endpoint_type != "WebHook",
    )
    schema = told.event_schema or world.scenario.events.event_schema
    return Destination(told.name, url, schema, policy, told.dead_lettering)


def _subscriptions(registry: Registry, world: World) -> list[EventSubscription]:
    told = [one for one in world.event_subscriptions if same(one.registry.id, registry.id)]
    if told or world.scenario.event_subscriptions is not None:
        return told
    # a registry that came later has the one that every registry of the scenario has
    name = world.scenario.events.subscription_name.lower()
    usual = scenario.EventSubscription(name=name, registry=registry.name)
    return [EventSubscription(usual, registry, world.default_subscription, None)]


def _is_here(endpoint: str) -> bool:
    parts = urlsplit(endpoint)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK
