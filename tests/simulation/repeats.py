"""The law on repeats: what was done to an app is done once more only where its end was cut off, and once for each."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from operators.core.rollouts import Rollout
from tests.simulation.verdict import Verdict


@dataclass
class _Done:
    """An act that had its effect."""

    by: int
    """The invocation that did it."""
    answered: bool = False
    recorded: bool = False
    """A row that says so was stored."""


@dataclass
class RepeatLaw:
    """Knows the last act of each purpose: a rollout's own act on its slot and on its app, and each of its measures."""

    verdict: Verdict
    ended_well: set[int] = field(default_factory=set)
    """Invocations that came to their end: no crash, no storage and no time kept them from recording what they did."""
    _last: dict[Hashable, _Done] = field(default_factory=dict)

    def took_effect(self, rollout: Rollout, by: int) -> None:
        """An act of the rollout was done: is it the first of its purpose, or was the one before cut off?"""
        last = self._last.get(_purpose(rollout))
        if last and (last.recorded or (last.answered and last.by in self.ended_well)):
            how = f"{rollout.act} of #{rollout.sequence} of {rollout.app} once more, and nothing had cut it off: {last}"
            self.verdict.breaks("at most one extra restart per crash", how)
        self._last[_purpose(rollout)] = _Done(by)

    def answered(self, rollout: Rollout) -> None:
        """Whoever did it knows."""
        if done := self._last.get(_purpose(rollout)):
            done.answered = True

    def stored(self, rollout: Rollout) -> None:
        """The rollout as a row keeps it now: one that says when it was applied is known to everybody."""
        done = self._last.get(_purpose(rollout))
        if done and rollout.applied_at is not None:
            done.recorded = True


def _purpose(rollout: Rollout) -> Hashable:
    return rollout.app, rollout.sequence, rollout.acted_on, rollout.measure
