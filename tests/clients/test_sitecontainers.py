"""Sidecar-enabled apps by `az`: a main container and others, each a resource of its own."""

from tests.clients.shop import GROUP, IMAGE, PLAN, Shop

APP = f"--resource-group {GROUP} --name sidecars-az"
CACHE = f"{APP} --container-name cache"


async def test_containers_are_made_changed_and_taken_away(shop: Shop) -> None:
    """The main container is pulled with the app's identity and serves; the others are kept as they were told."""
    digest = await shop.push("hello-v1")
    await shop.az(f"webapp create {APP} --plan {PLAN} --sitecontainers-app")
    await shop.az(f"webapp identity assign {APP} --role AcrPull --scope {shop.registry_id}")
    await shop.az(
        f"webapp sitecontainers create {APP} --container-name main --image {IMAGE} --is-main true "
        "--target-port 80 --system-assigned-identity true"
    )
    await shop.az(
        f"webapp sitecontainers create {CACHE} --image mcr.microsoft.com/redis:7 --is-main false --target-port 6379"
    )
    await shop.serves("sidecars-az", digest)

    listed = {row["name"]: row for row in await shop.az(f"webapp sitecontainers list {APP}")}
    assert {name: row["isMain"] for name, row in listed.items()} == {"main": True, "cache": False}
    assert listed["main"]["authType"] == "SystemIdentity"
    await shop.az(f"webapp sitecontainers update {CACHE} --image mcr.microsoft.com/redis:8")
    assert (await shop.az(f"webapp sitecontainers show {CACHE}"))["image"] == "mcr.microsoft.com/redis:8"
    await shop.az(f"webapp sitecontainers delete {CACHE}")
    assert [row["name"] for row in await shop.az(f"webapp sitecontainers list {APP}")] == ["main"]
