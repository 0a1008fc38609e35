"""How does a delivery look on the wire?

azure-docs: event-grid/handler-webhooks (message headers), delivery-and-retry; CloudEvents 1.0, HTTP protocol binding.
"""

import json
from dataclasses import dataclass
from typing import Literal

from local.azure.event_grid.events import CLOUD_EVENTS_VERSION, DATA_VERSION, METADATA_VERSION, Event
from local.azure.scenario import EventSchema

ORIGIN = "eventgrid.azure.net"
"""Who sends, as the Functions extension knows it too (azure-sdk-for-net issue 47175)."""
_JSON = "application/json; charset=utf-8"
_CLOUD_EVENT = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True)
class Message:
    """One HTTP request to a subscriber."""

    method: Literal["POST", "OPTIONS"]
    url: str
    headers: dict[str, str]
    body: bytes = b""


def notification(event: Event, schema: EventSchema, url: str, subscription: str, tried: int) -> Message:
    """Write the delivery of one event; `tried` is how often it was tried before."""
    headers = {
        "aeg-event-type": "Notification",
        "aeg-subscription-name": subscription.upper(),
        "aeg-delivery-count": str(tried),
        "aeg-output-event-id": event.id,
    }
    written = event.written(schema)
    if schema == "CloudEventSchemaV1_0":
        # what was allowed to this origin in the handshake is sent under its name (CloudEvents HTTP webhook, section 4)
        own = {"content-type": _CLOUD_EVENT, "origin": ORIGIN, "aeg-metadata-version": CLOUD_EVENTS_VERSION}
        return Message("POST", url, headers | own, json.dumps(written).encode())
    own = {"content-type": _JSON, "aeg-data-version": DATA_VERSION, "aeg-metadata-version": METADATA_VERSION}
    # batching is off by default, and still it is an array: of one
    return Message("POST", url, headers | own, json.dumps([written]).encode())
