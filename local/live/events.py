"""What would Event Grid have told of a push? Nothing of Azure's reaches this machine, so the story tells it itself."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict


class Pushed(BaseModel):
    """An image that is in the registry, as the registry shows it."""

    model_config = ConfigDict(frozen=True)

    registry_id: str
    login_server: str
    location: str
    repository: str
    tag: str
    digest: str


def image_pushed(pushed: Pushed, at: datetime) -> dict[str, Any]:
    """Answer the event of a push (azure-docs: event-grid/event-schema-container-registry)."""
    target = {"repository": pushed.repository, "tag": pushed.tag, "digest": pushed.digest}
    return {
        "id": str(uuid4()),
        "topic": pushed.registry_id,
        "subject": f"{pushed.repository}:{pushed.tag}",
        "eventType": "Microsoft.ContainerRegistry.ImagePushed",
        "eventTime": at.isoformat(),
        "data": {
            "id": str(uuid4()),
            "timestamp": at.isoformat(),
            "action": "push",
            "location": pushed.location,
            "target": target | {"mediaType": "application/vnd.docker.distribution.manifest.v2+json"},
            "request": {"id": str(uuid4()), "host": pushed.login_server, "method": "PUT", "useragent": "import"},
        },
        "dataVersion": "2.0",
        "metadataVersion": "1",
    }
