"""The last law: once nothing goes wrong any more, everything comes to rest, and what should run runs."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from local.azure.world import World
from local.azure.world.lifecycle import InstanceView
from local.storage import MemoryStorage
from local.storage.tables import Entity
from operators.cloud.keys import encode_key
from operators.cloud.queues import LOOKS, NOTICES, REFRESH, LookMessage, NoticeMessage
from operators.cloud.row_texts import text_of
from operators.core.active import Container
from operators.core.apps import AppId
from operators.core.choice import ChoiceReason
from operators.core.gate import HoldReason
from operators.core.looks import Cause, Look
from operators.core.notices import news_of
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.simulation.blame import Blame
from tests.simulation.events import Push
from tests.simulation.rows import EngineRow

BOUND = timedelta(hours=3)
"""After the last fault every push has reached its end, everything is tidied up, and the apps run their tags' images."""
_CLOCKS_DIFFER = timedelta(seconds=5)
_GIVEN_UP = timedelta(seconds=60)
_FAILURES = (State.FAILED, State.ROLLED_BACK, State.ROLLBACK_FAILED, State.UNVERIFIED, State.SUPERSEDED)
_TAKEN = (ChoiceReason.ADOPTED, ChoiceReason.REFERENCE_CHANGED)


@dataclass(frozen=True)
class Rest:
    """What is still to be done in a run, and why some apps do not run what their tags name."""

    world: World
    storage: MemoryStorage
    apps: tuple[str, ...]
    pushes: list[Push]
    blame: Blame

    def missing(self) -> list[str]:
        """What keeps the run from being at rest; empty where it is."""
        return [*self._messages(), *(line for app in self.apps for line in self._app(app))]

    def excuses(self) -> dict[str, str]:
        """The apps that rightly run something else than their tags' images, and why."""
        found = {app: self._excuse(app) for app in self.apps if not self._runs_its_tag(app)}
        return {app: excuse for app, excuse in found.items() if excuse}

    def _messages(self) -> Iterator[str]:
        waiting = {self._key(app) for app in self.apps if self._waits(app)}
        for queue in (LOOKS, f"{LOOKS}-poison", REFRESH):
            messages = [message.text for message in self.storage.queues.messages(queue)]
            left = [text for text in messages if queue != LOOKS or _app_of(text) not in waiting]
            if left:
                yield f"{len(left)} messages in {queue}"

    def _waits(self, app: str) -> bool:
        """Whether its rollout waits for a person, and rightly so."""
        row, rollouts = self._row(app), self._rollouts(app)
        rollout = row.active.rollout if row else None
        if rollout is None or rollout.state is not State.HELD:
            return False
        match rollout.reason:
            case HoldReason.FLAPPING:
                return self.blame.flaps([one for one in rollouts if one.ended])
            case HoldReason.FIGHT:
                return self.blame.fights(rollout.app)
        return False

    def _app(self, app: str) -> Iterator[str]:
        row = self._row(app)
        if row is None or row.active.container is None:
            yield f"{app} was never seen"
            return
        rollouts, container = self._rollouts(app), row.active.container
        for push in self.pushes:
            if str(container.reference) == push.image and not _covered(push, rollouts, self._key(app)):
                yield f"{app}: nothing ended since {push.named} was pushed to {push.image} at {push.at:%T}"
        waits = self._waits(app)
        if row.active.rollout and not waits:
            yield f"{app}: #{row.active.rollout.sequence} is {row.active.rollout.state}: {row.active.rollout.detail}"
        if row.claim:
            yield f"{app}: claimed until {row.claim.until:%T}"
        yield from (f"{app}: {line}" for line in self._unpublished(rollouts))
        for key, entity in self._partition("engine", self._key(app)).items():
            if key.startswith("l:") and not _came_late(entity):
                yield f"{app}: a look is left: {entity}"
        if (encode_key(self._key(app)) in self._partition("due", "one")) is not waits:
            yield f"{app}: nothing looks at it again" if waits else f"{app}: a due row is left"
        if self._tag_digest(container) != container.decided:
            yield f"{app}: {container.reference} is at {self._tag_digest(container)}, decided was {container.decided}"
        elif not self._runs_its_tag(app) and not self._excuse(app):
            yield f"{app} should run {self._tag_digest(container)}: {[_told(view) for view in self._views(app)]}"

    def _unpublished(self, rollouts: list[Rollout]) -> Iterator[str]:
        """Ends that everyone's list does not show, and those that nobody heard of."""
        listed = {text_of(entity.properties) for entity in self._partition("recent", "one").values()}
        told = {b64decode(message.text) for message in self.storage.queues.messages(NOTICES)}
        for rollout in rollouts:
            if not rollout.ended:
                continue
            if rollout.model_dump_json() not in listed:
                yield f"everyone's list does not show #{rollout.sequence} as {rollout.state}"
            notice = news_of(rollout)
            if notice and NoticeMessage(notice=notice).model_dump_json().encode() not in told:
                yield f"nobody was told of #{rollout.sequence}: {notice.news}"

    def _excuse(self, app: str) -> str | None:
        """Why it rightly does not run its tag's image; None where nothing excuses it."""
        row = self._row(app)
        container = row.active.container if row else None
        if row is None or container is None:
            return None
        digest = self._tag_digest(container)
        if self._waits(app):
            return f"waits: {row.active.rollout and row.active.rollout.reason}"
        rollouts = self._rollouts(app)
        failed_in = next((one.sequence for one in container.rejected if one.digest == digest), None)
        if failed_in is not None:
            rightly = any(one.sequence == failed_in and self.blame.on_image(one) for one in rollouts)
            return "rejected" if rightly else None
        # one that made room before it had acted says nothing about the app; one that was to recover does
        telling = (one for one in rollouts if one.state is not State.SUPERSEDED or one.applied_at)
        last = next((one for one in telling if one.image), None)
        if self._is_baseline(rollouts, container):
            return "its baseline"
        if rollouts and rollouts[0].reason == ChoiceReason.APP_STOPPED:
            return "stopped"
        if last and last.state in _FAILURES and self.blame.on_somebody(last):
            return f"{last.state}: {last.reason}"
        if last and last.asked and last.asked.wish and last.digest != digest:
            return "a person chose"
        return None

    def _is_baseline(self, rollouts: list[Rollout], container: Container) -> bool:
        """Whether nothing was pushed since the app was taken as it was: somebody else brought it there."""
        taken = next((one.ended_at for one in rollouts if one.reason in _TAKEN), None)
        pushed = [push.at for push in self.pushes if push.image == str(container.reference)]
        return taken is not None and all(at <= taken + _CLOCKS_DIFFER for at in pushed)

    def _runs_its_tag(self, app: str) -> bool:
        row = self._row(app)
        digest = self._tag_digest(row.active.container) if row and row.active.container else None
        views = self._views(app)
        return all(view.idle or (view.serving is not None and view.serving.digest == digest) for view in views)

    def _tag_digest(self, container: Container) -> str | None:
        if container.reference is None:
            return None
        registry = self.world.registry(container.reference.registry)
        view = registry.tag(container.reference.repository, container.reference.tag, self.world.now())
        return view.digest if view else None

    def _views(self, app: str) -> list[InstanceView]:
        return self.world.instances(app)

    def _row(self, app: str) -> EngineRow | None:
        return row_of(self.storage, self._id(app))

    def _rollouts(self, app: str) -> list[Rollout]:
        """Newest first."""
        rows = self._partition("engine", self._key(app))
        return [
            Rollout.model_validate_json(text_of(rows[key].properties)) for key in sorted(rows) if key.startswith("r:")
        ]

    def _partition(self, table: str, partition: str) -> Mapping[str, Entity]:
        return self.storage.tables.partition(table, encode_key(partition))

    def _key(self, app: str) -> str:
        return self._id(app).key

    def _id(self, app: str) -> AppId:
        return AppId.from_resource_id(self.world.site(app).id)


def row_of(storage: MemoryStorage, app: AppId) -> EngineRow | None:
    """The engine's row of an app, as it is stored now."""
    return EngineRow.of(storage.tables.partition("engine", encode_key(app.key)).get("active"))


def _app_of(text: str) -> str:
    return LookMessage.read(b64decode(text)).app


def _covered(push: Push, rollouts: list[Rollout], key: str) -> bool:
    """Whether a push that the app was marked for has reached an end; of a lost event only the tag's digest tells."""
    return key not in push.marked or any(one.ended_at and one.ended_at >= push.at - _CLOCKS_DIFFER for one in rollouts)


def _came_late(mark: Entity) -> bool:
    """Whether an event's mark took effect when its sender had long given up and, told again, had marked anew.

    It says nothing that was not answered, and goes with the app's next step: no law of storage could keep it away.
    """
    look = Look.model_validate_json(text_of(mark.properties))
    return look.cause is not Cause.PERSON and mark.timestamp - look.at > _GIVEN_UP


def _told(view: InstanceView) -> str:
    return f"{view.serving.image_name} {view.serving.digest[:15]}" if view.serving else "nothing"
