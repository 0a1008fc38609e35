"""A registry that keeps what is pushed in quarantine."""

import json

import pytest

from local.azure.world import ManualClock, World
from tests.local_azure.store import read
from tests.local_azure.worlds import seen, told, world_of

STRICT = {"name": "store", "quarantine_enabled": True, "tags": {"team/web:latest": "v1"}}


def strict() -> tuple[World, ManualClock]:
    """Make a world whose registry quarantines what comes."""
    return world_of(registries=[STRICT])


@pytest.mark.parametrize(
    ("reference", "words"),
    [
        (":latest", 'manifest tagged by "latest" is not found'),
        ("@{digest}", "unknown: The operation is disallowed."),
    ],
)
def test_a_pushed_image_cannot_be_pulled(reference: str, words: str) -> None:
    """By its tag it is not there, by its digest it is disallowed (Azure/acr: docs/preview/quarantine)."""
    world, clock = strict()
    digest = world.push("store", "team/web", "latest", "v2").digest
    image = "store.azurecr.io/team/web" + reference.replace("{digest}", digest)
    world.configure("web", {"linuxFxVersion": f"DOCKER|{image}"})
    world.restart("web")
    clock.advance(5)
    status = seen(world).status
    assert status is not None
    assert status.last_error == "ImagePullFailure"
    assert words in str(status.last_error_details)


@pytest.mark.parametrize(("image", "manifests"), [("v2", 1), ("both", 3)])
def test_its_push_is_told_when_it_is_released(image: str, manifests: int) -> None:
    """Until then there are only quarantine events; an index is released with its platforms."""
    world, clock = strict()
    pushed = world.push("store", "team/web", "latest", image)
    assert (pushed.events, len(pushed.quarantine_events)) == ((), manifests)
    assert {event["action"] for event in pushed.quarantine_events} == {"quarantine"}
    clock.advance(60)
    released = world.release("store", "team/web", "latest")
    assert (released.digest, len(released.events), released.event["target"]["tag"]) == (
        pushed.digest,
        manifests,
        "latest",
    )
    world.restart("web")
    clock.advance(10)
    assert told(seen(world))[2] == image


def test_what_was_there_before_stays_released() -> None:
    """Pushing an image again that the registry has released already is an ordinary push."""
    world, _ = strict()
    assert len(world.push("store", "team/web", "again", "v1").events) == 1


@pytest.mark.parametrize(("tag", "words"), [("latest", "is not in quarantine"), ("nope", "there is no team/web:nope")])
def test_only_what_is_inside_can_be_released(tag: str, words: str) -> None:
    """A release of anything else is a mistake."""
    world, _ = strict()
    with pytest.raises(KeyError, match=words):
        world.release("store", "team/web", tag)


async def test_what_the_registry_shows_of_it() -> None:
    """The manifest is hidden behind its tag and disallowed by digest; its row says in which state it is."""
    world, _ = strict()
    digest = world.push("store", "team/web", "next", "v2").digest
    row = f"/acr/v1/team%2Fweb/_manifests/{digest}"
    assert (await read(world, "/v2/team/web/manifests/next", "pull")).status == 404
    refused = await read(world, f"/v2/team/web/manifests/{digest}", "pull")
    assert (refused.status, json.loads(refused.body)["errors"][0]["code"]) == (403, "UNKNOWN")
    attributes = json.loads((await read(world, row, "metadata_read")).body)["manifest"]["changeableAttributes"]
    assert attributes["quarantineState"] == "Quarantined"
    world.release("store", "team/web", "next")
    assert (await read(world, "/v2/team/web/manifests/next", "pull")).status == 200
    attributes = json.loads((await read(world, row, "metadata_read")).body)["manifest"]["changeableAttributes"]
    assert attributes["quarantineState"] == "Passed"
