"""Event Grid at ARM: subscriptions of a registry, and of its system topic.

azure-rest-api: eventgrid, event-subscriptions/list-by-resource and system-topics (2022-06-15). No recording was found.
"""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door, resource_not_found
from local.azure.world.names import same, stable_guid
from local.azure.world.subscriptions import EventSubscription


def list_at_registry(call: ArmCall) -> Response:
    """List the subscriptions that were made at the registry itself."""
    registry = call.registry()
    mine = [one for one in call.world.event_subscriptions if same(one.registry.id, registry.id)]
    return call.page([_body(call, one) for one in mine if one.topic_id is None])


def get_at_registry(call: ArmCall) -> Response:
    """Get one of them."""
    return JSONResponse(_body(call, _find(call, call.path)))


def full_url(call: ArmCall) -> Response:
    """Tell the whole address of a webhook, with the key that the other answers leave out."""
    return JSONResponse({"endpointUrl": _find(call, call.path.rpartition("/")[0]).endpoint})


def list_topics(call: ArmCall) -> Response:
    """List the system topics of a subscription."""
    here = [one for one in call.world.event_subscriptions if one.subscription == call.subscription]
    topics = {one.topic_id: one for one in here if one.topic_id is not None}
    return call.page([_topic(topic, one) for topic, one in sorted(topics.items())])


def list_at_topic(call: ArmCall) -> Response:
    """List the subscriptions of a system topic."""
    topic = call.path.rpartition("/")[0]
    rows = [one for one in call.world.event_subscriptions if same(one.topic_id or "", topic)]
    if not rows:
        raise resource_not_found("Microsoft.EventGrid/systemTopics", call.place["topic"], call.place["group"])
    return call.page([_body(call, one) for one in rows])


def _find(call: ArmCall, wanted: str) -> EventSubscription:
    for one in call.world.event_subscriptions:
        if same(one.id, wanted):
            return one
    name = call.place["name"]
    raise front_door(404, "ResourceNotFound", f"The resource '{name}' of type 'eventSubscriptions' was not found.")


def _topic(topic: str, one: EventSubscription) -> dict[str, Any]:
    return {
        "id": topic,
        "name": one.told.system_topic,
        "type": "Microsoft.EventGrid/systemTopics",
        "location": one.registry.told.location,
        "tags": None,
        "properties": {
            "provisioningState": "Succeeded",
            "source": one.registry.id,
            "topicType": "Microsoft.ContainerRegistry.Registries",
            "metricResourceId": stable_guid("topic", topic),
        },
    }


def _body(call: ArmCall, one: EventSubscription) -> dict[str, Any]:
    told = one.told
    types = told.included_event_types
    kind = (
        "Microsoft.EventGrid/systemTopics/eventSubscriptions"
        if one.topic_id
        else "Microsoft.EventGrid/eventSubscriptions"
    )
    properties = {
        "topic": one.topic_id or one.registry.id,
        "provisioningState": told.provisioning_state,
        "labels": [],
        "eventDeliverySchema": told.event_schema or call.world.scenario.events.event_schema,
        "destination": _destination(one),
        "filter": {
            "subjectBeginsWith": told.subject_begins_with,
            "subjectEndsWith": told.subject_ends_with,
            "includedEventTypes": None if types is None else list(types),
            "isSubjectCaseSensitive": False,
            "enableAdvancedFilteringOnArrays": True,
        },
        "retryPolicy": {
            "maxDeliveryAttempts": told.max_delivery_attempts,
            "eventTimeToLiveInMinutes": told.event_time_to_live_in_minutes,
        },
    }
    return {"id": one.id, "name": told.name, "type": kind, "properties": properties}


def _destination(one: EventSubscription) -> dict[str, Any]:
    kind = one.told.endpoint_type
    batching = {"maxEventsPerBatch": 1, "preferredBatchSizeInKilobytes": 64}
    if kind == "WebHook":
        # what follows the `?` holds the key and is not shown
        return {"endpointType": kind, "properties": {"endpointBaseUrl": one.endpoint.partition("?")[0]} | batching}
    if kind == "StorageQueue":
        return {"endpointType": kind, "properties": {"resourceId": one.endpoint, "queueName": "events"}}
    return {"endpointType": kind, "properties": {"resourceId": one.endpoint} | batching}
