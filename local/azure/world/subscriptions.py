"""Who is subscribed to the events of which registry (azure-docs: event-grid/concepts, system-topics)."""

from dataclasses import dataclass

from local.azure import scenario
from local.azure.world.names import resource_id, same
from local.azure.world.registries import Registry

IMAGE_PUSHED = "Microsoft.ContainerRegistry.ImagePushed"


@dataclass(frozen=True)
class EventSubscription:
    """An event subscription."""

    told: scenario.EventSubscription
    registry: Registry
    subscription: str
    """Of its registry."""
    default_endpoint: str | None

    @property
    def topic_id(self) -> str | None:
        """Answer the resource id of the system topic that it was made at, or None."""
        if self.told.system_topic is None:
            return None
        kind = "Microsoft.EventGrid/systemTopics"
        return resource_id(self.subscription, self.registry.told.resource_group, kind, self.told.system_topic)

    @property
    def id(self) -> str:
        """Answer its resource id."""
        if self.topic_id is not None:
            return f"{self.topic_id}/eventSubscriptions/{self.told.name}"
        return f"{self.registry.id}/providers/Microsoft.EventGrid/eventSubscriptions/{self.told.name}"

    @property
    def endpoint(self) -> str:
        """Answer where its events go: a URL or a resource id."""
        return self.told.endpoint or self.default_endpoint or ""

    def takes(self, registry: Registry, subject: str, event_type: str = IMAGE_PUSHED) -> bool:
        """Tell whether an event with this subject is for it; subjects are compared without case."""
        told = self.told
        types = told.included_event_types
        return (
            same(self.registry.id, registry.id)
            and told.provisioning_state == "Succeeded"
            and (types is None or event_type in types)
            and subject.lower().startswith(told.subject_begins_with.lower())
            and subject.lower().endswith(told.subject_ends_with.lower())
        )
