"""What is an event, and how is it written in either schema?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from local.azure.scenario import EventSchema
from local.azure.world.names import iso7, stable_guid
from local.azure.world.registries import Registry

_TYPES = {
    "push": "Microsoft.ContainerRegistry.ImagePushed",
    "delete": "Microsoft.ContainerRegistry.ImageDeleted",
}
DATA_VERSION = "2.0"
METADATA_VERSION = "1"
CLOUD_EVENTS_VERSION = "1.0"


class Told(Protocol):
    """Something that happened in a registry, with what the registry tells of it."""

    @property
    def registry(self) -> Registry:
        """Answer where it happened."""
        ...

    @property
    def events(self) -> tuple[dict[str, Any], ...]:
        """Answer the `data` of each event."""
        ...


@dataclass(frozen=True)
class Event:
    """An event as Event Grid has it, in no schema yet."""

    id: str
    topic: str
    """The resource id of the registry."""
    subject: str
    event_type: str
    time: datetime
    data: dict[str, Any]

    def written(self, schema: EventSchema) -> dict[str, Any]:
        """Write it as a subscription asks for it (azure-docs: event-schema, cloud-event-schema)."""
        if schema == "CloudEventSchemaV1_0":
            return {
                "id": self.id,
                "source": self.topic,
                "subject": self.subject,
                "type": self.event_type,
                "time": iso7(self.time),
                "specversion": CLOUD_EVENTS_VERSION,
                "datacontenttype": "application/json",
                "data": self.data,
            }
        return {
            "id": self.id,
            "topic": self.topic,
            "subject": self.subject,
            "eventType": self.event_type,
            "eventTime": iso7(self.time),
            "data": self.data,
            "dataVersion": DATA_VERSION,
            "metadataVersion": METADATA_VERSION,
        }


def event_of(registry: Registry, data: dict[str, Any], at: datetime) -> Event:
    """Make the event of what a registry tells (azure-docs: event-schema-container-registry)."""
    target = data["target"]
    subject = f"{target['repository']}:{target['tag']}" if "tag" in target else target["repository"]
    return Event(stable_guid("event", data["id"]), registry.id, subject, _TYPES[data["action"]], at, data)
