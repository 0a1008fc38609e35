"""The law on what people say of an app while its rollout is under way: their tags, its state, an image of their own."""

from collections.abc import Iterator
from datetime import datetime

from local.azure.world import World
from local.azure.world.sites import Happened, Site
from operators.core.apps import AppId
from operators.core.recovery import Measure
from operators.core.rollouts import Rollout
from tests.simulation.invocation import Invocation

_ALLOWED_BY = {"report": (), "rollback": (Measure.ROLLBACK,)}
"""By the resource tag pulley-recover; any other value of the simulation allows everything."""


class Heeding:
    """Asks the world what they said, and knows since when.

    Only what was said before an invocation began could be read by it.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._tagged_at: dict[AppId, datetime] = {}
        self._hotfixed: dict[AppId, tuple[datetime, str]] = {}
        """When somebody wrote which image into the configuration."""
        self._acted_at: dict[tuple[str, int], datetime] = {}
        """By app and sequence number: when a rollout did something for the first time."""

    def tagged(self, app: str) -> None:
        """Somebody changed its resource tags."""
        self._tagged_at[self._id(app)] = self._world.now()

    def hotfixed(self, app: str) -> None:
        """Somebody named an image in its configuration."""
        site = self._world.site(app)
        self._hotfixed[self._id(app)] = (self._world.now(), site.linux_fx_version)

    def acted(self, rollout: Rollout) -> None:
        """The rollout does something."""
        self._acted_at.setdefault((rollout.app, rollout.sequence), self._world.now())

    def missed(self, on: AppId, by: Invocation, rollout: Rollout) -> Iterator[str]:
        """What somebody had said against an act on this app or slot."""
        app = AppId.from_key(rollout.app)
        tags = self._world.site(app.resource_id).told.tags
        tagged_at = self._tagged_at.get(app)
        if tagged_at is None or tagged_at < by.began:
            if tags.get("pulley") != "on":
                yield "the app is not Pulley's"
            recover = tags.get("pulley-recover", "full")
            if rollout.measure and rollout.measure not in _ALLOWED_BY.get(recover, tuple(Measure)):
                yield f"pulley-recover={recover} does not allow {rollout.measure}"
        stopped_at = _stopped_at(self._world.site(on.resource_id))
        if stopped_at and stopped_at < by.began:
            yield f"it is stopped since {stopped_at:%T}"
        # a first act that left no trace is decided anew, and brings the tag that they named by its digest
        if rollout.measure and (theirs := self.hotfix(on, by, rollout)):
            yield f"somebody wrote {theirs}"

    def hotfix(self, on: AppId, by: Invocation, rollout: Rollout) -> str | None:
        """The image of somebody else's that stands where this rollout has acted; None where there is none."""
        acted_at = self._acted_at.get((rollout.app, rollout.sequence))
        written_at, value = self._hotfixed.get(on, (None, ""))
        if acted_at is None or written_at is None or not acted_at < written_at < by.began:
            return None
        digest = rollout.wanted.digest if rollout.wanted else None
        ours = value == f"DOCKER|{rollout.reference}" and not rollout.pinned
        stands = self._world.site(on.resource_id).linux_fx_version == value
        return value if stands and not ours and (digest or "-") not in value else None

    def _id(self, app: str) -> AppId:
        return AppId.from_resource_id(self._world.site(app).id)


def _stopped_at(site: Site) -> datetime | None:
    if site.state == "Running":
        return None
    return next((one.at for one in reversed(site.history) if one.what is Happened.STOPPED), None)
