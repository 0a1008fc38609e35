"""Somebody who pushes to the registry `store` of these tests' worlds, one request after the other."""

import json
from dataclasses import dataclass
from typing import Any

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.world import ManualClock, World
from local.azure.world.images import digest_of
from tests.local_azure.store import HOST, access_token
from tests.local_azure.worlds import story, world_of

PUSHER = "88888888-8888-4888-8888-888888888888"
REPOSITORY = "team/web"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
_ACTIONS = "pull,push,delete,metadata_read"


@dataclass(frozen=True)
class Pusher:
    """A client with a token for everything in a repository."""

    world: World
    clock: ManualClock
    token: str
    repository: str = REPOSITORY

    @classmethod
    async def of(cls, repository: str = REPOSITORY, **registry: Any) -> "Pusher":
        """Make the usual world, in which somebody may push and delete; `registry` is how that is configured."""
        roles = [{"principal": PUSHER, "role": role, "scope": "store"} for role in ("AcrPush", "AcrDelete")]
        changes = {"registries": [{"name": "store", "tags": {"team/web:latest": "v1"}} | registry]}
        world, clock = world_of(**changes, role_assignments=[*story()["role_assignments"], *roles])
        token = await access_token(world, f"repository:{repository}:{_ACTIONS}", PUSHER)
        return cls(world, clock, token, repository)

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        """Send one request; a path that is not absolute is one of the repository."""
        whole = path if path.startswith("/") else f"/v2/{self.repository}/{path}"
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        return await ask(
            Front(self.world), method, HOST + whole, [("authorization", f"Bearer {self.token}"), *named], body
        )

    async def blob(self, content: bytes) -> dict[str, Any]:
        """Upload a blob in one piece; its descriptor."""
        begun = await self.ask("POST", "blobs/uploads/")
        done = await self.ask("PUT", f"{header(begun, 'location')}&digest={digest_of(content)}", content)
        assert done.status == 201
        return {"mediaType": CONFIG, "digest": digest_of(content), "size": len(content)}

    async def manifest(self, config: dict[str, Any], reference: str | None = "latest", **more: Any) -> Answer:
        """Put an image's manifest that has no layers; without a reference by its digest."""
        descriptor = await self.blob(json.dumps(config).encode())
        body = json.dumps({"schemaVersion": 2, "config": descriptor, "layers": []} | more).encode()
        return await self.put(body, reference or digest_of(body))

    async def put(self, body: bytes, reference: str, media_type: str = MANIFEST) -> Answer:
        """Put a manifest."""
        return await self.ask("PUT", f"manifests/{reference}", body, content_type=media_type)


def header(answer: Answer, name: str) -> str:
    """Answer a header of an answer; empty where there is none."""
    return dict(answer.headers).get(name, "")


def codes(answer: Answer) -> list[str]:
    """Answer the codes of a registry's errors."""
    return [error["code"] for error in json.loads(answer.body)["errors"]]
