"""What a rollout says about the configuration that it leaves behind, tried as a person would."""

from tests.clients.shop import GROUP, REGISTRY, Shop

APP = "back-az"
IMAGE = f"{REGISTRY}.azurecr.io/back"
_WITHIN = 120
_BLOCK_ENDS_WITHIN = 200
"""An image that crashed has its app blocked for up to two minutes."""


async def test_the_commands_that_rollouts_print_change_the_configuration(shop: Shop) -> None:
    """Rolled back, the tag is named again; left at a crash, the last good image is: by the commands as printed."""
    await shop.push("hello-v1", repository="back")
    app_id = await shop.app(APP, f"{IMAGE}:latest")
    await shop.adopted(APP, app_id)
    good = await shop.push("hello-v2", repository="back")
    served = await shop.place.until(APP, "succeeded", "failed", after=1, within=_WITHIN)
    assert served["state"] == "succeeded", served["detail"]

    await shop.push("crashes", repository="back")
    back = await shop.place.until(APP, "rolled_back", "failed", after=served["sequence"], within=_WITHIN)
    assert back["state"] == "rolled_back", back["detail"]
    assert await _named(shop) == f"DOCKER|{IMAGE}@{good}"
    await shop.az.shell(_command(back["detail"]))
    assert await _named(shop) == f"DOCKER|{IMAGE}:latest"

    await shop.az(f"resource tag --ids {app_id} --tags pulley-recover=report --is-incremental")
    await shop.place.tell(f"/apps/{APP}/rollouts", {"by": "ana"})
    left = await shop.place.until(APP, "failed", "rolled_back", after=back["sequence"], within=_WITHIN)
    assert left["state"] == "failed", left["detail"]
    await shop.az.shell(_command(left["detail"]))
    assert await _named(shop) == f"DOCKER|{IMAGE}@{good}"
    await shop.serves(APP, good, _BLOCK_ENDS_WITHIN)


def _command(detail: str) -> str:
    return "az " + detail.partition(": az ")[2]


async def _named(shop: Shop) -> str:
    config = await shop.az(f"webapp config show --resource-group {GROUP} --name {APP}")
    return str(config["linuxFxVersion"])
