"""What a registry tells about pushes and deletions (azure-docs: event-grid/event-schema-container-registry)."""

from datetime import datetime
from typing import Any

from local.azure.world.images import Manifest
from local.azure.world.names import stable_guid
from local.azure.world.registries import Registry

DOCKER = "docker/27.3.1 go/go1.22.7 kernel/6.8.0 os/linux arch/amd64"
"""Who pushes the scenario's images."""


def push_event(
    registry: Registry, repository: str, manifest: Manifest, tag: str | None, at: datetime, client: str = DOCKER
) -> dict[str, Any]:
    """Answer the event data of one manifest PUT; a manifest put by digest has no tag."""
    event_id = stable_guid("push", registry.id, repository, manifest.digest, tag or "", at.isoformat())
    target: dict[str, Any] = {
        "mediaType": manifest.media_type,
        "size": manifest.size,
        "digest": manifest.digest,
        "length": manifest.size,
        "repository": repository,
    }
    if tag is not None:
        target["tag"] = tag
    return _event(event_id, registry, target, at, ("push", "PUT", client))


def delete_event(
    registry: Registry, repository: str, manifest: Manifest, at: datetime, client: str = DOCKER
) -> dict[str, Any]:
    """Answer the event data of a deletion: no tag and no size (azure-docs: container-registry-webhook-reference)."""
    event_id = stable_guid("delete", registry.id, repository, manifest.digest, at.isoformat())
    target = {"mediaType": manifest.media_type, "digest": manifest.digest, "repository": repository}
    return _event(event_id, registry, target, at, ("delete", "DELETE", client))


def _event(
    event_id: str, registry: Registry, target: dict[str, Any], at: datetime, request: tuple[str, str, str]
) -> dict[str, Any]:
    action, method, client = request
    return {
        "id": event_id,
        # nanoseconds, as ACR writes them
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "742Z",
        "action": action,
        "location": registry.told.location,
        "target": target,
        "request": {
            "id": stable_guid("request", event_id),
            "host": registry.login_server,
            "method": method,
            "useragent": client,
        },
    }
