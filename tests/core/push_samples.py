"""Deliveries as they are documented, and the push that most of them tell of."""

import copy
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operators.core.pushes import Push, PushSource

_PAYLOADS = {file.stem: json.loads(file.read_text()) for file in (Path(__file__).parent / "payloads").glob("*.json")}
EVENT_GRID, CLOUD_EVENTS, ACR_WEBHOOK = (_PAYLOADS[name] for name in ("event_grid", "cloud_events", "acr_webhook"))
EG_PUSH = EVENT_GRID["push, data version 1.0, full event type"][0]
CE_PUSH, WEBHOOK_PUSH = CLOUD_EVENTS["push as one object"], ACR_WEBHOOK["push"]

_REGISTRY_ID = (
    "/subscriptions/11111111-2222-3333-4444-555555555555/resourcegroups/demo"
    "/providers/microsoft.containerregistry/registries/demo"
)
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
HELLO = Push(
    registry="demo.azurecr.io",
    registry_id=_REGISTRY_ID,
    repository="aci-helloworld",
    tag="v1",
    digest="sha256:213bbc182920ab41e18edc2001e06abcca6735d87782d9cef68abd83941cf0e5",
    media_type=MANIFEST,
    pushed_at=datetime(2018, 4, 25, 21, 39, 47, 276585, tzinfo=UTC),
    event_id="831e1650-001e-001b-66ab-eeb76e069631",
    source=PushSource.EVENT_GRID,
    region=None,
)


def hello(**changes: object) -> Push:
    """The same push but for these."""
    return HELLO.model_copy(update=changes)


def changed(event: dict[str, Any], *path: str, to: object = None) -> dict[str, Any]:
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
