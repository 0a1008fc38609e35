"""Deliveries: decoded JSON as Event Grid and ACR webhooks send it, read into pushes. Nothing here raises on bad input.

Shapes: azure-docs event-grid/event-schema-container-registry (Event Grid schema and CloudEvents 1.0) and
container-registry/container-registry-webhook-reference (the webhook's body is the bare `data` of an event).
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
)
from pydantic.alias_generators import to_camel

from operators.core.images import LoginServer, Repository, Tag
from operators.core.model import Digest, Instant
from operators.core.pushes import Malformed, NotAPush, NotAPushReason, Push, PushSource, Reading

_Text = Annotated[str, StringConstraints(min_length=1, max_length=1024)]  # bounded: it is stored and shown

# The last part of an event type, in lower case (old samples say `ImagePushed`, newer ones the full name); None: a push.
_EVENT_TYPES = {
    "imagepushed": None,
    "imagedeleted": NotAPushReason.IMAGE_DELETED,
    "chartpushed": NotAPushReason.CHART,
    "chartdeleted": NotAPushReason.CHART,
    "subscriptionvalidationevent": NotAPushReason.SUBSCRIPTION_VALIDATION,
    "subscriptiondeletedevent": NotAPushReason.SUBSCRIPTION_DELETED,
}
_WEBHOOK_ACTIONS = {
    "push": None,
    "delete": NotAPushReason.IMAGE_DELETED,
    "chart_push": NotAPushReason.CHART,
    "chart_delete": NotAPushReason.CHART,
    "quarantine": NotAPushReason.QUARANTINE,
    "ping": NotAPushReason.PING,
}
_DETAILS = {
    NotAPushReason.IMAGE_DELETED: "An image was deleted; apps that run it keep running it.",
    NotAPushReason.CHART: "A Helm chart, not an image.",
    NotAPushReason.QUARANTINE: "The image is in ACR's quarantine; a push event follows when its scanner lets it pass.",
    NotAPushReason.PING: "A test of the webhook.",
    NotAPushReason.SUBSCRIPTION_VALIDATION: "Event Grid's handshake, not an event of a registry.",
    NotAPushReason.SUBSCRIPTION_DELETED: "The Event Grid subscription was deleted; no more events will come from it.",
}
# Tags by which cosign stores signatures, attestations and SBOMs, and the fallback tag of the OCI referrers API.
_ATTACHMENT_TAG = re.compile(r"sha256-[0-9a-f]{64}(?:\.(?:sig|att|sbom))?")
# By prefix: a connected registry's topic goes on with /connectedRegistries/<name>.
_REGISTRY_ID = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.ContainerRegistry/registries/[^/]+", re.IGNORECASE
)


class _Wire(BaseModel):
    """Somebody else's shape: fields may come and go, so only what is needed is read."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class _Target(_Wire):
    media_type: _Text | None = None
    digest: Digest
    repository: Repository
    tag: Tag | None = None

    @field_validator("tag", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None


class _Data(_Wire):
    timestamp: Instant
    location: _Text | None = None
    target: _Target
    host: LoginServer | None = Field(default=None, validation_alias=AliasPath("request", "host"))
    # The API specification and the documentation's samples disagree on the capital.
    connected_registry: _Text | None = Field(
        default=None,
        validation_alias=AliasChoices(AliasPath("connectedRegistry", "name"), AliasPath("connectedregistry", "name")),
    )


class _Enveloped(_Wire):
    data: _Data


class _Envelope(_Wire):
    """What tells events apart; `data` is looked at only once it is known to be a push."""

    kind: _Text
    event_id: _Text | None = Field(default=None, validation_alias="id")
    resource_id: _Text | None = None
    subject: str | None = Field(default=None, max_length=1024)


class _EventGridEnvelope(_Envelope):
    kind: _Text = Field(validation_alias="eventType")
    resource_id: _Text | None = Field(default=None, validation_alias="topic")


class _CloudEnvelope(_Envelope):
    kind: _Text = Field(validation_alias="type")
    resource_id: _Text | None = Field(default=None, validation_alias="source")


class _WebhookEnvelope(_Envelope):
    kind: _Text = Field(validation_alias="action")
    subject: str | None = Field(default=None, max_length=1024, validation_alias=AliasPath("target", "repository"))


class _ValidationData(_Wire):
    validation_code: _Text


class _ValidationEvent(_Wire):
    event_type: Annotated[str, StringConstraints(pattern=r"(?i)^(Microsoft\.EventGrid\.)?SubscriptionValidationEvent$")]
    data: _ValidationData


def validation_code(body: object, aeg_event_type: str | None) -> str | None:
    """The code that Event Grid wants back, with status 200, as `{"validationResponse": code}`; None: no handshake.

    The body's `validationUrl` is never read: it would let anybody choose an address for us to call.
    Source: azure-docs, event-grid/end-point-validation-event-grid-events-schema.
    """
    if (aeg_event_type or "").lower() != "subscriptionvalidation":
        return None
    if not isinstance(body, list) or len(body) != 1:
        return None
    try:
        return _ValidationEvent.model_validate(body[0]).data.validation_code
    except ValidationError:
        return None


def read_delivery(body: object) -> tuple[Reading, ...]:
    """Read the decoded JSON of one call: one event or an array, each in any of the three schemas; never empty."""
    if isinstance(body, Mapping):
        return (_read_any(body),)
    if not isinstance(body, list):
        return (Malformed(field="$", problem="neither an event nor an array of events"),)
    if not body:
        return (Malformed(field="$", problem="an array without events"),)
    readings = (_read_any(event) for event in body)
    return tuple(
        reading.inside(index) if isinstance(reading, Malformed) else reading for index, reading in enumerate(readings)
    )


def read_event_grid_event(event: Mapping[str, object]) -> Reading:
    """Read one event in the Event Grid schema, data versions 1.0 and 2.0."""
    return _read_enveloped(event, _EventGridEnvelope, PushSource.EVENT_GRID)


def read_cloud_event(event: Mapping[str, object]) -> Reading:
    """Read one event in the CloudEvents 1.0 schema."""
    return _read_enveloped(event, _CloudEnvelope, PushSource.CLOUD_EVENTS)


def read_acr_webhook(body: Mapping[str, object]) -> Reading:
    """Read one call of a classic ACR webhook. It names no ARM id: `request.host` alone says which registry."""
    try:
        envelope = _WebhookEnvelope.model_validate(body)
        reason = _WEBHOOK_ACTIONS.get(envelope.kind.lower(), NotAPushReason.UNKNOWN_TYPE)
        if reason is not None:
            return _not_a_push(envelope, reason)
        return _read_push(envelope, _Data.model_validate(body), PushSource.ACR_WEBHOOK, host_field="request.host")
    except ValidationError as error:
        return _malformed(error)


def _read_any(event: object) -> Reading:
    if not isinstance(event, Mapping):
        return Malformed(field="$", problem="not an object")
    if "specversion" in event:
        return read_cloud_event(event)
    if "eventType" in event:
        return read_event_grid_event(event)
    if "action" in event:
        return read_acr_webhook(event)
    return Malformed(
        field="$",
        problem="has neither specversion (CloudEvents) nor eventType (Event Grid schema) nor action (ACR webhook)",
    )


def _read_enveloped(event: Mapping[str, object], schema: type[_Envelope], source: PushSource) -> Reading:
    try:
        envelope = schema.model_validate(event)
        kind = envelope.kind.rpartition(".")[2].lower()
        reason = _EVENT_TYPES.get(kind, NotAPushReason.UNKNOWN_TYPE)
        if reason is not None:
            return _not_a_push(envelope, reason)
        return _read_push(envelope, _Enveloped.model_validate(event).data, source, host_field="data.request.host")
    except ValidationError as error:
        return _malformed(error)


def _read_push(envelope: _Envelope, data: _Data, source: PushSource, host_field: str) -> Reading:
    target = data.target
    if target.tag is None:
        detail = f"{target.digest} was pushed to {target.repository} without a tag."
        return _not_a_push(envelope, NotAPushReason.UNTAGGED, detail)
    if _ATTACHMENT_TAG.fullmatch(target.tag):
        detail = f"{target.repository}:{target.tag} describes another image: a signature, an attestation or an SBOM."
        return _not_a_push(envelope, NotAPushReason.SIGNATURE_OR_ATTESTATION, detail)
    if envelope.event_id is None:
        return Malformed(field="id", problem="Field required")
    registry_id = _REGISTRY_ID.match(envelope.resource_id or "")
    if data.host is None and registry_id is None:
        return Malformed(field=host_field, problem="missing, and no registry's ARM id says which registry it was")
    return Push(
        registry=data.host,
        registry_id=registry_id[0].lower() if registry_id else None,
        repository=target.repository,
        tag=target.tag,
        digest=target.digest,
        media_type=target.media_type,
        pushed_at=data.timestamp,
        event_id=envelope.event_id,
        source=source,
        region=data.location,
        connected_registry=data.connected_registry,
    )


def _not_a_push(envelope: _Envelope, reason: NotAPushReason, detail: str | None = None) -> NotAPush:
    return NotAPush(
        reason=reason,
        detail=detail or _DETAILS.get(reason, f"Nothing is known about {envelope.kind!r}."),
        event_id=envelope.event_id,
        subject=envelope.subject,
    )


def _malformed(error: ValidationError) -> Malformed:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    return Malformed(field=".".join(str(part) for part in first["loc"]) or "$", problem=first["msg"])
