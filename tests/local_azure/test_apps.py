"""The apps' own addresses."""

import pytest

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.world import World
from tests.local_azure.worlds import site, world_of


async def get(world: World, path: str = "/", host: str = "web.azurewebsites.net") -> Answer:
    """Ask for a page of an app."""
    return await ask(Front(world), "GET", f"https://{host}{path}", [])


async def test_the_answer_tells_the_image() -> None:
    """A person who asks the app learns which image and digest answer, and paths have their own status."""
    world, clock = world_of()
    digest = world.push("store", "team/web", "latest", "v2").digest
    world.restart("web")
    assert dict((await get(world)).headers)["x-image"] == "v1"
    clock.advance(10)
    answer = await get(world, "/healthz")
    assert (answer.status, dict(answer.headers)["x-image-digest"]) == (204, digest)
    assert digest in (await get(world)).body.decode()


@pytest.mark.parametrize(("stopped", "status"), [(False, 503), (True, 403)])
async def test_nothing_serves(stopped: bool, status: int) -> None:
    """503 where no container answers, 403 where the app is stopped."""
    world, clock = world_of()
    world.push("store", "team/web", "latest", "crashes")
    world.restart("web")
    clock.advance(10)
    if stopped:
        world.stop("web")
    assert (await get(world)).status == status


async def test_a_request_wakes_an_idle_app() -> None:
    """Without always-on the first request is a 503 that starts the app."""
    world, clock = world_of(sites=[site(always_on=False, idle=True)])
    assert (await get(world)).status == 503
    clock.advance(10)
    assert (await get(world)).status == 200


async def test_a_slot_has_its_own_address() -> None:
    """A slot answers under `<site>-<slot>`."""
    world, _ = world_of(sites=[site(slots=[site(name="staging")])])
    assert (await get(world, host="web-staging.azurewebsites.net")).body.startswith(b"web/staging runs v1")


async def test_an_unknown_host_is_refused() -> None:
    """Nothing goes out: a host that the scenario does not know is a 502 that says so."""
    world, _ = world_of()
    answer = await get(world, host="example.com")
    assert answer.status == 502
    assert b"no host example.com" in answer.body
