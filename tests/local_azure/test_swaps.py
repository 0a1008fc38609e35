"""Slots are made and swapped; the operation is followed by its Location."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.web.models import CsmSlotEntity

from local.azure.world import ManualClock, World
from tests.local_azure.worlds import arm, site, told, web_client, world_of

PATH = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/web"
VERSION = {"api-version": "2024-11-01"}
SWAP = {"targetSlot": "production", "preserveVnet": True}
ENTITY = CsmSlotEntity(target_slot="production", preserve_vnet=True)
STAGED = "store.azurecr.io/team/web:next"


def two_slots(**staging: Any) -> tuple[World, ManualClock]:
    """The app runs v1, its slot v2; STAGE stays in its slot, COLOUR moves."""
    slot = site(name="staging", image=STAGED, app_settings={"STAGE": "staging", "COLOUR": "green"}) | staging
    app = site(slots=[slot], app_settings={"STAGE": "production", "COLOUR": "blue"})
    roles = [{"principal": who, "role": "AcrPull", "scope": "store"} for who in ("web", "web/staging")]
    registry = {"name": "store", "tags": {"team/web:latest": "v1", "team/web:next": "v2"}}
    world, clock = world_of(sites=[app], registries=[registry], role_assignments=roles)
    world.site("web").slot_setting_names = {"appSettingNames": ["STAGE"]}
    return world, clock


async def test_the_sdk_follows_a_swap_to_its_end() -> None:
    """What runs, image and settings change places; sticky settings and identities stay."""
    world, clock = two_slots()
    before = {name: world.site(name).principal_id for name in ("web", "web/staging")}
    async with web_client(world) as client:
        poller = await client.web_apps.begin_swap_slot("apps", "web", "staging", ENTITY, polling_interval=15)
        await poller.result()
        slots = [one.name async for one in client.web_apps.list_slots("apps", "web")]
    clock.advance(20)
    assert slots == ["web/staging"]
    assert [told(view)[2] for name in before for view in world.instances(name)] == ["v2", "v1"]
    assert world.site("web").app_settings == {"STAGE": "production", "COLOUR": "green"}
    assert world.site("web/staging").app_settings == {"STAGE": "staging", "COLOUR": "blue"}
    assert {name: world.site(name).principal_id for name in before} == before
    shown = (await arm(world, "GET", PATH, **VERSION)).json()["properties"]
    assert shown["slotSwapStatus"]["sourceSlotName"] == "staging"
    assert shown["siteProperties"]["properties"][0]["value"] == f"DOCKER|{STAGED}"


async def test_every_poll_names_a_new_location() -> None:
    """202 with an empty body and Retry-After until it is over, then 200 with the slot (recorded)."""
    world, clock = two_slots()
    begun = await arm(world, "POST", f"{PATH}/slots/staging/slotsswap", SWAP, **VERSION)
    first = begun.headers["location"]
    assert (begun.status_code, begun.content, begun.headers["retry-after"]) == (202, b"", "15")
    clock.advance(1)
    waiting = await arm(world, "GET", first.partition("?")[0], **VERSION)
    assert waiting.status_code == 202
    assert waiting.headers["location"] != first
    busy = await arm(world, "POST", f"{PATH}/restart", **VERSION)
    assert (busy.status_code, busy.json()["Code"]) == (409, "Conflict")
    clock.advance(10)
    over = await arm(world, "GET", waiting.headers["location"].partition("?")[0], **VERSION)
    assert (over.status_code, over.json()["name"]) == (200, "web/staging")
    assert (await arm(world, "POST", f"{PATH}/restart", **VERSION)).status_code == 200


async def test_a_slot_that_does_not_answer_is_not_swapped() -> None:
    """The platform gives up after a long time, and everything is as it was."""
    world, clock = two_slots(image="store.azurecr.io/team/web:gone")
    async with web_client(world) as client:
        poller = await client.web_apps.begin_swap_slot("apps", "web", "staging", ENTITY, polling_interval=15)
        with pytest.raises(HttpResponseError, match="did not respond to http ping"):
            await poller.result()
    assert clock.now() - world.started >= world.swaps.gives_up
    assert world.site("web").app_settings == {"STAGE": "production", "COLOUR": "blue"}
    assert world.site("web/staging").app_settings == {"STAGE": "staging", "COLOUR": "green"}


async def test_an_unknown_slot_is_not_found() -> None:
    """Microsoft.Web's own 404."""
    world, _ = two_slots()
    answer = await arm(world, "POST", f"{PATH}/slotsswap", {"targetSlot": "nowhere"}, **VERSION)
    assert (answer.status_code, answer.json()["Code"]) == (404, "NotFound")


@pytest.mark.parametrize(
    ("properties", "image"),
    [
        pytest.param({}, "DOCKER|store.azurecr.io/team/web:latest", id="without siteConfig: like its site"),
        pytest.param({"siteConfig": {}}, "", id="with an empty one: a new site's"),
    ],
)
async def test_a_new_slot(properties: dict[str, Any], image: str) -> None:
    """It has an identity of its own, none at first, and a name with both parts."""
    world, _ = two_slots()
    made = await arm(world, "PUT", f"{PATH}/slots/qa", {"location": "East US 2", "properties": properties}, **VERSION)
    assert (made.status_code, made.json()["name"], "identity" in made.json()) == (200, "web/qa", False)
    assert made.json()["properties"]["siteProperties"]["properties"][0]["value"] == image
