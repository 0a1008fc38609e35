"""Event Grid in a scenario: how events are written, and who is subscribed to those of which registry."""

from typing import Literal

from local.azure.scenario.parts import Part


class Events(Part):
    """How the registries' events are delivered."""

    event_schema: Literal["EventGridSchema", "CloudEventSchemaV1_0"] = "EventGridSchema"
    subscription_name: str = "PULLEY"
    """Of the subscriptions that there are without `event_subscriptions`."""


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
    provisioning_state: Literal["Succeeded", "AwaitingManualAction", "Failed"] = "Succeeded"
    """Only Succeeded gets events."""
    system_topic: str | None = None
    """Name of the registry's system topic that it was made at, as the portal does; null: at the registry itself."""
