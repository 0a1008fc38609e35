"""Who is at fault where a rollout failed: the image, or people? Asked of the world, behind the operator's back."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from local.azure.world import World
from operators.core.images import ImageReference
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.simulation.deeds import Deed, Deeds
from tests.simulation.scenario import NEVER_SERVES, SICK

_IN_A_ROW = 3
"""So many rollouts have to fail in a row until it may wait for a person."""
_REVERTS = 2
_BROUGHT = (State.SUCCEEDED, State.UNVERIFIED)


@dataclass(frozen=True)
class Blame:
    """Knows the images, and what people did."""

    world: World
    deeds: Deeds

    def on_image(self, rollout: Rollout) -> bool:
        """Whether its image serves nowhere; or was told to listen where it does not, which looks the same."""
        ended = rollout.ended_at or self.world.now()
        return self.never_serves(rollout.image) or self.deeds.disturbed(
            rollout.app, rollout.created_at, ended, Deed.PORT
        )

    def never_serves(self, image: ImageReference | None) -> bool:
        """Whether no container of the image ever serves."""
        return self._name(image) in NEVER_SERVES

    def failed_of_itself(self, rollout: Rollout) -> bool:
        """Whether its image was tried, serves nowhere, and nobody disturbed that: there is nothing else to fail for."""
        ended = rollout.ended_at or self.world.now()
        tried = rollout.applied_at is not None and self.never_serves(rollout.image)
        return tried and not self.deeds.disturbed(rollout.app, rollout.created_at, ended)

    def on_somebody(self, rollout: Rollout) -> bool:
        """Whether anybody but us can be at fault: the image, which may not be there, or a person."""
        if rollout.image is None:
            return True
        path = self.world.site(rollout.acted_on.resource_id).config.get("healthCheckPath")
        fails = (None, *NEVER_SERVES, *((SICK,) if path else ()))
        ended = rollout.ended_at or self.world.now()
        return self._name(rollout.image) in fails or self.deeds.disturbed(rollout.app, rollout.created_at, ended)

    def flaps(self, earlier: Sequence[Rollout]) -> bool:
        """Whether enough rollouts failed in a row, newest first, since the last one that a person asked for or that
        brought its image; none of them through our own fault.
        """
        acted = [one for one in earlier if one.applied_at or one.measure]
        failed = list(takewhile(lambda one: one.state not in _BROUGHT, acted))
        asked = next((number for number, one in enumerate(failed, 1) if one.asked), len(failed))
        counted = failed[:asked]
        return len(counted) >= _IN_A_ROW and all(
            one.state is State.SUPERSEDED or self.on_somebody(one) for one in counted
        )

    def fights(self, app: str) -> bool:
        """Whether somebody configured the app often enough to have changed back what we wrote."""
        return self.deeds.times(app, Deed.CONFIGURE) >= _REVERTS

    def _name(self, image: ImageReference | None) -> str | None:
        """The scenario's name for it; None where there is no such image."""
        if image is None:
            return None
        registry = self.world.registry(image.registry)
        manifest = registry.manifest(image.repository, image.digest or "", self.world.now())
        return manifest.image if manifest else None
