"""The app with a slot that its new images go through, and what happens to the two."""

from dataclasses import replace
from typing import Any

from local.azure.scenario import Image
from tests.flows.town import Town

IMAGE = "contoso.azurecr.io/shop:stable"
CAREFUL = {"pulley": "on", "pulley-strategy": "swap:staging"}


def with_slot(scenario: dict[str, Any], slot: dict[str, Any]) -> dict[str, Any]:
    """The scenario with the slot `staging`, which has an identity of its own; `role` says whether that may pull."""
    site = scenario["sites"][0]
    same = {name: site[name] for name in ("image", "identity", "acr_use_managed_identity_creds", "health_check_path")}
    site |= {"tags": CAREFUL, "slots": [{"name": "staging", **same, "tags": {"pulley": "on"}} | slot]}
    grant = {"principal": "shop/staging", "role": "AcrPull", "scope": "contoso"}
    if slot.get("role", True):
        scenario["role_assignments"].append(grant)
    site["slots"][0].pop("role", None)
    return scenario


def serving(town: Town, name: str = "shop") -> set[str | None]:
    """The digests that really serve."""
    return {one.serving.digest if one.serving else None for one in town.world.instances(name)}


def begins_to_crash(town: Town, digest: str) -> None:
    """The image's next start fails: what it needs is there in the slot only."""
    stays = town.world.registry("contoso").repositories["shop"].manifests[digest]
    stays[:] = [replace(stay, manifest=replace(stay.manifest, described=Image(exit_code=3))) for stay in stays]


def swap_by_hand(town: Town) -> None:
    """A person swaps the slot with the app."""
    town.world.catch_up()
    town.world.swaps.begin(town.world.site("shop/staging"), town.world.site("shop"), (), town.clock.now())


def write_into_slot(town: Town) -> None:
    """A person writes another image into the slot."""
    town.world.push("contoso", "shop", "other", "v3")
    town.world.configure("shop/staging", {"linuxFxVersion": "DOCKER|contoso.azurecr.io/shop:other"})


async def begin_to_swap(town: Town) -> None:
    """Let time go by until the swap was asked for."""
    while "slots.swap" not in town.acts:
        await town.run(seconds=1, step=1)


async def swapped_in_and_crashing(town: Town) -> str:
    """A good image serves, its successor is swapped in and crashes anew: the good one, which the slot has."""
    good = await town.push(IMAGE, "v2")
    await town.run()
    town.world.journal.clear()
    bad = await town.push(IMAGE, "v3")
    while "slots.swap" not in town.acts or not (await town.rollout("shop")).swapped:
        await town.run(seconds=1, step=1)
    begins_to_crash(town, bad)
    town.world.restart("shop")
    return good
