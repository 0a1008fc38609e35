"""The laws on acts: one writer per app, a record before, and no act where none is allowed."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from local.azure.asgi import Answer
from local.azure.world import World
from local.in_process import Answering, Asked
from local.storage.tables import Commit
from operators.core.active import Active
from operators.core.apps import AppId
from operators.core.images import linux_fx_version
from operators.core.recovery import Measure
from operators.core.rollouts import Act as Kind
from operators.core.rollouts import Rollout
from operators.core.strategies import STRATEGY_TAG, Way
from tests.simulation.blocks import Blocks
from tests.simulation.heeding import Heeding
from tests.simulation.invocation import CURRENT, Invocation
from tests.simulation.majority import most_serve
from tests.simulation.repeats import RepeatLaw
from tests.simulation.rows import EngineRow
from tests.simulation.trace import Trace
from tests.simulation.verdict import Verdict

_ACTS = {
    Kind.RESTART: ("POST", re.compile(r"(?P<app>/subscriptions/.*)/restart$", re.IGNORECASE)),
    Kind.WRITE: ("PATCH", re.compile(r"(?P<app>/subscriptions/.*)/config/web$", re.IGNORECASE)),
    Kind.SWAP: ("POST", re.compile(r"(?P<app>/subscriptions/.*)/slots/[^/]+/slotsswap$", re.IGNORECASE)),
}
_REFUSED = 400
"""From this HTTP status on nothing was done."""
_TRIES = 2
"""So often what others have under way may be unreadable before that stops nothing any more."""
_ONE_WRITER, _RECORDED, _ALLOWED = "one writer", "a record around every act", "no act where none is allowed"


@dataclass(frozen=True)
class Act:
    """A call that changes an app."""

    on: AppId
    """What it changes: for a swap the production site."""
    kind: Kind
    app: AppId
    """Whose rollout it has to be: the slot that another app's images go through belongs to that app."""

    def __str__(self) -> str:
        return f"{self.kind} of {self.on.name}"


@dataclass(frozen=True)
class _Intent:
    at: datetime
    invocation: int


