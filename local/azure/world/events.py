"""What a registry tells about a push: the `data` of its event (azure-docs: event-schema-container-registry)."""

from datetime import datetime
from typing import Any

from local.azure.world.images import Manifest
from local.azure.world.names import stable_guid
from local.azure.world.registries import Registry


def push_event(
    registry: Registry, repository: str, manifest: Manifest, tag: str | None, at: datetime
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
    return {
        "id": event_id,
        # nanoseconds, as ACR writes them
        "timestamp": at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "742Z",
        "action": "push",
        "location": registry.told.location,
        "target": target,
        "request": {
            "id": stable_guid("request", event_id),
            "host": registry.login_server,
            "method": "PUT",
            "useragent": "docker/27.3.1 go/go1.22.7 kernel/6.8.0 os/linux arch/amd64",
        },
    }
