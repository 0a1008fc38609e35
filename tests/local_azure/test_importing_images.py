"""Images come into a registry by importImage."""

from typing import Any

import pytest
from azure.core.rest import AsyncHttpResponse

from local.azure.world import ManualClock, World
from tests.local_azure.worlds import arm, world_of

SOURCE = "mcr.microsoft.com/azuredocs/aci-helloworld:latest"
REGISTRY = (
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/registries/providers"
    "/Microsoft.ContainerRegistry/registries/store"
)
VERSION = {"api-version": "2025-11-01"}


def world(**changes: Any) -> tuple[World, ManualClock]:
    """A world that knows a public image, and an operator that may import it."""
    return world_of(**{"images": {"v1": {}, SOURCE: {}}, "operator": {"roles": ["Owner"]}} | changes)


async def wanted(azure: World, image: str, tag: str, **more: str) -> AsyncHttpResponse:
    """Ask for an import, and follow it where it was begun."""
    registry, _, name = image.partition("/")
    body = {"source": {"registryUri": registry, "sourceImage": name}, "targetTags": [tag]} | more
    begun = await arm(azure, "POST", f"{REGISTRY}/importImage", body, **VERSION)
    if begun.status_code != 202:
        return begun
    assert (
        "/providers/Microsoft.ContainerRegistry/locations/EASTUS2/operationResults/registries-"
        in (begun.headers["location"])
    )
    return await arm(azure, "GET", begun.headers["location"].partition("?")[0], **VERSION)


async def test_an_import_is_there_when_its_operation_says_so() -> None:
    """202 with a Location, 200 `Succeeded`, and the tag shows the image."""
    azure, clock = world()
    done = await wanted(azure, SOURCE, "shop/web:stable")
    assert (done.status_code, done.json()) == (200, {"status": "Succeeded"})
    manifest = azure.registry("store").manifest("shop/web", "stable", clock.now())
    assert manifest is not None
    assert manifest.image == SOURCE


@pytest.mark.parametrize(
    ("image", "tag", "more", "status", "code"),
    [
        pytest.param(SOURCE, "team/web:latest", {}, 409, "Conflict", id="a tag that is there is not moved"),
        pytest.param(SOURCE, "team/web:latest", {"mode": "Force"}, 200, None, id="unless it is told to"),
        pytest.param("mcr.microsoft.com/nothing:1", "team/web:2", {}, 404, "NotFound", id="an unknown image"),
        pytest.param("mcr.microsoft.com", "team/web:2", {}, 400, "InvalidRequestContent", id="no image"),
    ],
)
async def test_what_can_be_imported(image: str, tag: str, more: dict[str, str], status: int, code: str | None) -> None:
    """A failure is told by the operation, not by the request that begins it."""
    azure, _ = world()
    answer = await wanted(azure, image, tag, **more)
    assert (answer.status_code, answer.json().get("error", {}).get("code")) == (status, code)


async def test_who_may_import() -> None:
    """It needs a right of its own, which Reader has not; and an operation that nobody began is not found."""
    azure, _ = world(operator={"roles": ["Reader"]})
    refused = await wanted(azure, SOURCE, "team/web:2")
    assert refused.status_code == 403
    assert "Microsoft.ContainerRegistry/registries/importImage/action" in refused.text()
    azure, _ = world()
    operations = REGISTRY.partition("/resourceGroups/")[0] + "/providers/Microsoft.ContainerRegistry/locations/EASTUS2"
    assert (await arm(azure, "GET", f"{operations}/operationResults/registries-x", **VERSION)).status_code == 404
