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


async def test_what_the_operator_proposes_mends_a_container(shop: Shop) -> None:
    """Its command changes as whom a container is pulled, and keeps the port, which `sitecontainers update` forgets."""
    app = "--resource-group shop --name sidecars-mended"
    site = await shop.az(f"webapp create {app} --plan {PLAN} --sitecontainers-app")
    await shop.az(f"webapp identity assign {app} --role AcrPull --scope {shop.registry_id}")
    main = f"{app} --container-name main"
    await shop.az(f"webapp sitecontainers create {main} --image {IMAGE} --is-main true --target-port 80")
    await shop.place.tell("/drift/check")

    access = await shop.place.ask("/apps/sidecars-mended/access")
    assert [(one["name"], one["access"]["reason"]) for one in access["containers"]] == [("main", "credentials_missing")]
    for command in access["fix"]:
        await shop.az.shell(command)
    mended = await shop.az(f"webapp sitecontainers show {main}")
    assert (mended["authType"], mended["targetPort"], mended["isMain"]) == ("SystemIdentity", "80", True)
    assert (await shop.place.ask("/apps/sidecars-mended/access"))["verdict"] in ("allowed", "propagating")
    assert site["id"].lower() in access["fix"][-1].lower()
