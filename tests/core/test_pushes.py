"""What arrives becomes a push, a reason why not, or the field that is wrong."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from operators.core.deliveries import (
    read_acr_webhook,
    read_cloud_event,
    read_delivery,
    read_event_grid_event,
    validation_code,
)
from operators.core.pushes import Malformed, NotAPush, NotAPushReason, Push, PushSource

_PAYLOADS = {file.stem: json.loads(file.read_text()) for file in (Path(__file__).parent / "payloads").glob("*.json")}
EVENT_GRID, CLOUD_EVENTS, ACR_WEBHOOK = (_PAYLOADS[name] for name in ("event_grid", "cloud_events", "acr_webhook"))

_PUSH = "push, data version 1.0, full event type"
_REGISTRY_ID = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/demo"
    "/providers/microsoft.containerregistry/registries/demo"
)
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_HELLO = Push(
    registry="demo.azurecr.io",
    registry_id=_REGISTRY_ID,
    repository="aci-helloworld",
    tag="v1",
    digest="sha256:213bbc182920ab41e18edc2001e06abcca6735d87782d9cef68abd83941cf0e5",
    media_type=_MANIFEST,
    pushed_at=datetime(2018, 4, 25, 21, 39, 47, 276585, tzinfo=UTC),
    event_id="831e1650-001e-001b-66ab-eeb76e069631",
    source=PushSource.EVENT_GRID,
    region=None,
)


def _hello(**changes: object) -> Push:
    return _HELLO.model_copy(update=changes)


def _changed(event: dict[str, Any], *path: str, to: object = None) -> dict[str, Any]:
    """A copy of the event with the value at the path set, or removed where no value is given."""
    event = copy.deepcopy(event)
    parent = event
    for key in path[:-1]:
        parent = parent[key]
    if to is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = to
    return event


@pytest.mark.parametrize(
    ("body", "push"),
    [
        pytest.param(EVENT_GRID["push, data version 1.0, short event type"], _hello(), id="EG 1.0, short type"),
        pytest.param(EVENT_GRID[_PUSH], _hello(), id="EG 1.0, full type"),
        pytest.param(EVENT_GRID[_PUSH][0], _hello(), id="EG, one object"),
        pytest.param(
            EVENT_GRID["push, data version 2.0, location and connectedRegistry"],
            _hello(region="chinanorth", connected_registry="edge1"),
            id="EG 2.0",
        ),
        pytest.param(
            EVENT_GRID["push at a connected registry, connectedregistry, no request"],
            _hello(registry=None, connected_registry="edge1"),
            id="EG, connected registry: no login server, id without /connectedRegistries/…",
        ),
        pytest.param(
            EVENT_GRID["push of an image index"],
            _hello(media_type="application/vnd.oci.image.index.v1+json"),
            id="EG, multi-architecture",
        ),
        pytest.param(
            EVENT_GRID["push of an OCI manifest in a nested repository"],
            _hello(media_type="application/vnd.oci.image.manifest.v1+json", repository="team/charts/web", tag="1.2.3"),
            id="EG, OCI manifest",
        ),
        pytest.param(CLOUD_EVENTS["push in an array"], _hello(source=PushSource.CLOUD_EVENTS), id="CloudEvents, array"),
        pytest.param(
            CLOUD_EVENTS["push as one object"], _hello(source=PushSource.CLOUD_EVENTS), id="CloudEvents, object"
        ),
        pytest.param(
            CLOUD_EVENTS["push with datacontenttype and location"],
            _hello(source=PushSource.CLOUD_EVENTS, region="westeurope"),
            id="CloudEvents, location",
        ),
        pytest.param(
            ACR_WEBHOOK["push"],
            Push(
                registry="myregistry.azurecr.io",
                registry_id=None,
                repository="hello-world",
                tag="v1",
                digest="sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d",
                media_type=_MANIFEST,
                pushed_at=datetime(2017, 11, 17, 16, 52, 1, 343145, tzinfo=UTC),
                event_id="cb8c3971-9adc-488b-bdd8-43cbb4974ff5",
                source=PushSource.ACR_WEBHOOK,
                region=None,
            ),
            id="webhook",
        ),
    ],
)
def test_documented_pushes(body: object, push: Push) -> None:
    """Every documented form of a push is read into the same words, to the microsecond."""
    assert read_delivery(body) == (push,)


@pytest.mark.parametrize(
    ("path", "value", "push"),
    [
        pytest.param(("eventType",), "imagepushed", _hello(), id="event type in lower case"),
        pytest.param(("data", "request", "host"), "Demo.AzureCR.io", _hello(), id="host in upper case"),
        pytest.param(("data", "target", "mediaType"), None, _hello(media_type=None), id="no media type"),
        pytest.param(("topic",), "/subscriptions/x", _hello(registry_id=None), id="topic is no registry"),
        pytest.param(("data", "request"), None, _hello(registry=None), id="no request"),
        pytest.param(("data", "tomorrow"), {"new": 1}, _hello(), id="fields of tomorrow"),
        pytest.param(("metadataVersion",), None, _hello(), id="as the Functions trigger hands it on"),
        pytest.param(("dataVersion",), "3.0", _hello(), id="data version of tomorrow"),
    ],
)
def test_harmless_differences(path: tuple[str, ...], value: object, push: Push) -> None:
    """Spelling, missing optional fields and new ones do not lose a push."""
    assert read_delivery([_changed(EVENT_GRID[_PUSH][0], *path, to=value)]) == (push,)


@pytest.mark.parametrize(
    ("body", "reason", "subject"),
    [
        pytest.param(EVENT_GRID["push by digest, no tag"], "untagged", "aci-helloworld", id="EG, no tag"),
        pytest.param(
            _changed(ACR_WEBHOOK["push"], "target", "tag", to=""), "untagged", "hello-world", id="webhook, empty tag"
        ),
        pytest.param(EVENT_GRID["delete"], "image_deleted", "aci-helloworld", id="EG, delete"),
        pytest.param(EVENT_GRID["delete, short event type"], "image_deleted", "aci-helloworld", id="EG, short delete"),
        pytest.param(EVENT_GRID["chart pushed"], "chart", "repo:wordpress-5.4.0.tgz", id="EG, chart pushed"),
        pytest.param(EVENT_GRID["chart deleted"], "chart", "repo", id="EG, chart deleted"),
        pytest.param(EVENT_GRID["subscription validation"], "subscription_validation", "", id="EG, handshake"),
        pytest.param(EVENT_GRID["subscription deleted"], "subscription_deleted", "", id="EG, subscription deleted"),
        pytest.param(
            EVENT_GRID["event of another service"],
            "unknown_type",
            "/blobServices/default/containers/x/blobs/y",
            id="EG, blob created",
        ),
        pytest.param(CLOUD_EVENTS["delete"], "image_deleted", "aci-helloworld", id="CloudEvents, delete"),
        pytest.param(CLOUD_EVENTS["chart pushed"], "chart", "repo:wordpress-5.4.0.tgz", id="CloudEvents, chart"),
        pytest.param(ACR_WEBHOOK["ping"], "ping", None, id="webhook, ping"),
        pytest.param(ACR_WEBHOOK["ping with its action alone"], "ping", None, id="webhook, bare ping"),
        pytest.param(ACR_WEBHOOK["delete"], "image_deleted", "hello-world", id="webhook, delete"),
        pytest.param(ACR_WEBHOOK["chart_push"], "chart", "repo", id="webhook, chart_push"),
        pytest.param(ACR_WEBHOOK["chart_delete"], "chart", "repo", id="webhook, chart_delete"),
        pytest.param(ACR_WEBHOOK["quarantine, shortened digest"], "quarantine", "helloworld", id="webhook, quarantine"),
        pytest.param({"action": "scan"}, "unknown_type", None, id="webhook, unknown action"),
        pytest.param({"action": "ImagePushed"}, "unknown_type", None, id="webhook, an event type is no action"),
    ],
)
def test_documented_events_that_are_no_push(body: Any, reason: str, subject: str | None) -> None:
    """Everything else that is documented is recognised, with its reason, a sentence, its id and its subject."""
    (reading,) = read_delivery(body)
    assert isinstance(reading, NotAPush)
    assert (reading.reason, reading.subject) == (NotAPushReason(reason), subject)
    assert reading.detail.endswith(".")
    (event,) = body if isinstance(body, list) else [body]
    assert reading.event_id == event.get("id")


@pytest.mark.parametrize(
    ("tag", "attachment"),
    [
        (f"sha256-{'a' * 64}.sig", True),
        (f"sha256-{'a' * 64}.att", True),
        (f"sha256-{'a' * 64}.sbom", True),
        (f"sha256-{'a' * 64}", True),
        (f"sha256-{'a' * 63}", False),
        (f"sha256-{'a' * 64}.zip", False),
        (f"v1-sha256-{'a' * 64}.sig", False),
        ("v1.sig", False),
    ],
)
def test_attachment_tags(tag: str, attachment: bool) -> None:
    """Only the exact tag forms of cosign and of the OCI referrers fallback are set aside."""
    (reading,) = read_delivery(_changed(ACR_WEBHOOK["push"], "target", "tag", to=tag))
    if not attachment:
        assert isinstance(reading, Push)
        return
    assert isinstance(reading, NotAPush)
    assert reading.reason is NotAPushReason.SIGNATURE_OR_ATTESTATION


def test_signature_event() -> None:
    """The event that a cosign signature raises is set aside in the Event Grid schema too."""
    (reading,) = read_delivery(EVENT_GRID["push of a cosign signature"])
    assert isinstance(reading, NotAPush)
    assert reading.reason is NotAPushReason.SIGNATURE_OR_ATTESTATION


_EG, _CE, _WEBHOOK = EVENT_GRID[_PUSH][0], CLOUD_EVENTS["push as one object"], ACR_WEBHOOK["push"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param([], "$", id="empty array"),
        pytest.param(None, "$", id="null"),
        pytest.param("push", "$", id="string"),
        pytest.param({}, "$", id="empty object"),
        pytest.param({"hello": "world"}, "$", id="none of the three schemas"),
        pytest.param([7], "[0]", id="number in an array"),
        pytest.param([{"hello": "world"}], "[0]", id="no schema in an array"),
        pytest.param([_changed(_EG, "id")], "[0].id", id="EG, no id"),
        pytest.param([_changed(_EG, "data")], "[0].data", id="EG, no data"),
        pytest.param([_changed(_EG, "data", to="{}")], "[0].data", id="EG, data as text"),
        pytest.param([_changed(_EG, "data", "target")], "[0].data.target", id="EG, no target"),
        pytest.param([_changed(_EG, "data", "target", "digest")], "[0].data.target.digest", id="EG, no digest"),
        pytest.param(
            [_changed(_EG, "data", "target", "digest", to="sha256:91ef6")], "[0].data.target.digest", id="EG, short"
        ),
        pytest.param(
            [_changed(_EG, "data", "target", "repository", to="../x")], "[0].data.target.repository", id="EG, path"
        ),
        pytest.param([_changed(_EG, "data", "target", "tag", to="a/b")], "[0].data.target.tag", id="EG, tag with /"),
        pytest.param([_changed(_EG, "data", "target", "tag", to=5)], "[0].data.target.tag", id="EG, tag a number"),
        pytest.param([_changed(_EG, "data", "timestamp")], "[0].data.timestamp", id="EG, no timestamp"),
        pytest.param(
            [_changed(_EG, "data", "timestamp", to="2018-04-25T21:39:47")], "[0].data.timestamp", id="EG, no time zone"
        ),
        pytest.param([_changed(_EG, "eventType", to=1)], "[0].eventType", id="EG, type a number"),
        pytest.param(
            [_changed(_EG, "data", "request", "host", to="https://x/")], "[0].data.request.host", id="EG, host a URL"
        ),
        pytest.param(
            [_changed(_changed(_EG, "data", "request"), "topic")], "[0].data.request.host", id="EG, nothing says where"
        ),
        pytest.param(_changed(_CE, "type"), "type", id="CloudEvents, no type"),
        pytest.param(_changed(_CE, "data", "target", "digest"), "data.target.digest", id="CloudEvents, no digest"),
        pytest.param(_changed(_WEBHOOK, "target", "digest"), "target.digest", id="webhook, no digest"),
        pytest.param(_changed(_WEBHOOK, "id", to="x" * 1025), "id", id="webhook, endless id"),
        pytest.param(_changed(_WEBHOOK, "request"), "request.host", id="webhook, no request"),
        pytest.param([_changed(_WEBHOOK, "request", "host")], "[0].request.host", id="webhook, no host, in an array"),
    ],
)
def test_malformed_names_the_field(body: object, field: str) -> None:
    """What cannot be used names the field at fault by its path in the body that was sent."""
    (reading,) = read_delivery(body)
    assert isinstance(reading, Malformed)
    assert reading.field == field
    assert reading.problem


def test_events_of_one_array_are_read_one_by_one() -> None:
    """A bad event spoils no other, schemas may be mixed, and the order is kept."""
    readings = read_delivery([_EG, 7, _CE, ACR_WEBHOOK["ping"], _changed(_EG, "data", "timestamp")])
    assert [type(reading) for reading in readings] == [Push, Malformed, Push, NotAPush, Malformed]
    assert [reading.field for reading in readings if isinstance(reading, Malformed)] == ["[1]", "[4].data.timestamp"]


def test_readers_of_one_schema() -> None:
    """Each schema has its own reader, for callers that know what they hold, and any mapping will do."""
    assert read_event_grid_event(MappingProxyType(_EG)) == _hello()
    assert read_cloud_event(_CE) == _hello(source=PushSource.CLOUD_EVENTS)
    assert read_acr_webhook(_WEBHOOK) == read_delivery(_WEBHOOK)[0]


def test_a_push_says_where() -> None:
    """A push from nowhere cannot be built."""
    with pytest.raises(ValidationError, match="registry or registry_id"):
        Push.model_validate(_HELLO.model_dump() | {"registry": None, "registry_id": None})


_HANDSHAKE = EVENT_GRID["subscription validation"]
_CODE = "512d38b6-c7b8-40c8-89fe-f46f9e9622b6"


@pytest.mark.parametrize(
    ("body", "header", "code"),
    [
        pytest.param(_HANDSHAKE, "SubscriptionValidation", _CODE, id="as documented"),
        pytest.param(_HANDSHAKE, "subscriptionvalidation", _CODE, id="header in lower case"),
        pytest.param(_HANDSHAKE, "Notification", None, id="a notification"),
        pytest.param(_HANDSHAKE, None, None, id="no header"),
        pytest.param(_HANDSHAKE * 2, "SubscriptionValidation", None, id="two events"),
        pytest.param(_HANDSHAKE[0], "SubscriptionValidation", None, id="no array"),
        pytest.param([_EG], "SubscriptionValidation", None, id="a push under a false header"),
        pytest.param([_changed(_HANDSHAKE[0], "data", "validationCode")], "SubscriptionValidation", None, id="no code"),
        pytest.param([], "SubscriptionValidation", None, id="no event"),
        pytest.param("x", "SubscriptionValidation", None, id="no JSON array"),
    ],
)
def test_validation_code(body: object, header: str | None, code: str | None) -> None:
    """Only a real handshake is answered: the header, and exactly one validation event with a code."""
    assert validation_code(body, header) == code


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_TARGET = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("mediaType", "digest", "repository", "tag"), _JSON | st.sampled_from(["v1", _HELLO.digest])
    ),
)
_DATA = st.fixed_dictionaries(
    {},
    optional={"timestamp": _JSON, "target": _JSON | _TARGET, "request": _JSON, "connectedRegistry": _JSON, "id": _JSON},
)
_KINDS = st.sampled_from(["ImagePushed", "push", "ping", "ImageDeleted", "Microsoft.ContainerRegistry.ImagePushed"])
_ALMOST_EVENTS = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("eventType", "type", "action", "specversion"), _JSON | _KINDS),
        **dict.fromkeys(("id", "topic", "source", "subject", "target", "timestamp"), _JSON),
        "data": _JSON | _DATA,
    },
)


@given(_JSON | _ALMOST_EVENTS | st.lists(_ALMOST_EVENTS))
def test_never_raises(body: object) -> None:
    """Whatever JSON arrives, there is one reading for each event and at least one, and no exception."""
    expected = len(body) if isinstance(body, list) and body else 1
    assert len(read_delivery(body)) == expected
    validation_code(body, "SubscriptionValidation")


@given(st.data())
def test_damage_never_makes_another_push(data: st.DataObject) -> None:
    """A push in which one value is replaced is still a push, or is refused by a path inside that event."""
    path = data.draw(
        st.sampled_from([("id",), ("topic",), ("data", "timestamp"), ("data", "target", "digest"), ("data",)])
    )
    value = data.draw(_JSON.filter(lambda value: value is not None))
    (reading,) = read_delivery([_changed(_EG, *path, to=value)])
    match reading:
        case Push():
            assert reading.repository == _HELLO.repository
        case Malformed():
            assert reading.field.startswith("[0]." + ".".join(path))
        case NotAPush():
            pytest.fail("a push turned into something else")
