"""Which sites and slots a scope has: lists that are read whole, or not at all."""

import pytest

from operators.errors import BadInput, NotFound, Temporary
from tests.cloud.shop import SCENARIO, Shop


async def test_a_subscription_is_listed_with_its_slots(shop: Shop) -> None:
    """The subscription's list has no slots; resource groups with Linux sites are asked for them, whatever those run."""
    names = await shop.names(shop.subscription)
    assert sorted(names) == ["api", "api:canary", "api:staging", "code", "code:next", "sleepy", "windows", "worker"]
    # Five sites in pages of two, and the five and three rows of two groups in pages of two.
    assert shop.calls() == {"sites.list": 3, "sites.list_group": 5}


async def test_a_resource_group_is_listed_with_its_slots(shop: Shop) -> None:
    """One list says everything about a resource group, whatever the case of its id."""
    names = await shop.names(f"{shop.subscription}/resourcegroups/Apps")
    assert sorted(names) == ["api", "api:canary", "api:staging", "sleepy", "worker"]
    assert set(shop.calls()) == {"sites.list_group"}


@pytest.mark.parametrize("scope", ["", "/subscriptions", "/subscriptions/a/resourceGroups/b/providers/c", "/x/y"])
async def test_another_scope_is_refused(shop: Shop, scope: str) -> None:
    """Only subscriptions and resource groups are scopes."""
    with pytest.raises(BadInput, match="scope"):
        await shop.names(scope)


@pytest.mark.parametrize(
    ("path", "skip"), [("Microsoft.Web/sites$", 1), ("resourceGroups/apps/", 0)], ids=["second page", "slots"]
)
async def test_a_page_that_fails_is_no_end(shop: Shop, path: str, skip: int) -> None:
    """A list that was not read whole ends with an error, so nothing is taken for gone."""
    shop.fault(path, skip=skip, status=503)
    with pytest.raises(Temporary, match="503"):
        await shop.names(shop.subscription)


async def test_a_group_that_went_away_meanwhile_is_left_out(shop: Shop) -> None:
    """Between the two lists a resource group may be deleted: that is an answer."""
    shop.fault("resourceGroups/apps/", status=404, code="ResourceGroupNotFound", message="could not be found")
    assert sorted(await shop.names(shop.subscription)) == ["api", "code", "code:next", "sleepy", "windows", "worker"]


async def test_a_group_that_was_asked_for_and_is_not_there(shop: Shop) -> None:
    """As a scope it has to be there: an empty list would hide a typo."""
    with pytest.raises(NotFound, match="404"):
        await shop.names(f"{shop.subscription}/resourceGroups/typo")


async def test_a_subscription_without_linux_sites_is_one_list() -> None:
    """Slots of Windows sites are no Linux containers: their groups are not asked for them."""
    windows = [site for site in SCENARIO["sites"] if site["name"] == "windows"]
    shop = Shop(sites=windows, role_assignments=[])
    assert await shop.names(shop.subscription) == ["windows"]
    assert shop.calls() == {"sites.list": 1}
    await shop.sites.close()
