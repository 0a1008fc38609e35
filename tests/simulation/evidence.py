"""What success rests on: every instance really runs what the rollout says it does."""

from datetime import datetime, timedelta

from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from operators.core.apps import AppId
from operators.core.rollouts import Rollout
from operators.core.watch import Proof
from tests.simulation.invocation import CURRENT
from tests.simulation.verdict import Verdict

_CLOCKS_DIFFER = timedelta(seconds=5)
_BACK = timedelta(seconds=2)


class Evidence:
    """Asks the simulated Azure what is true, behind the operator's back."""

    def __init__(self, verdict: Verdict, world: World) -> None:
        self._verdict = verdict
        self._world = world

    def of(self, rollout: Rollout) -> None:
        """A rollout ended well: was that so at any moment since the invocation that says it began to look?"""
        by = CURRENT.get()
        assert by is not None
        moment = self._world.now()
        while moment > by.began - _BACK:
            if all(_runs(view, rollout) for view in self._at(rollout, moment)):
                return
            moment -= _BACK
        views = "; ".join(_told(view) for view in self._at(rollout, self._world.now()))
        wanted = rollout.wanted.digest if rollout.wanted else None
        how = f"#{rollout.sequence} of {rollout.app} is {rollout.state} ({rollout.proof}) with {wanted}, but: {views}"
        self._verdict.breaks("success needs evidence", how)

    def _at(self, rollout: Rollout, moment: datetime) -> list[InstanceView]:
        site = self._world.site(AppId.from_key(rollout.app).resource_id)
        return self._world.instances(site, moment)


def _runs(view: InstanceView, rollout: Rollout) -> bool:
    if view.serving is None or view.serving_since is None or rollout.intended_at is None:
        return False
    right = rollout.wanted is not None and view.serving.digest == rollout.wanted.digest
    if rollout.proof is Proof.ASSUMED:
        # what came by a swap was started in the slot before
        return view.serving_since >= rollout.intended_at - _CLOCKS_DIFFER or (rollout.swapped and right)
    return right


def _told(view: InstanceView) -> str:
    if view.serving is None:
        return f"{view.machine} serves nothing"
    return f"{view.machine} serves {view.serving.image_name} ({view.serving.digest[:15]}) since {view.serving_since:%T}"
