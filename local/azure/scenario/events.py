"""Event Grid in a scenario: how events are written, and who is subscribed to those of which registry."""

from typing import Annotated, Literal

from pydantic import Field

from local.azure.scenario.parts import Part, Seconds

type EventSchema = Literal["EventGridSchema", "CloudEventSchemaV1_0"]


class Events(Part):
    """How the registries' events are delivered."""

    event_schema: EventSchema = "EventGridSchema"
    subscription_name: str = "PULLEY"
    """Of the subscriptions that there are without `event_subscriptions`."""
    copies: Annotated[int, Field(ge=1, le=100)] = 1
    """How often each event is delivered."""
    delays: Annotated[tuple[Seconds, ...], Field(min_length=1)] = (0,)
    """How long deliveries wait, in turn and over again: with several of them, what is published first comes later."""


class EventSubscription(Part):
    """A subscription to the events of one registry."""

    name: str
    registry: str
    endpoint_type: Literal["WebHook", "AzureFunction", "StorageQueue"] = "WebHook"
    endpoint: str | None = None
    """What ARM shows: a URL, or a function's or storage account's resource id. Null: the process's --events-url."""
    reaches_us: bool = True
    """What it gets is delivered to --events-url."""
    included_event_types: tuple[str, ...] | None = None
    """Null: all of them."""
    subject_begins_with: str = ""
    subject_ends_with: str = ""
    event_schema: EventSchema | None = None
    """Null: that of `events`."""
    max_delivery_attempts: Annotated[int, Field(ge=1, le=30)] = 30
    event_time_to_live_in_minutes: Annotated[int, Field(ge=1, le=1440)] = 1440
    dead_lettering: bool = True
    """What cannot be delivered is kept; false, which is Azure's own default, loses it."""
    provisioning_state: Literal["Creating", "Succeeded", "AwaitingManualAction", "Failed"] = "Succeeded"
    """Only Succeeded gets events."""
    system_topic: str | None = None
    """Name of the registry's system topic that it was made at, as the portal does; null: at the registry itself."""
