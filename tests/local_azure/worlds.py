"""Worlds for these tests: a small story whose parts a test may change, and the SDK clients over it."""

from datetime import UTC, datetime
from typing import Any

from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.web.aio import WebSiteManagementClient

from local.azure.scenario import read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.azure.world.lifecycle import InstanceView

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
IMAGES: dict[str, Any] = {
    "v1": {"pull_seconds": 2, "start_seconds": 2},
    "v2": {"pull_seconds": 2, "start_seconds": 2, "paths": {"/healthz": 204}, "log_lines": ["hello from v2"]},
    "crashes": {"pull_seconds": 2, "start_seconds": 1, "exit_code": 3},
    "slow": {"pull_seconds": 2, "start_seconds": 500},
    "other-port": {"pull_seconds": 2, "start_seconds": 1, "port": 5000},
    "arm-only": {"pull_seconds": 2, "start_seconds": 1, "platforms": ["linux/arm64"]},
    "both": {"pull_seconds": 2, "start_seconds": 1, "platforms": ["linux/amd64", "linux/arm64"]},
    "arm-and-s390x": {"pull_seconds": 2, "start_seconds": 1, "platforms": ["linux/arm64", "linux/s390x"]},
}
IMAGE = "store.azurecr.io/team/web:latest"


def site(**changes: Any) -> dict[str, Any]:
    """Describe the app `web`, which runs v1 with its system identity."""
    usual = {
        "name": "web",
        "image": IMAGE,
        "identity": {"system": True},
        "acr_use_managed_identity_creds": True,
    }
    return usual | changes


def story(**changes: Any) -> dict[str, Any]:
    """Describe a registry `store` and the app `web` that may pull from it."""
    usual = {
        "images": IMAGES,
        "registries": [{"name": "store", "tags": {"team/web:latest": "v1"}}],
        "sites": [site()],
        "role_assignments": [{"principal": "web", "role": "AcrPull", "scope": "store"}],
    }
    return usual | changes


def world_of(**changes: Any) -> tuple[World, ManualClock]:
    """Make the world of a story, at noon."""
    clock = ManualClock(NOON)
    return World(read_scenario(story(**changes)), clock), clock


def web_client(world: World, principal_id: str | None = None) -> WebSiteManagementClient:
    """Make the real client of azure-mgmt-web over a world."""
    credential = WorldCredential(world, principal_id)
    return WebSiteManagementClient(credential, world.default_subscription, transport=WorldTransport(world))


async def arm(
    world: World, method: str, path: str, body: Any = None, principal_id: str | None = None, **query: str
) -> AsyncHttpResponse:
    """Send one call to ARM through the SDK's pipeline, without retries."""
    async with web_client(world, principal_id) as client:
        request = HttpRequest(method, path, params={"api-version": "2022-04-01"} | query, json=body)
        return await client.send_request(request, retry_total=0)


def seen(world: World, name: str = "web") -> InstanceView:
    """Answer the only instance of a site."""
    (view,) = world.instances(name)
    return view


def told(view: InstanceView) -> tuple[str, str, str | None]:
    """Answer state, action and the image that serves."""
    assert view.status is not None
    return view.status.state, view.status.action, view.serving.image_name if view.serving else None