class ActLaws:
    """Knows who acts at the moment, what was intended, and what may not be touched."""

    def __init__(
        self, verdict: Verdict, world: World, trace: Trace, row_of: Callable[[AppId], EngineRow | None]
    ) -> None:
        self._verdict = verdict
        self._world = world
        self._trace = trace
        self._row_of = row_of
        self._acting: dict[AppId, Invocation] = {}
        self._intents: dict[AppId, _Intent] = {}
        self._frozen_since: datetime | None = None
        self.rejected: dict[tuple[str, str], int] = {}
        """(app, digest) → the rollout in which it failed."""
        self.others: dict[str, datetime] = {}
        """Resource id, in lower case → since when somebody else is at work on the app."""
        self.done: list[Act] = []
        self.repeats = RepeatLaw(verdict)
        self.blocks = Blocks(world)
        self.heeding = Heeding(world)

    def now(self) -> datetime:
        """The present moment, by the world's clock."""
        return self._world.now()

    def committed(self, commit: Commit) -> None:
        """Learn of intents, and of the freeze."""
        if commit.table == "switches" and "freeze" in commit.rows:
            frozen = "freeze" in commit.after
            self._frozen_since = (self._frozen_since or self._world.now()) if frozen else None
        if commit.table != "engine" or "active" not in commit.rows:
            return
        before, after = EngineRow.of(commit.before.get("active")), EngineRow.of(commit.after.get("active"))
        if after and after.active.rollout:
            self.repeats.stored(after.active.rollout)
        known = before.active.rollout.intended_at if before and before.active.rollout else None
        intended = after.active.rollout.intended_at if after and after.active.rollout else None
        by = CURRENT.get()
        if after and intended and (known is None or intended > known) and by:
            self._intents[AppId.from_key(after.active.app)] = _Intent(intended, by.number)

    def act_of(self, asked: Asked) -> Act | None:
        """The act that a call is; None for a read."""
        path = urlsplit(asked.url).path
        for kind, (method, pattern) in _ACTS.items():
            if asked.method == method and (match := pattern.match(path)):
                on = AppId.from_resource_id(match["app"])
                return Act(on, kind, self._owner(on))
        return None

    def sends(self, act: Act) -> None:
        """A call that changes an app leaves."""
        by, other = CURRENT.get(), self._acting.get(act.app)
        assert by is not None
        if other is not None:
            self._verdict.breaks(_ONE_WRITER, f"{act} by {by} while {other} acts on it")
        self._acting[act.app] = by

    def has_answer(self, act: Act, answer: Answer) -> None:
        """Its answer arrived."""
        row = self._row_of(act.app)
        if row and row.active.rollout and answer.status < _REFUSED:
            self.repeats.answered(row.active.rollout)

    def is_over(self, act: Act) -> None:
        """It has its answer, or will never get one."""
        self._acting.pop(act.app, None)

    def watching(self, effect: Answering) -> Answering:
        """The way to Azure, with the laws held against every act that happens there."""

        async def answer(asked: Asked) -> Answer:
            act = self.act_of(asked)
            if act is None:
                return await effect(asked)
            rollout = self._happens(act, asked)
            answer = await effect(asked)
            if rollout and answer.status < _REFUSED and (by := CURRENT.get()):
                self.repeats.took_effect(rollout, by.number)
            return answer

        return answer

    def _happens(self, act: Act, asked: Asked) -> Rollout | None:
        """Hold the laws against it; the rollout that it is done for."""
        by, row = CURRENT.get(), self._row_of(act.app)
        assert by is not None
        self.done.append(act)
        rollout = row.active.rollout if row else None
        self._trace.note(str(by), "ACT %s (rollout #%s)", act, rollout.sequence if rollout else "?")
        if row is None or rollout is None or not rollout.occupying:
            self._verdict.breaks(_RECORDED, f"{act} by {by} without a rollout under way")
            return None
        self._has_intent(act, by)
        if row.claim is None or row.claim.owner != by.owner or row.claim.until <= self._world.now():
            self._verdict.breaks(_ONE_WRITER, f"{act} by {by} without the claim: {row.claim}")
        self._is_allowed(act, by, rollout, row.active)
        wanted = linux_fx_version(rollout.wanted) if rollout.wanted else ""
        meant = (rollout.act, rollout.acted_on)
        if (act.kind, act.on) != meant or (act.kind is Kind.WRITE and wanted not in asked.body.decode()):
            self._verdict.breaks(_RECORDED, f"{act} by {by} is not what #{rollout.sequence} intended: {asked.body!r}")
        return rollout

    def _owner(self, on: AppId) -> AppId:
        site = on.site_id
        said = self._world.site(site.resource_id).told.tags.get(STRATEGY_TAG)
        return site if on.slot and said and Way.parse(said).slot == on.slot else on

    def _has_intent(self, act: Act, by: Invocation) -> None:
        """Each intent allows one act, by whoever stored it."""
        intent = self._intents.pop(act.app, None)
        if intent is None or intent.invocation != by.number:
            self._verdict.breaks(_RECORDED, f"{act} by {by} without an intent of its own stored before: {intent}")

    def _is_allowed(self, act: Act, by: Invocation, rollout: Rollout, active: Active) -> None:
        if by.observes:
            self._verdict.breaks(_ALLOWED, f"{act} by {by}, which only observes")
        if self._frozen_since and self._frozen_since < by.began:
            self._verdict.breaks(_ALLOWED, f"{act} by {by} though frozen since {self._frozen_since:%T}")
        theirs = self.others.get(act.on.resource_id.lower())
        unreadable = "deploymentStatus" in rollout.detail or rollout.retries > _TRIES
        if theirs and theirs < by.began and not unreadable:
            self._verdict.breaks(
                "nothing is done into other people's work", f"{act} by {by}: under way since {theirs:%T}"
            )
        self._is_in_order(act, by, rollout)
        self._heeds_people(act, by, rollout)
        self._leaves_most(act, by, rollout)
        if act.kind is Kind.RESTART and (how := self.blocks.missed(act.on, by, rollout)):
            self._verdict.breaks("no restart into Blocked", f"{act} by {by}: {how}")
        digest = rollout.wanted.digest if rollout.wanted else None
        failed_in = self.rejected.get((active.app, digest or ""))
        if failed_in and rollout.asked is None:
            how = f"#{rollout.sequence} brings {digest}, which failed in #{failed_in}, and nobody asked for it"
            self._verdict.breaks("nothing rejected is rolled out again", how)

    def _heeds_people(self, act: Act, by: Invocation, rollout: Rollout) -> None:
        for said in self.heeding.missed(act.on, by, rollout):
            self._verdict.breaks(_ALLOWED, f"{act} by {by}, and {said}")
        self.heeding.acted(rollout)

    def _leaves_most(self, act: Act, by: Invocation, rollout: Rollout) -> None:
        """What most instances were read to serve is not taken back for the sake of the others."""
        read_at = self.blocks.read_at(act.on, by)
        if rollout.measure is not Measure.ROLLBACK or read_at is None:
            return
        if how := most_serve(self._world, act.on, rollout, read_at):
            self._verdict.breaks("nothing is taken back that most instances serve", f"{act} by {by}: {how}")

    def _is_in_order(self, act: Act, by: Invocation, rollout: Rollout) -> None:
        """What Pulley begins to bring by itself is what the followed tag named while the step decided."""
        if rollout.asked or rollout.measure or rollout.attempts != 1 or rollout.reference is None:
            return
        registry, _, rest = rollout.reference.partition("/")
        repository, _, tag = rest.rpartition(":")
        shown = self._world.registry(registry).named(repository, tag, by.began, self._world.now())
        digest = rollout.wanted.digest if rollout.wanted else None
        if digest not in shown:
            how = f"{act} by {by} brings {digest}, and {rollout.reference} was {shown}"
            self._verdict.breaks("no automatic move against the policy's order", how)
