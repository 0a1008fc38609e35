"""Microsoft.EventGrid: who is told of a registry's events.

A subscription made at the registry is listed there; one that the portal made is listed at the registry's system topic.
Sources: azure-rest-api, eventgrid/resource-manager (2022-06-15): EventSubscriptions_ListByResource,
SystemTopics_ListBySubscription, SystemTopicEventSubscriptions_ListBySystemTopic; azure-docs, event-grid/system-topics.
"""

from collections.abc import Mapping
from typing import Any

from operators.cloud.arm import Arm
from operators.cloud.arm_errors import parsed
from operators.cloud.web_addresses import web_address
from operators.core.doctor.facts import EventSubscription, WebAddress
from operators.core.registries import Registry

_API_VERSION = "2022-06-15"


class EventSubscriptions:
    """Reads. Raises operators.errors. Needs Microsoft.EventGrid/*/read, which Reader gives."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def at_registry(self, registry: Registry) -> tuple[EventSubscription, ...]:
        """Those that were made at the registry: one call."""
        return await self._list(registry, f"{registry.id}/providers/Microsoft.EventGrid/eventSubscriptions")

    async def at_system_topics(self, registry: Registry) -> tuple[EventSubscription, ...]:
        """Those that were made at its system topic: one call for the topics, and one for that of the registry.

        A topic is in the subscription of its source, in any resource group. Needs the right at the subscription.
        """
        subscription = registry.id.split("/")[2]
        path = f"/subscriptions/{subscription}/providers/Microsoft.EventGrid/systemTopics"
        topics = [row["id"] async for row in self._arm.pages(path, _API_VERSION) if _source(row) == registry.id.lower()]
        found: list[EventSubscription] = []
        for topic in topics:
            found += await self._list(registry, f"{topic}/eventSubscriptions")
        return tuple(found)

    async def _list(self, registry: Registry, path: str) -> tuple[EventSubscription, ...]:
        what = f"event subscriptions of {registry.login_server}"
        rows = [row async for row in self._arm.pages(path, _API_VERSION)]
        return tuple(parsed(what, _event_subscription, row) for row in rows)


def _source(row: Mapping[str, Any]) -> str:
    return str((row.get("properties") or {}).get("source") or "").lower()


def _event_subscription(row: Mapping[str, Any]) -> EventSubscription:
    properties = row["properties"]
    destination = properties.get("destination")
    if destination is None:
        # With an identity of its own the subscription has its destination one level deeper.
        destination = (properties.get("deliveryWithResourceIdentity") or {}).get("destination") or {}
    target = destination.get("properties") or {}
    endpoint_type = destination.get("endpointType") or "unknown"
    event_filter = properties.get("filter") or {}
    types = event_filter.get("includedEventTypes")
    return EventSubscription(
        id=row["id"],
        name=row["name"],
        provisioning_state=properties["provisioningState"],
        endpoint_type=endpoint_type,
        function_id=target.get("resourceId") if endpoint_type == "AzureFunction" else None,
        address=_address(target) if endpoint_type == "WebHook" else None,
        event_types=None if types is None or "All" in types else tuple(types),
        subject_begins_with=event_filter.get("subjectBeginsWith") or "",
        subject_ends_with=event_filter.get("subjectEndsWith") or "",
        advanced_filters=bool(event_filter.get("advancedFilters")),
    )


def _address(target: Mapping[str, Any]) -> WebAddress | None:
    """The base of its address: what is behind it holds the key, and Event Grid does not show that."""
    base = target.get("endpointBaseUrl")
    return web_address(base) if base else None
