"""What success rests on: every instance really runs what the rollout says it does."""

from datetime import datetime, timedelta

from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from operators.core.apps import AppId
from operators.core.proof import Proof
from operators.core.rollouts import Rollout
from tests.simulation.heeding import Heeding
from tests.simulation.invocation import CURRENT
from tests.simulation.verdict import Verdict

_CLOCKS_DIFFER = timedelta(seconds=5)
_BACK = timedelta(seconds=0.1)
"""An app may serve for so short a time: somebody stops what has just started."""
_HEALTHY = range(200, 300)
_UNPROVEN = "unproven"
"""The reason of a way back whose end could not be verified."""


class Evidence:
    """Asks the simulated Azure what is true, behind the operator's back."""

    def __init__(self, verdict: Verdict, world: World, heeding: Heeding) -> None:
        self._verdict = verdict
        self._world = world
        self._heeding = heeding

    def of(self, rollout: Rollout, intended_at: datetime | None) -> None:
        """A rollout ended well: was that so at any moment since the invocation that says it began to look?

        `intended_at` is when its last act was, by the clock that nobody has.
        """
        by = CURRENT.get()
        assert by is not None
        if theirs := self._heeding.hotfix(rollout.acted_on, by, rollout):
            self._breaks(rollout, f"but somebody wrote {theirs}")
        moment = self._world.now()
        while moment > by.began - _BACK:
            views = self._at(rollout, moment)
            if intended_at and views and all(_runs(view, rollout, intended_at) for view in views):
                self._is_healthy(rollout, views)
                return
            moment -= _BACK
        views = self._at(rollout, self._world.now())
        wanted = rollout.wanted.digest if rollout.wanted else None
        meant = f"{wanted}, intended at {intended_at:%T}" if intended_at else f"{wanted}, which was never intended"
        self._breaks(rollout, f"with {meant}, but: {'; '.join(map(_told, views))}")

    def _is_healthy(self, rollout: Rollout, views: list[InstanceView]) -> None:
        """Where there is a health path, some instance answers there as healthy ones do; what is unproven says so."""
        path = self._world.site(AppId.from_key(rollout.app).resource_id).config.get("healthCheckPath")
        images = [view.serving.image for view in views if view.serving]
        if not isinstance(path, str) or rollout.reason == _UNPROVEN:
            return
        if not any(image.paths.get(path, image.status) in _HEALTHY for image in images):
            self._breaks(rollout, f"but {path} answers {[image.paths.get(path, image.status) for image in images]}")

    def _breaks(self, rollout: Rollout, how: str) -> None:
        name = f"#{rollout.sequence} of {rollout.app} is {rollout.state} ({rollout.proof})"
        self._verdict.breaks("success needs evidence", f"{name} {how}")

    def _at(self, rollout: Rollout, moment: datetime) -> list[InstanceView]:
        site = self._world.site(AppId.from_key(rollout.app).resource_id)
        return self._world.instances(site, moment)


def _runs(view: InstanceView, rollout: Rollout, intended_at: datetime) -> bool:
    if view.serving is None or view.serving_since is None:
        return False
    right = rollout.wanted is not None and view.serving.digest == rollout.wanted.digest
    # what came by a swap was started in the slot before
    anew = view.serving_since >= intended_at - _CLOCKS_DIFFER or (rollout.swapped and right)
    return anew and (right or rollout.proof is Proof.ASSUMED)


def _told(view: InstanceView) -> str:
    if view.serving is None:
        return f"{view.machine} serves nothing"
    return f"{view.machine} serves {view.serving.image_name} ({view.serving.digest[:15]}) since {view.serving_since:%T}"
