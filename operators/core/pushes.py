"""Pushes: what a registry says happened, and why something else that arrived is none."""

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from operators.core.images import LoginServer, Repository, Tag
from operators.core.model import Digest, Instant, Model


class PushSource(StrEnum):
    """The schema that brought a push."""

    EVENT_GRID = "event_grid"
    CLOUD_EVENTS = "cloud_events"
    ACR_WEBHOOK = "acr_webhook"


class Push(Model):
    """An image push as the registry told it. At least one of `registry` and `registry_id` says where.

    It is a hint: duplicates, late and forged ones are expected, and the registry is asked before anything is done.
    """

    registry: LoginServer | None
    """The login server as the client called it; None where a connected registry sent no request: use `registry_id`."""
    registry_id: str | None
    """The registry's ARM id in lower case; None where a classic webhook told it."""
    repository: Repository
    tag: Tag
    digest: Digest
    media_type: str | None
    """Says neither image nor chart: Helm pushes OCI manifests too, and BuildKit pushes images as such."""
    pushed_at: Instant
    event_id: str
    """For the record only: one push may arrive under several ids (each region, each subscription, each retry)."""
    source: PushSource
    region: str | None
    """The replica that took the push ("westeurope"); data version 2.0 only."""
    connected_registry: str | None = None
    """The on-premises registry that took the push; the registry in Azure gets the image when they synchronise."""

    @model_validator(mode="after")
    def _says_where(self) -> Self:
        if self.registry is None and self.registry_id is None:
            raise ValueError("a push needs registry or registry_id")
        return self


class NotAPushReason(StrEnum):
    """Why something well-formed that arrived is no push that an app could run."""

    UNTAGGED = "untagged"
    """A child of a multi-architecture image, an attachment, or a push by digest; the tag has its own event."""
    SIGNATURE_OR_ATTESTATION = "signature_or_attestation"
    IMAGE_DELETED = "image_deleted"
    CHART = "chart"
    QUARANTINE = "quarantine"
    """ACR's own: the image waits for its scanner. A push follows when it has passed."""
    PING = "ping"
    SUBSCRIPTION_VALIDATION = "subscription_validation"
    SUBSCRIPTION_DELETED = "subscription_deleted"
    UNKNOWN_TYPE = "unknown_type"


class NotAPush(Model):
    """Something understood that asks for nothing."""

    reason: NotAPushReason
    detail: str
    event_id: str | None
    subject: str | None
    """What it is about, as the sender put it: `repository:tag` or `repository`; not to be parsed."""


class Malformed(Model):
    """Something that cannot be used as it is; sending it again cannot help."""

    field: str
    """Path of the first offending field: `[0].data.target.digest`, `target.digest`, or `$` for the whole."""
    problem: str

    def inside(self, index: int) -> "Malformed":
        """The same problem seen from the array that holds the event at `index`."""
        path = f"[{index}]" if self.field == "$" else f"[{index}].{self.field}"
        return Malformed(field=path, problem=self.problem)


type Reading = Push | NotAPush | Malformed
"""What one arrived event turns out to be."""
