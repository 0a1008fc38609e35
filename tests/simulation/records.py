"""The laws on records: who may write, in which order rollouts come, which way each goes, and what success rests on."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from local.storage.tables import Commit, Entity
from operators.cloud.row_texts import text_of
from operators.core.active import Rejected
from operators.core.rollouts import Rollout, Step
from operators.core.transitions import ENDED, TRANSITIONS, Event, State
from tests.simulation.blame import Blame
from tests.simulation.evidence import Evidence
from tests.simulation.invocation import CURRENT, who
from tests.simulation.rows import EngineRow
from tests.simulation.trace import Trace
from tests.simulation.verdict import Verdict

_CLAIMED, _NUMBERED, _TABLE, _ENDED = "claims", "sequence numbers", "the transition table", "terminal states"
_FAILURES = frozenset({State.FAILED, State.ROLLED_BACK, State.ROLLBACK_FAILED})
_ENDED_NAMES = frozenset(str(state) for state in ENDED)


class RecordLaws:
    """Held against every commit to the engine's table."""

    def __init__(
        self,
        verdict: Verdict,
        trace: Trace,
        evidence: Evidence,
        blame: Blame,
        rejects: dict[tuple[str, str], int],
        now: Callable[[], datetime],
    ) -> None:
        self._verdict = verdict
        self._trace = trace
        self._evidence = evidence
        self._blame = blame
        self._rejects = rejects
        self._now = now
        self._intended_at: dict[tuple[str, int], datetime] = {}
        """By app and sequence number: when a rollout's last act was intended, by the clock that nobody has."""

    def committed(self, commit: Commit) -> None:
        """Look at one commit."""
        if commit.table != "engine":
            return
        before, after = EngineRow.of(commit.before.get("active")), EngineRow.of(commit.after.get("active"))
        if "active" not in commit.rows or after is None:
            self._trace.note(who(), "%s: marked", commit.partition.rpartition(":")[2])
            return
        self._claim(before, after)
        steps = _steps(commit)
        for row in commit.rows:
            if row.startswith("r:"):
                self._rollout(commit.before.get(row), _rollout(commit.after[row]), steps, _rejected(after))
            if row.startswith("s:") and row in commit.before:
                self._verdict.breaks("history", f"the timeline's line {row} was written twice")
        self._numbers(before, after, commit)
        self._one_open(after, commit)
        self._accusations(before, after, commit)

    def _claim(self, before: EngineRow | None, after: EngineRow) -> None:
        by, had, has = CURRENT.get(), before.claim if before else None, after.claim
        name = after.active.app.rpartition(":")[2]
        if has and (had is None or had.owner != has.owner):
            self._trace.note(who(), "%s: claimed", name)
            if had and had.until > self._now():
                self._verdict.breaks(
                    _CLAIMED, f"{by} took {name} from {had.owner}, whose claim lasts until {had.until:%T}"
                )
        changed = before is not None and before.active != after.active
        if changed and (had is None or by is None or had.owner != by.owner):
            self._verdict.breaks(_CLAIMED, f"{by} changed {name} without holding it: {had}")
        if before and after.active.next_step < before.active.next_step:
            self._verdict.breaks(_CLAIMED, f"{name}: step {after.active.next_step} after {before.active.next_step}")

    def _rollout(
        self, stored: Entity | None, rollout: Rollout, steps: dict[int, list[Step]], rejected: tuple[Rejected, ...]
    ) -> None:
        before = _rollout(stored) if stored else None
        name = f"{rollout.app.rpartition(':')[2]} #{rollout.sequence}"
        if rollout.intended_at and (before is None or before.intended_at != rollout.intended_at):
            self._intended_at[rollout.app, rollout.sequence] = self._now()
        if before and before.ended and before != rollout:
            self._verdict.breaks(_ENDED, f"{name} was {before.state} and is written again: {rollout.state}")
        state = before.state if before else None
        for step in steps[rollout.sequence]:
            self._trace.note(who(), "%s %s: %s: %s", name, step.state, step.reason, step.detail[:160])
            state = self._follow(name, state, step.event, step.state)
        if state is not rollout.state:
            self._verdict.breaks(_TABLE, f"{name} is {rollout.state}, its timeline says {state}")
        self._learn(before, rollout, steps, rejected)

    def _follow(self, name: str, state: State | None, event: Event | None, to: State) -> State:
        """One line of the timeline: does the table know this way?"""
        expected = State.PENDING if event is None and state is None else None
        if event is not None and state is not None:
            expected = TRANSITIONS.get((state, event))
        if expected is not to:
            self._verdict.breaks(_TABLE, f"{name} went from {state} by {event} to {to}")
        return to

    def _learn(
        self,
        before: Rollout | None,
        rollout: Rollout,
        steps: dict[int, list[Step]],
        rejected: tuple[Rejected, ...],
    ) -> None:
        """Hold an end against what is real, and remember what failed for its own fault.

        By a tag somebody may have pulled another image meanwhile, so there only what was rejected counts.
        """
        if not rollout.ended or (before and before.ended):
            return
        key = (rollout.app, rollout.digest or "")
        if rollout.state in (State.SUCCEEDED, State.ROLLED_BACK):
            self._evidence.of(rollout, self._intended_at.get((rollout.app, rollout.sequence)))
        if rollout.state is State.SUCCEEDED:
            self._rejects.pop(key, None)
        given_up = any(step.event is Event.GIVEN_UP for step in steps[rollout.sequence])
        itself = rollout.pinned and self._blame.failed_of_itself(rollout)
        if rollout.state in _FAILURES and not given_up and (itself or any(one.digest == key[1] for one in rejected)):
            self._rejects[key] = rollout.sequence

    def _accusations(self, before: EngineRow | None, after: EngineRow, commit: Commit) -> None:
        """What is rejected from now on: is it the image's fault?"""
        known = _rejected(before)
        for one in _rejected(after):
            rows = (_rollout(entity) for row, entity in commit.after.items() if row.startswith("r:"))
            rollout = next((found for found in rows if found.sequence == one.sequence), None)
            if one not in known and rollout and not self._blame.on_image(rollout):
                how = f"#{one.sequence} of {after.active.app} rejects {rollout.image}, which serves: {one.reason}"
                self._verdict.breaks("no image is rejected that works", how)

    def _numbers(self, before: EngineRow | None, after: EngineRow, commit: Commit) -> None:
        known = before.active.sequence if before else 0
        made = sorted(
            _rollout(commit.after[row]).sequence
            for row in commit.rows
            if row.startswith("r:") and row not in commit.before
        )
        if made != list(range(known + 1, after.active.sequence + 1)):
            how = f"{after.active.app} goes from {known} to {after.active.sequence} with {made}"
            self._verdict.breaks(_NUMBERED, how)

    def _one_open(self, after: EngineRow, commit: Commit) -> None:
        """Whatever has not ended is the one rollout in the app's row."""
        rollout = after.active.rollout
        opened = [
            entity.properties
            for row, entity in commit.after.items()
            if row.startswith("r:") and entity.properties["state"] not in _ENDED_NAMES
        ]
        if len(opened) > 1 or (len(opened) == 1) != (rollout is not None):
            states = [one["state"] for one in opened]
            self._verdict.breaks("one rollout", f"{after.active.app} has {states} and in its row {rollout}")
        elif rollout and Rollout.model_validate_json(text_of(opened[0])) != rollout:
            self._verdict.breaks(
                "one rollout", f"{after.active.app}: the row and the history of #{rollout.sequence} differ"
            )


def _rejected(row: EngineRow | None) -> tuple[Rejected, ...]:
    return row.active.container.rejected if row and row.active.container else ()


def _rollout(entity: Entity) -> Rollout:
    return Rollout.model_validate_json(text_of(entity.properties))


def _steps(commit: Commit) -> dict[int, list[Step]]:
    """The timeline's new lines by rollout, in order."""
    found: dict[int, list[Step]] = defaultdict(list)
    for row in sorted(row for row in commit.rows if row.startswith("s:")):
        found[int(row.split(":")[1])].append(Step.model_validate_json(text_of(commit.after[row].properties)))
    return found
