"""The way back: which of the last good images there still is to go back to, and whether a swap or a write brings it."""

import asyncio
from dataclasses import dataclass

from operators.cloud.arm_errors import read_or_unknown
from operators.core.images import ImageReference
from operators.core.model import Digest, Unknown
from operators.core.other_work import OtherWork, other_work
from operators.core.rollouts import Rollout
from operators.flows.facts import configured_image
from operators.flows.services import House


@dataclass(frozen=True)
class WayBack:
    """What is gone back to."""

    image: ImageReference
    swaps: bool
    """By the slot, which still has it."""
    told: str
    """The same for a person."""


@dataclass(frozen=True)
class GoingBack:
    """Looks at the registry and at the slot; does nothing."""

    house: House

    async def way(self, rollout: Rollout, goods: tuple[Digest, ...]) -> WayBack | None:
        """The way to the first of these that there still is; None where the registry says that it has none of them."""
        assert rollout.image is not None
        good = await self._first_there(rollout.image, goods)
        if good is None:
            return None
        image, which = rollout.image.at(good), "" if good == goods[0] else " that the registry still has"
        told = f"the last good image{which}, {image}"
        if rollout.slot is None:
            return WayBack(image, False, told)
        no_swap = await self._no_swap(rollout, image)
        how = f"written and not swapped in: {no_swap}" if no_swap else "which the slot still has"
        return WayBack(image, no_swap is None, f"{told}, {how}")

    async def _first_there(self, image: ImageReference, goods: tuple[Digest, ...]) -> Digest | None:
        """The newest that the registry does not say it has no more; one that gives no answer stops nobody."""
        for digest in goods:
            reading = self.house.azure.content.manifest(image.registry, image.repository, digest, self.house.now())
            if await read_or_unknown(f"manifest {image.at(digest)}", reading) is not None:
                return digest
        return None

    async def _no_swap(self, rollout: Rollout, good: ImageReference) -> str | None:
        """Why the last good image is written and not swapped in, which brings it without a pull or a start.

        The app does not serve, so nothing in the slot is waited for: a write does not touch what others do there.
        """
        slot = rollout.acted_on.slot_id(rollout.slot)
        site, config, deployments = await asyncio.gather(
            read_or_unknown(f"slot {slot.name}", self.house.azure.sites.site(slot)),
            read_or_unknown(f"config/web of {slot.name}", self.house.azure.sites.config(slot)),
            read_or_unknown(f"deploymentStatus of {slot.name}", self.house.azure.details.deployments(slot)),
        )
        for read in (site, config, deployments):
            if isinstance(read, Unknown):
                return f"{read.what} cannot be read: {read.reason}"
        assert not isinstance(site, Unknown)
        assert not isinstance(config, Unknown)
        configured = configured_image(config)
        if configured is None or configured.digest != good.digest:
            return f"{slot.name} has {config.linux_fx_version}"
        if site.stopped:
            return f"{slot.name} is stopped"
        if isinstance(other := other_work(site, deployments), OtherWork):
            return f"in {slot.name} {other.detail}"
        # others may have been at work in the slot, though nothing shows it there; a 429 is nobody's work
        return "the way back was refused before" if rollout.busy and rollout.hindered_since else None
