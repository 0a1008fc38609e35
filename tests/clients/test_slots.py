"""Deployment slots by `az`: made like the app, with an identity of their own, and swapped."""

from tests.clients.shop import GROUP, REGISTRY, Shop

APP = f"--resource-group {GROUP} --name slots-az"
SLOT = f"{APP} --slot staging"
NEXT = f"{REGISTRY}.azurecr.io/next:latest"


async def test_a_slot_is_made_listed_and_swapped(shop: Shop) -> None:
    """Image and settings change places; sticky settings and identities stay."""
    old, new = await shop.push("hello-v1"), await shop.push("hello-v2", repository="next")
    await shop.app("slots-az")
    await shop.az(f"webapp config appsettings set {APP} --settings COLOUR=blue --slot-settings STAGE=production")
    await shop.az(f"webapp deployment slot create {SLOT} --configuration-source slots-az")
    assert [row["name"] for row in await shop.az(f"webapp deployment slot list {APP}")] == ["staging"]
    given = await shop.az(f"webapp identity assign {SLOT} --role AcrPull --scope {shop.registry_id}")
    await shop.az(f"webapp config container set {SLOT} --container-image-name {NEXT}")
    await shop.az(f"webapp config appsettings set {SLOT} --settings COLOUR=green --slot-settings STAGE=staging")
    await shop.az(f"webapp stop {SLOT}")
    await shop.az(f"webapp start {SLOT}")
    await shop.serves("slots-az", old)
    await shop.serves("slots-az/staging", new)

    await shop.az(f"webapp deployment slot swap {APP} --slot staging --target-slot production")

    await shop.serves("slots-az", new)
    await shop.serves("slots-az/staging", old)
    site = await shop.az(f"webapp show {APP}")
    assert site["slotSwapStatus"]["sourceSlotName"] == "staging"
    assert (await shop.az(f"webapp config show {APP}"))["linuxFxVersion"] == f"DOCKER|{NEXT}"
    assert await _settings(shop, APP) == {"COLOUR": "green", "STAGE": "production"}
    assert await _settings(shop, SLOT) == {"COLOUR": "blue", "STAGE": "staging"}
    assert (await shop.az(f"webapp identity show {SLOT}"))["principalId"] == given["principalId"]


async def _settings(shop: Shop, of: str) -> dict[str, str]:
    rows = await shop.az(f"webapp config appsettings list {of}")
    return {row["name"]: row["value"] for row in rows if row["name"] in ("COLOUR", "STAGE")}
