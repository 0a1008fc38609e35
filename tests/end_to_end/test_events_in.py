"""Every documented form of an event, and all that is none, at POST /api/events and at the Event Grid endpoint."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.place import Place

_PAYLOADS = Path(__file__).parents[1] / "core" / "payloads"
EVENT_GRID, CLOUD_EVENTS, WEBHOOK = (
    json.loads((_PAYLOADS / f"{name}.json").read_text()) for name in ("event_grid", "cloud_events", "acr_webhook")
)
_NOTIFICATION = {"aeg-event-type": "Notification"}


def _push() -> dict[str, Any]:
    """A documented push that a test may spoil."""
    found: dict[str, Any] = json.loads(json.dumps(EVENT_GRID["push, data version 1.0, full event type"][0]))
    return found


def _without(*path: str) -> list[dict[str, Any]]:
    event = _push()
    parent = event
    for key in path[:-1]:
        parent = parent[key]
    del parent[path[-1]]
    return [event]


@pytest.mark.parametrize(
    ("body", "app"),
    [
        pytest.param(EVENT_GRID["push, data version 1.0, short event type"], "aci", id="EG 1.0, short type"),
        pytest.param(EVENT_GRID["push, data version 1.0, full event type"], "aci", id="EG 1.0, full type"),
        pytest.param(EVENT_GRID["push, data version 2.0, location and connectedRegistry"], "aci", id="EG 2.0"),
        pytest.param(EVENT_GRID["push of an image index"], "aci", id="EG, multi-architecture"),
        pytest.param(EVENT_GRID["push of an OCI manifest in a nested repository"], "charts", id="EG, OCI, nested"),
        pytest.param(CLOUD_EVENTS["push as one object"], "aci", id="CloudEvents, object"),
        pytest.param(CLOUD_EVENTS["push in an array"], "aci", id="CloudEvents, array"),
        pytest.param(CLOUD_EVENTS["push with datacontenttype and location"], "aci", id="CloudEvents, location"),
        pytest.param(WEBHOOK["push"], "hello", id="webhook"),
    ],
)
async def test_documented_pushes_mark_the_app(town: Place, body: object, app: str) -> None:
    """A push in any documented form marks the one app that follows it."""
    answer = await town.deliver(body)
    assert answer.status_code == 200
    (receipt,) = answer.json()["value"]
    assert (receipt["result"], receipt["apps"]) == ("marked", [(await town.ask(f"/apps/{app}"))["id"]])


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(WEBHOOK["ping"], id="webhook, ping"),
        pytest.param(WEBHOOK["delete"], id="webhook, delete"),
        pytest.param(WEBHOOK["chart_push"], id="webhook, chart_push"),
        pytest.param(WEBHOOK["chart_delete"], id="webhook, chart_delete"),
        pytest.param(WEBHOOK["quarantine, shortened digest"], id="webhook, quarantine"),
        pytest.param(EVENT_GRID["delete"], id="EG, delete"),
        pytest.param(EVENT_GRID["chart pushed"], id="EG, chart"),
        pytest.param(EVENT_GRID["push by digest, no tag"], id="EG, child manifest"),
        pytest.param(EVENT_GRID["push of a cosign signature"], id="EG, signature"),
        pytest.param(EVENT_GRID["push at a connected registry, connectedregistry, no request"], id="EG, no host"),
        pytest.param(EVENT_GRID["event of another service"], id="EG, another service"),
        pytest.param(CLOUD_EVENTS["delete"], id="CloudEvents, delete"),
        pytest.param(CLOUD_EVENTS["chart pushed"], id="CloudEvents, chart"),
    ],
)
async def test_what_is_no_push_is_taken_and_not_used(town: Place, body: object) -> None:
    """200, so that it is not sent again, and the receipt says that and why nothing follows from it."""
    answer = await town.deliver(body)
    assert answer.status_code == 200
    (receipt,) = answer.json()["value"]
    assert (receipt["result"], receipt["apps"]) == ("not_used", [])
    assert receipt["detail"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param(_without("data"), "[0].data", id="no data"),
        pytest.param(_without("data", "target", "digest"), "[0].data.target.digest", id="no digest"),
        pytest.param(_without("data", "target", "repository"), "[0].data.target.repository", id="no repository"),
        pytest.param(_without("eventType"), "[0]", id="no type"),
        pytest.param([5], "[0]", id="no object"),
        pytest.param({}, "$", id="an object that is nothing"),
        pytest.param([], "$", id="no events"),
        pytest.param("push", "$", id="a text"),
    ],
)
async def test_malformed_bodies_name_the_field(town: Place, body: object, field: str) -> None:
    """400 problem+json, which Event Grid does not send again (azure-docs: event-grid/delivery-and-retry)."""
    answer = await town.deliver(body)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert answer.json()["field"] == field


async def test_a_body_that_is_no_json(town: Place) -> None:
    """The whole body is at fault."""
    answer = await town.friend.post(f"{town.admin}/events", content=b"{push")
    assert (answer.status_code, answer.json()["field"]) == (400, "$")


async def test_one_good_event_saves_the_delivery(town: Place) -> None:
    """A delivery with a broken event and a good one is a 200 with a receipt for each, in order."""
    answer = await town.deliver([*_without("data", "target", "digest"), _push()])
    assert answer.status_code == 200
    assert [receipt["result"] for receipt in answer.json()["value"]] == ["malformed", "marked"]


async def test_the_handshake_of_event_grid(town: Place) -> None:
    """The validation code comes back with a 200 and nothing is marked."""
    body = EVENT_GRID["subscription validation"]
    answer = await town.deliver(body, **{"aeg-event-type": "SubscriptionValidation"})
    assert (answer.status_code, answer.json()) == (200, {"validationResponse": body[0]["data"]["validationCode"]})


async def test_the_handshake_of_cloud_events(town: Place) -> None:
    """OPTIONS allows the origin that asks, as long as it has the key."""
    origin = {"WebHook-Request-Origin": "eventgrid.azure.net"}
    answer = await town.friend.options(f"{town.admin}/events", headers=origin)
    assert answer.status_code == 200
    assert answer.headers["WebHook-Allowed-Origin"] == "eventgrid.azure.net"
    assert (await town.stranger.options(f"{town.admin}/events", headers=origin)).status_code == 401


async def test_nobody_without_the_key(town: Place) -> None:
    """A stranger's event is a 401 at both endpoints, and what it names is not looked at."""
    push = WEBHOOK["push"]
    assert (await town.stranger.post(f"{town.admin}/events", json=push)).status_code == 401
    events = town.running.addresses.events.replace("code=", "code=not-")
    assert (await town.stranger.post(events, json=push, headers=_NOTIFICATION)).status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(EVENT_GRID["push, data version 2.0, location and connectedRegistry"], id="a push"),
        pytest.param(EVENT_GRID["delete"], id="a delete"),
        pytest.param(_without("data", "target", "digest"), id="a malformed push"),
        pytest.param(CLOUD_EVENTS["push as one object"], id="a push as CloudEvent"),
    ],
)
async def test_the_trigger_never_asks_for_the_same_again(town: Place, body: object) -> None:
    """The Event Grid endpoint answers 202 to all that will not get better by being sent again."""
    events = town.running.addresses.events
    assert (await town.stranger.post(events, json=body, headers=_NOTIFICATION)).status_code == 202
