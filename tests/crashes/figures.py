"""What was it like? The figures of a run, for whoever wants to know what it proved."""

from collections import Counter
from collections.abc import Iterable, Iterator

from operators.core.transitions import State
from tests.crashes.checks import Evidence, extra_acts


def figures(evidence: Evidence) -> Iterator[str]:
    """One line each."""
    apps = evidence.history.apps.values()
    ends = Counter(str(one.state) for app in apps for one in app.rollouts)
    lines = [line for app in apps for line in app.lines]
    hit = Counter(str(state) for kill in evidence.kills for state in kill.states.values())
    yield f"kills: {len(evidence.kills)}; under way then: {_counted(hit)}"
    yield f"killed while a step was at work: {_of(kill for kill in evidence.kills if kill.claimed)}"
    between = _of(kill for kill in evidence.kills if State.APPLYING in kill.states.values())
    yield f"killed between an intent and its result: {between}"
    crashing = _of(one for one in evidence.pushed if one.crashes)
    yield f"pushes: {len(evidence.pushed)}, {crashing} of them of images that crash"
    yield f"rollouts: {sum(ends.values())}: {_counted(ends)}"
    yield f"acts: {len(evidence.acts)} for {_of(line for line in lines if line.is_intent)} intents"
    yield f"resumed after a kill: {_of(line for line in lines if line.step.reason == 'resumed')}"
    yield f"acts done once more after a kill: {sum(extra_acts(evidence).values())}"


def _of(things: Iterable[object]) -> int:
    return sum(1 for _ in things)


def _counted(counted: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counted.most_common()) or "none"
