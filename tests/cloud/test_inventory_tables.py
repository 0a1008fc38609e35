"""Tables `inventory` and `follows`, on Azurite."""

import pytest

from operators.cloud.inventory import FollowsTable, InventoryTable
from operators.cloud.storage import Storage
from operators.core.apps import AppId, Site, SiteIdentity, UserAssignedIdentity
from operators.core.inventory import Entry, Follower
from operators.errors import Temporary
from tests.core.samples import NOW, A, ago
from tests.storage import LosingTransport


def entry(key: str) -> Entry:
    """An app as it was seen, with everything that can be seen."""
    identity = UserAssignedIdentity(resource_id="/subscriptions/s/id", client_id="c", principal_id="p")
    site = Site(
        id=AppId.from_key(key),
        location="westeurope",
        resource_tags={"pulley": "on", "Größe": "größer/kleiner"},
        default_host_name="shop.azurewebsites.net",
        state="Running",
        linux_fx_version="DOCKER|demo.azurecr.io/shop:latest",
        identity=SiteIdentity(system_principal_id="p", user_assigned=(identity,)),
        swapped_at=ago(60),
    )
    return Entry(site=site, seen_at=NOW)


def follower(app: str, repository: str = "team/shop", tag: str | None = "latest") -> Follower:
    """An app that follows."""
    return Follower(app=app, registry="demo.azurecr.io", repository=repository, tag=tag, decided=A)


@pytest.fixture
def inventory(storage: Storage) -> InventoryTable:
    """The table, empty."""
    return InventoryTable(storage)


@pytest.fixture
def follows(storage: Storage) -> FollowsTable:
    """The table, empty."""
    return FollowsTable(storage)


async def test_an_app_is_kept_as_it_was_seen(inventory: InventoryTable) -> None:
    """Every fact comes back equal, and the last sight replaces the one before."""
    seen = entry("s:web:shop")
    await inventory.put(seen)
    await inventory.put(seen.model_copy(update={"seen_at": ago(-60)}))
    found = await inventory.get(seen.site.id)
    assert found == seen.model_copy(update={"seen_at": ago(-60)})


async def test_an_app_with_as_many_resource_tags_as_azure_takes(inventory: InventoryTable) -> None:
    """Fifty of 512 and 256 characters are more than one property of a row holds."""
    seen = entry("s:web:shop")
    tags = {f"{number:02}{'n' * 510}": "v" * 256 for number in range(50)}
    seen = seen.model_copy(update={"site": seen.site.model_copy(update={"resource_tags": tags})})
    await inventory.put(seen)
    assert await inventory.get(seen.site.id) == seen
    assert [one async for one in inventory.entries()] == [seen]


async def test_an_app_never_seen_is_none(inventory: InventoryTable) -> None:
    """No row is an answer; forgetting it is no error."""
    app = AppId.from_key("s:web:shop")
    assert await inventory.get(app) is None
    await inventory.remove(app)


async def test_a_slot_is_an_app_of_its_own(inventory: InventoryTable) -> None:
    """Removing the slot leaves the site."""
    site, slot = entry("s:web:shop"), entry("s:web:shop:staging")
    await inventory.put(site)
    await inventory.put(slot)
    await inventory.remove(slot.site.id)
    assert [one async for one in inventory.entries()] == [site]


async def test_apps_come_in_order_and_from_anywhere(inventory: InventoryTable) -> None:
    """A page may begin at any app; the order is that of the keys over all subscriptions."""
    keys = ["s1:a:x", "s1:b:x", "s1:b:x:staging", "s2:a:x"]
    for key in reversed(keys):
        await inventory.put(entry(key))
    assert [one.site.id.key async for one in inventory.entries()] == keys
    assert [one.site.id.key async for one in inventory.entries("s1:b:x:staging")] == keys[2:]


async def test_followers_are_found_by_repository(follows: FollowsTable) -> None:
    """Only those of this repository, whatever slashes are in its name, and the registry in any case."""
    mine = [follower("s:web:a"), follower("s:web:b", tag=None)]
    for one in (*mine, follower("s:web:c", "team"), follower("s:web:c", "team/shop/cart")):
        await follows.put(one)
    assert list(await follows.of("Demo.azurecr.io", "team/shop")) == mine
    assert await follows.of("other.azurecr.io", "team/shop") == ()
    assert len([one async for one in follows.all()]) == 4


async def test_a_follower_has_one_row_a_repository(follows: FollowsTable) -> None:
    """A new tag replaces the old one; another repository is another row, until it is removed."""
    await follows.put(follower("s:web:a"))
    await follows.put(follower("s:web:a", tag="v2"))
    await follows.put(follower("s:web:a", "cart"))
    assert [one.tag for one in await follows.of("demo.azurecr.io", "team/shop")] == ["v2"]
    await follows.remove(follower("s:web:a"))
    await follows.remove(follower("s:web:a"))
    assert [one.repository async for one in follows.all()] == ["cart"]


async def test_without_an_answer_nobody_is_unfollowed(follows: FollowsTable, table_network: LosingTransport) -> None:
    """A read that failed is an error, never an empty list."""
    await follows.put(follower("s:web:a"))
    table_network.lose = lambda request: True
    with pytest.raises(Temporary, match="team/shop"):
        await follows.of("demo.azurecr.io", "team/shop")


async def test_a_list_that_breaks_off_is_an_error(inventory: InventoryTable, table_network: LosingTransport) -> None:
    """Half an inventory is none: it is not taken for the whole."""
    await inventory.put(entry("s:web:shop"))
    table_network.lose = lambda request: request.method == "GET"
    with pytest.raises(Temporary, match="the inventory"):
        [one async for one in inventory.entries()]
