"""The operator takes over an app as the tutorial leaves it."""

from typing import Any

from tests.clients.shop import GROUP, REGISTRY, Shop

APP = f"--resource-group {GROUP} --name taken-az"
LEFT_BEHIND = ("webhooks", "continuous_deployment")


async def test_the_doctor_names_what_is_left_and_a_push_rolls_out(shop: Shop) -> None:
    """Tagged, the app is adopted; the doctor's own commands mend what it names; then a push rolls out once."""
    first = await shop.push("hello-v1", repository="taken")
    app_id = await shop.app("taken-az", f"{REGISTRY}.azurecr.io/taken:latest")
    await shop.serves("taken-az", first)
    url = (await shop.az(f"webapp deployment container config {APP} --enable-cd true"))["CI_CD_URL"]
    await shop.az(f"acr webhook create -r {REGISTRY} -n takenhook --uri '{url}' --actions push --scope taken:latest")
    await shop.adopted("taken-az", app_id)

    checks = await _checks(shop)
    assert {code: checks[code]["status"] for code in LEFT_BEHIND} == dict.fromkeys(LEFT_BEHIND, "warning")
    for code in LEFT_BEHIND:
        for line in checks[code]["fix"]:
            await shop.az.shell(line)
    checks = await _checks(shop)
    assert {code: checks[code]["status"] for code in LEFT_BEHIND} == dict.fromkeys(LEFT_BEHIND, "ok")
    assert await shop.az(f"acr webhook list -r {REGISTRY}") == []

    second = await shop.push("hello-v2", repository="taken")
    rollout = await shop.place.until("taken-az", "succeeded", "failed", after=0, within=90)
    assert rollout["state"] == "succeeded", rollout["detail"]
    await shop.serves("taken-az", second)


async def _checks(shop: Shop) -> dict[str, Any]:
    return {check["code"]: check for check in (await shop.place.ask("/apps/taken-az/doctor"))["checks"]}
