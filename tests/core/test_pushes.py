"""What arrives becomes a push, or a reason why it is none."""

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import pytest
from pydantic import ValidationError

from operators.core.deliveries import read_acr_webhook, read_cloud_event, read_delivery, read_event_grid_event
from operators.core.pushes import Malformed, NotAPush, NotAPushReason, Push, PushSource
from tests.core.push_samples import (
    ACR_WEBHOOK,
    CE_PUSH,
    CLOUD_EVENTS,
    EG_PUSH,
    EVENT_GRID,
    HELLO,
    MANIFEST,
    WEBHOOK_PUSH,
    changed,
    hello,
)


@pytest.mark.parametrize(
    ("body", "push"),
    [
        pytest.param(EVENT_GRID["push, data version 1.0, short event type"], hello(), id="EG 1.0, short type"),
        pytest.param([EG_PUSH], hello(), id="EG 1.0, full type"),
        pytest.param(EG_PUSH, hello(), id="EG, one object"),
        pytest.param(
            EVENT_GRID["push, data version 2.0, location and connectedRegistry"],
            hello(region="chinanorth", connected_registry="edge1"),
            id="EG 2.0",
        ),
        pytest.param(
            EVENT_GRID["push at a connected registry, connectedregistry, no request"],
            hello(registry=None, connected_registry="edge1"),
            id="EG, connected registry: no login server, id without /connectedRegistries/…",
        ),
        pytest.param(
            EVENT_GRID["push of an image index"],
            hello(media_type="application/vnd.oci.image.index.v1+json"),
            id="EG, multi-architecture",
        ),
        pytest.param(
            EVENT_GRID["push of an OCI manifest in a nested repository"],
            hello(media_type="application/vnd.oci.image.manifest.v1+json", repository="team/charts/web", tag="1.2.3"),
            id="EG, OCI manifest",
        ),
        pytest.param(CLOUD_EVENTS["push in an array"], hello(source=PushSource.CLOUD_EVENTS), id="CloudEvents, array"),
        pytest.param(CE_PUSH, hello(source=PushSource.CLOUD_EVENTS), id="CloudEvents, object"),
        pytest.param(
            CLOUD_EVENTS["push with datacontenttype and location"],
            hello(source=PushSource.CLOUD_EVENTS, region="westeurope"),
            id="CloudEvents, location",
        ),
        pytest.param(
            WEBHOOK_PUSH,
            Push(
                registry="myregistry.azurecr.io",
                registry_id=None,
                repository="hello-world",
                tag="v1",
                digest="sha256:80f0d5c8786bb9e621a45ece0db56d11cdc624ad20da9fe62e9d25490f331d7d",
                media_type=MANIFEST,
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
        pytest.param(("eventType",), "imagepushed", hello(), id="event type in lower case"),
        pytest.param(("data", "request", "host"), "Demo.AzureCR.io", hello(), id="host in upper case"),
        pytest.param(("data", "target", "mediaType"), None, hello(media_type=None), id="no media type"),
        pytest.param(("topic",), "/subscriptions/x", hello(registry_id=None), id="topic is no registry"),
        pytest.param(("data", "request"), None, hello(registry=None), id="no request"),
        pytest.param(("data", "tomorrow"), {"new": 1}, hello(), id="fields of tomorrow"),
        pytest.param(("metadataVersion",), None, hello(), id="as the Functions trigger hands it on"),
        pytest.param(("dataVersion",), "3.0", hello(), id="data version of tomorrow"),
    ],
)
def test_harmless_differences(path: tuple[str, ...], value: object, push: Push) -> None:
    """Spelling, missing optional fields and new ones do not lose a push."""
    assert read_delivery([changed(EG_PUSH, *path, to=value)]) == (push,)


@pytest.mark.parametrize(
    ("body", "reason", "subject"),
    [
        pytest.param(EVENT_GRID["push by digest, no tag"], "untagged", "aci-helloworld", id="EG, no tag"),
        pytest.param(changed(WEBHOOK_PUSH, "target", "tag", to=""), "untagged", "hello-world", id="webhook, empty tag"),
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
    (reading,) = read_delivery(changed(WEBHOOK_PUSH, "target", "tag", to=tag))
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


def test_events_of_one_array_are_read_one_by_one() -> None:
    """A bad event spoils no other, schemas may be mixed, and the order is kept."""
    readings = read_delivery([EG_PUSH, 7, CE_PUSH, ACR_WEBHOOK["ping"], changed(EG_PUSH, "data", "timestamp")])
    assert [type(reading) for reading in readings] == [Push, Malformed, Push, NotAPush, Malformed]
    assert [reading.field for reading in readings if isinstance(reading, Malformed)] == ["[1]", "[4].data.timestamp"]


def test_readers_of_one_schema() -> None:
    """Each schema has its own reader, for callers that know what they hold, and any mapping will do."""
    assert read_event_grid_event(MappingProxyType(EG_PUSH)) == hello()
    assert read_cloud_event(CE_PUSH) == hello(source=PushSource.CLOUD_EVENTS)
    assert read_acr_webhook(WEBHOOK_PUSH) == read_delivery(WEBHOOK_PUSH)[0]


def test_a_push_says_where() -> None:
    """A push from nowhere cannot be built."""
    with pytest.raises(ValidationError, match="registry or registry_id"):
        Push.model_validate(HELLO.model_dump() | {"registry": None, "registry_id": None})
