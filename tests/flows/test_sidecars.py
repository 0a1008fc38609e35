"""Sidecar-enabled sites are listed and may be asked about; no push, drift check or person rolls anything out there."""

from typing import Any

import pytest

from operators.core.transitions import State
from operators.errors import Conflict
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"


@pytest.fixture
def scenario(scenario: dict[str, Any]) -> dict[str, Any]:
    """Beside the classic app a sidecar-enabled one, `blog`, which says pulley=on and runs the same image."""
    main = {"name": "main", "image": IMAGE, "is_main": True, "auth_type": "SystemIdentity"}
    blog = {"name": "blog", "tags": {"pulley": "on"}, "identity": {"system": True}, "site_containers": [main]}
    scenario["sites"].append(blog)
    scenario["role_assignments"].append({"principal": "blog", "role": "AcrPull", "scope": "contoso"})
    return scenario


async def followers(town: Town) -> list[str]:
    """The names of the apps that a push of the image reaches."""
    found = await town.operator.house.records.follows.of("contoso.azurecr.io", "shop")
    return [one.app.rpartition(":")[2] for one in found]


async def test_it_is_listed_and_says_that_nothing_is_rolled_out(town: Town) -> None:
    """GET /api/apps and …/access know it; it is not among those that are looked after."""
    app = await town.operator.admin.app("blog")
    assert (app.image, app.looked_after, app.reference) == (None, False, None)
    assert "sidecar-enabled" in (app.not_rolled_out or "")
    assert (await town.operator.admin.access("blog")).verdict == "allowed"
    shop = await town.operator.admin.app("shop")
    assert (shop.looked_after, shop.not_rolled_out) == (True, None)


async def test_neither_push_nor_drift_reaches_it(town: Town) -> None:
    """The push is the classic app's alone, and the drift check finds nothing that is behind."""
    await town.push(IMAGE, "v2")
    await town.run()
    checked = await town.operator.drift.check()
    await town.run()
    seen = checked.inventory
    assert (seen.seen, seen.looked_after, seen.first_seen, checked.marked) == (2, 1, (), ())
    assert await followers(town) == ["shop"]
    assert town.acts == ["sites.restart"]
    active, looks = await town.operator.house.records.engine.read(town.key("blog"))
    assert (active.sequence, looks) == (0, ())


async def test_a_person_who_deploys_is_told_why_not(town: Town) -> None:
    """409 with the reason, and no mark."""
    with pytest.raises(Conflict, match="nothing is rolled out to it"):
        await town.operator.admin.deploy("blog", b"")
    assert (await town.operator.house.records.engine.read(town.key("blog")))[1] == ()


async def test_a_classic_app_that_gets_sidecars_is_let_go(town: Town) -> None:
    """A mark that was on its way ends as skipped, and from the next list on no push reaches it; it stays listed."""
    town.world.configure("shop", {"linuxFxVersion": "sitecontainers"})
    await town.push(IMAGE, "v2")
    await town.run()
    refreshed = await town.operator.inventory.refresh()
    assert (refreshed.gone, refreshed.changed, refreshed.looked_after) == ((), (), 0)
    assert await followers(town) == []
    await town.push(IMAGE, "v3")
    await town.run()
    assert town.acts == []
    assert (await town.operator.admin.app("shop")).not_rolled_out is not None


async def test_sidecars_that_become_a_classic_app_are_taken_on(town: Town) -> None:
    """It is adopted as at first sight, and then follows like any other."""
    town.world.configure("blog", {"linuxFxVersion": f"DOCKER|{IMAGE}", "acrUseManagedIdentityCreds": True})
    refreshed = await town.operator.inventory.refresh()
    assert refreshed.first_seen == (town.key("blog"),)
    await town.run()
    await town.push(IMAGE, "v2")
    await town.run(seconds=900)
    assert (await town.rollout("blog")).state is State.SUCCEEDED


async def test_a_role_that_is_given_rolls_nothing_out(town: Town) -> None:
    """POST …/access/grant has waiting rollouts look again; here there is none, and none begins."""
    town.world.remove_role("blog", "AcrPull", "contoso")
    town.clock.advance(1)
    assert (await town.operator.admin.grant("blog", b'{"by": "ana"}')).role == "AcrPull"
    await town.run()
    assert (await town.operator.house.records.engine.read(town.key("blog")))[0].sequence == 0
    assert town.acts == []
    assert (await town.operator.admin.access("blog")).verdict == "allowed"
