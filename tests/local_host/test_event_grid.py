"""Does the Event Grid webhook answer as the Functions extension does?"""

from typing import Any

import httpx
import pytest

from tests.local_host.serving import Served

WEBHOOK = "/runtime/webhooks/EventGrid"


def grid_event(id: str, **data: Any) -> dict[str, Any]:  # noqa: A002 - the field's
    """Answer an event in Event Grid's schema."""
    return {
        "id": id,
        "topic": "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r",
        "subject": "hello-world:v1",
        "eventType": "Microsoft.ContainerRegistry.ImagePushed",
        "eventTime": "2026-01-01T00:00:00.1234567Z",
        "data": data,
        "dataVersion": "1.0",
        "metadataVersion": "1",
    }


def cloud_event(id: str) -> dict[str, Any]:  # noqa: A002 - the field's
    """Answer a CloudEvent."""
    return {
        "specversion": "1.0",
        "id": id,
        "source": "/registries/r",
        "type": "Microsoft.ContainerRegistry.ImagePushed",
        "time": "2026-01-01T00:00:00Z",
        "data": {},
    }


async def deliver(host: Served, body: Any, kind: str | None = "Notification", **query: str) -> httpx.Response:
    """Post to the webhook, by default with Event Grid's own key and to grid_event."""
    query = {"functionName": "grid_event", "code": host.ready["event_grid_key"], **query}
    headers = {"aeg-event-type": kind} if kind else {}
    return await host.client.post(WEBHOOK, params=query, headers=headers, json=body)


async def test_each_event_of_a_delivery_is_one_invocation(host: Served) -> None:
    """An array of two runs the function twice and is accepted after both."""
    response = await deliver(host, [grid_event("two-1", n=1), grid_event("two-2", n=2)])
    assert response.status_code == 202
    notes = [note for note in await host.noted("grid_event") if note["id"].startswith("two-")]
    assert sorted(note["data"]["n"] for note in notes) == [1, 2]
    assert {note["subject"] for note in notes} == {"hello-world:v1"}


async def test_an_object_is_a_cloud_event(host: Served) -> None:
    """A single object reaches the function as func.CloudEvent; the function's name is matched in any case."""
    response = await deliver(host, cloud_event("cloud-1"), functionName="CLOUD_event")
    assert response.status_code == 202
    notes = await host.noted_at_least(1, "cloud_event", id="cloud-1")
    assert notes[0]["source"] == "/registries/r"


async def test_one_failing_event_refuses_the_whole_delivery(host: Served) -> None:
    """The other events run all the same, and Event Grid is told to deliver everything again."""
    response = await deliver(host, [grid_event("mixed-1"), grid_event("mixed-2", fail=True)])
    assert response.status_code == 500
    assert "as asked" in response.text
    assert {note["id"] for note in await host.noted("grid_event")} >= {"mixed-1", "mixed-2"}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param([{"data": {"validationCode": "c-1", "validationUrl": "u"}}], id="Event Grid's schema"),
        pytest.param({"data": {"validationCode": "c-1"}}, id="CloudEvent"),
        pytest.param({"data": '{"validationCode": "c-1"}'}, id="CloudEvent with its data in a string"),
    ],
)
async def test_the_host_answers_the_validation_itself(host: Served, body: Any) -> None:
    """The code comes back with 200, which is what Event Grid asks for, and no function runs."""
    before = len(await host.noted("grid_event"))
    response = await deliver(host, body, "SubscriptionValidation")
    assert (response.status_code, response.json()) == (200, {"validationResponse": "c-1"})
    assert len(await host.noted("grid_event")) == before


@pytest.mark.parametrize(
    ("kind", "query", "status"),
    [
        pytest.param("Notification", {"functionName": "nobody"}, 404, id="unknown function"),
        pytest.param("Notification", {"functionName": "keyed"}, 404, id="function of another trigger"),
        pytest.param(None, {}, 400, id="no aeg-event-type"),
        pytest.param("SomethingElse", {}, 400, id="unknown aeg-event-type"),
        pytest.param("Unsubscribe", {}, 202, id="unsubscribed"),
        pytest.param("Notification", {"code": "wrong"}, 401, id="wrong key"),
    ],
)
async def test_a_delivery_that_is_for_nobody_is_refused(
    host: Served, kind: str | None, query: dict[str, str], status: int
) -> None:
    """The status says why, as the extension does."""
    assert (await deliver(host, [grid_event("refused")], kind, **query)).status_code == status


@pytest.mark.parametrize(("key", "status"), [("event_grid_key", 202), ("master_key", 202), ("function_key", 401)])
async def test_only_event_grids_key_and_the_master_key_deliver(host: Served, key: str, status: int) -> None:
    """The key of functions does not open the webhook."""
    assert (await deliver(host, [grid_event("by-key")], code=host.ready[key])).status_code == status


async def test_a_body_that_is_no_json_is_a_500(host: Served) -> None:
    """The extension fails on it too; nothing runs."""
    query = {"functionName": "grid_event", "code": host.ready["master_key"]}
    for kind in ("Notification", "SubscriptionValidation"):
        response = await host.client.post(WEBHOOK, params=query, headers={"aeg-event-type": kind}, content=b"{")
        assert response.status_code == 500


async def test_the_cloud_events_handshake_is_answered(host: Served) -> None:
    """OPTIONS names the origin that may deliver."""
    query = {"functionName": "cloud_event", "code": host.ready["event_grid_key"]}
    headers = {"WebHook-Request-Origin": "eventgrid.azure.net"}
    response = await host.client.options(WEBHOOK, params=query, headers=headers)
    assert response.status_code == 200
    assert response.headers["webhook-allowed-origin"] == "eventgrid.azure.net"
