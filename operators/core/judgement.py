"""The judgement: does the app serve the new container, going by what was read?

The rule: at least one instance and as many as `/instances` lists, each `Started` with a start time that differs from
the one before the act; and the health path answers where there is one. `properties.state` says nothing: it stays
"Running" while every start fails. Whatever is neither that nor a fresh error is unknown, and unknown is waited for.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from operators.core.clocks import AFTER_BLOCK
from operators.core.diagnosis import classify
from operators.core.disagreement import disagreement, serving
from operators.core.instances import InstanceState, InstanceStatus, shown
from operators.core.listening import elsewhere
from operators.core.model import Unknown
from operators.core.phases import Phase, phase_of
from operators.core.platform_log import LogLine, after_ready, evidence, lines_since, ready_since
from operators.core.stalls import Stall, StallReason, stall
from operators.core.watch import (
    LATER_LOOK,
    NEXT_LOOK,
    Failed,
    ProbeResult,
    Serving,
    Suspect,
    Unproven,
    Verdict,
    Waiting,
    WatchFacts,
)

_MOVING = frozenset({InstanceState.STARTING, InstanceState.UPDATING, InstanceState.STOPPING})
_PASSING = frozenset({StallReason.START_CANCELLED, StallReason.BLOCKED})
"""Stalls that end by themselves: another start follows a cancelled one, and a block has its end."""
_MOST_NAMED = 4
_WAITING_FOR_PORT = "WaitingForSiteWarmUpProbeSuccess"


def judge(facts: WatchFacts, now: datetime) -> Verdict:
    """What can be said at `now`. `Suspect` asks for the log and to be called again with it."""
    if facts.stopped:
        return Failed(stall=stall(StallReason.APP_STOPPED, now, ("the site's state is Stopped",)))
    if facts.usage_state == "Exceeded":
        return Failed(stall=stall(StallReason.QUOTA_EXCEEDED, now, ("the site's usageState is Exceeded",)))
    if not facts.platform_reports:
        return _by_log(facts, now)
    if not isinstance(facts.statuses, Unknown):
        return _by_instances(facts, facts.statuses, now)
    if facts.age(now) < facts.budget.hard:
        return _for_read(facts, facts.statuses, f"siteStatus: {facts.statuses.reason}", now)
    return _by_log(facts, now)


def asks_ports(facts: WatchFacts, verdict: Verdict) -> bool:
    """Whether the app's settings are worth their call: nobody answered, and the container names a port of its own."""
    if not isinstance(verdict, Failed) or verdict.stall.reason is not StallReason.START_LIMIT_REACHED:
        return False
    return facts.asked_ports is None and elsewhere(_said(facts), asked=frozenset()) is not None


def _by_instances(facts: WatchFacts, statuses: tuple[InstanceStatus, ...], now: datetime) -> Verdict:
    # those that are not there yet are what is told of many
    statuses = tuple(sorted(statuses, key=lambda status: phase_of(facts, status) is Phase.FRESH))
    phases = [phase_of(facts, status) for status in statuses]
    if Phase.FAILED in phases:
        return _given_up(facts, statuses, phases, now)
    if not statuses or any(phase is not Phase.FRESH for phase in phases):
        return _not_yet(facts, statuses, phases, now)
    if isinstance(facts.listed_instances, Unknown):
        return _unread(facts, facts.listed_instances, "the list of instances", statuses, now)
    if len(statuses) < facts.listed_instances:
        return _not_yet(facts, statuses, phases, now)
    return _started(facts, statuses, now)


def _given_up(facts: WatchFacts, statuses: Sequence[InstanceStatus], phases: Sequence[Phase], now: datetime) -> Verdict:
    if facts.lines is None:
        return Suspect(why="an instance gave up its start, and the log knows the cause")
    told = classify(statuses, _lines(facts), facts.acted_at, asked=facts.asked_ports)
    if divided := _divided(facts, statuses, phases, told, now):
        return divided
    found = told or _stuck(facts, StallReason.UNKNOWN, statuses)
    if found.reason is StallReason.BLOCKED and any(phase is not Phase.FAILED for phase in phases):
        return _not_yet(facts, statuses, phases, now)
    if found.reason not in _PASSING or facts.age(now) >= facts.budget.hard:
        return Failed(stall=found)
    until_end = found.blocked_until - now + AFTER_BLOCK if found.blocked_until else NEXT_LOOK
    named = found.reason is StallReason.BLOCKED or facts.age(now) >= facts.budget.expected
    return Waiting(what_for=found.meaning, look_again_in=max(NEXT_LOOK, until_end), stall=found if named else None)


def _started(facts: WatchFacts, statuses: Sequence[InstanceStatus], now: datetime) -> Verdict:
    """Every instance started anew: is it the new image, and does it answer?"""
    if not facts.pinned and facts.lines is None:
        return Suspect(why="every instance is started, and the log knows whether with a pulled image")
    if not facts.pinned and (stale := _stale(facts)):
        return Failed(stall=stale)
    if not facts.pinned and isinstance(facts.lines, Unknown) and _log_may_come(facts, facts.lines, now):
        return _for_read(facts, facts.lines, f"the platform's log: {facts.lines.reason}", now)
    every = tuple(map(str, statuses))
    if facts.probe is None:
        return Serving(evidence=every)
    if isinstance(facts.probe, Unknown):
        return _unread(facts, facts.probe, "the health path", statuses, now)
    if facts.probe.healthy:
        return Serving(evidence=(*every, str(facts.probe)))
    if facts.probe.barred:
        return Unproven(why=f"{facts.probe}: it does not let us see its health", evidence=every)
    return _unhealthy(facts, shown(statuses), now)


def _log_may_come(facts: WatchFacts, log: Unknown, now: datetime) -> bool:
    """It alone tells of an old image that was started once more, so an answer is worth some waiting."""
    return log.temporary and facts.age(now) < facts.budget.expected


def _unhealthy(facts: WatchFacts, seen: tuple[str, ...], now: datetime) -> Verdict:
    if facts.age(now) < facts.budget.hard:
        return Waiting(what_for=str(facts.probe), look_again_in=_pace(facts, now))
    if facts.lines is None:
        return Suspect(why=str(facts.probe))
    return Failed(stall=stall(StallReason.PROBE_FAILING, facts.acted_at, (str(facts.probe), *seen, *_logged(facts))))


def _not_yet(facts: WatchFacts, statuses: Sequence[InstanceStatus], phases: Sequence[Phase], now: datetime) -> Verdict:
    """Some instance does not run the new container, and none gave up but for a block."""
    waiting = Waiting(
        what_for=_progress(statuses, phases),
        look_again_in=_pace(facts, now),
        poke=_wants_poke(facts, statuses, phases, now),
    )
    if facts.age(now) < facts.budget.expected:
        return waiting
    if facts.lines is None:
        return Suspect(why="the start takes longer than expected")
    found = classify(statuses, _lines(facts), facts.acted_at, asked=facts.asked_ports)
    if divided := _divided(facts, statuses, phases, found, now):
        return divided
    if found is not None and found.reason not in _PASSING:
        return Failed(stall=found)
    free = [phase for phase in phases if phase is not Phase.FAILED]
    if free and all(phase is Phase.OLD for phase in free):
        return Failed(stall=_stuck(facts, StallReason.RESTART_NOT_TAKEN, statuses))
    if facts.age(now) < facts.budget.hard:
        return waiting
    return Failed(stall=found or _stuck(facts, _stuck_reason(facts, statuses, phases), statuses))


def _divided(
    facts: WatchFacts,
    statuses: Sequence[InstanceStatus],
    phases: Sequence[Phase],
    found: Stall | None,
    now: datetime,
) -> Verdict | None:
    """Some instances serve, so the others are waited for; None where none does, or the health path says so."""
    probe = facts.probe if isinstance(facts.probe, ProbeResult) else None
    fresh = [status for status, phase in zip(statuses, phases, strict=True) if phase is Phase.FRESH]
    serve = serving(fresh, facts.acted_at, found)
    # while the start may take that long, what runs may be warming up
    ill = probe is not None and probe.unhealthy and facts.age(now) >= facts.budget.expected
    if not serve or ill:
        return None
    if facts.age(now) < facts.budget.hard:
        return Waiting(what_for=_progress(statuses, phases), look_again_in=LATER_LOOK)
    every = len(statuses) if isinstance(facts.listed_instances, Unknown) else facts.listed_instances
    if every <= serve:
        # more are shown than there are: what lingers beside those is gone
        return _started(facts, fresh, now)
    found = found or _stuck(facts, StallReason.INSTANCES_DISAGREE, statuses)
    # a way back is barred by what is seen to serve, not by a health path that is silent
    return Failed(stall=disagreement(found, 0 if probe and probe.status_code is None else serve, every))


def _stuck_reason(facts: WatchFacts, statuses: Sequence[InstanceStatus], phases: Sequence[Phase]) -> StallReason:
    if Phase.FRESH in phases:
        return StallReason.INSTANCES_DISAGREE
    if not any(status.action == _WAITING_FOR_PORT for status in statuses):
        return StallReason.UNKNOWN
    wrong = elsewhere(_said(facts), asked=facts.asked_ports)
    return StallReason.PORT_NOT_ANSWERING if wrong else StallReason.START_LIMIT_REACHED


def _stuck(facts: WatchFacts, reason: StallReason, statuses: Sequence[InstanceStatus]) -> Stall:
    seen = shown(statuses) or ("siteStatus shows no instance",)
    listed = "unknown" if isinstance(facts.listed_instances, Unknown) else str(facts.listed_instances)
    return stall(reason, facts.acted_at, (*seen, f"instances listed: {listed}", *_probed(facts), *_logged(facts)))


def _by_log(facts: WatchFacts, now: datetime) -> Verdict:
    """Without siteStatus: the log, then the health path. The best it can say is that nothing speaks against it."""
    if facts.lines is None:
        return Suspect(why="siteStatus is not to be had, and the log may tell")
    if facts.gone:
        return Failed(stall=stall(StallReason.APP_GONE, now, (facts.gone,)))
    lines = _lines(facts)
    if stale := _stale(facts):
        return Failed(stall=stale)
    ready = ready_since(lines, facts.acted_at)
    # what another machine tells beside a start that worked is that machine's
    left = lines if ready is None else after_ready(lines, facts.acted_at)
    its = left if ready is None else [line for line in left if line.source == lines[ready].source]
    found = classify((), its, facts.acted_at, asked=facts.asked_ports)
    if found is not None and (found.reason not in _PASSING or facts.age(now) >= facts.budget.hard):
        return Failed(stall=found)
    if ready is not None and found is None:
        return _ready(facts, str(lines[ready]), classify((), left, facts.acted_at), now)
    return _silent(facts, now)


def _ready(facts: WatchFacts, line: str, beside: Stall | None, now: datetime) -> Verdict:
    """A machine started; `beside` is what others tell of, which is waited for as one instance of many is."""
    seen = (line, *(beside.lines[:1] if beside else ()))
    if facts.probe and not isinstance(facts.probe, Unknown) and not (facts.probe.healthy or facts.probe.barred):
        return _unhealthy(facts, seen, now)
    if beside and facts.age(now) < facts.budget.hard:
        return Waiting(what_for=f"another machine: {beside.lines[0]}", look_again_in=_pace(facts, now))
    return Unproven(why="the log tells of a start; siteStatus is not to be had", evidence=(*seen, *_probed(facts)))


def _silent(facts: WatchFacts, now: datetime) -> Verdict:
    """Neither siteStatus nor the log says anything since the act."""
    age = facts.age(now)
    waiting = Waiting(
        what_for="a sign of a start", look_again_in=_pace(facts, now), poke=not facts.poked and not facts.always_on
    )
    if age < facts.budget.expected:
        return waiting
    if facts.probe is not None and not isinstance(facts.probe, Unknown):
        if facts.probe.healthy or facts.probe.barred:
            return Unproven(why="the health path answers; which container does is not known", evidence=_probed(facts))
        return _unhealthy(facts, (), now)
    if isinstance(facts.lines, Unknown) or age >= facts.budget.hard:
        return Unproven(why="neither siteStatus nor the log nor a health path tells of the start")
    return waiting


def _unread(facts: WatchFacts, read: Unknown, what: str, statuses: Sequence[InstanceStatus], now: datetime) -> Verdict:
    """The app looks well and one read gave no answer: wait for it, and never call it a failure."""
    why = f"{what}: {read.reason}"
    if facts.age(now) < facts.budget.hard:
        return _for_read(facts, read, why, now)
    return Unproven(why=why, evidence=tuple(map(str, statuses)))


def _for_read(facts: WatchFacts, read: Unknown, what_for: str, now: datetime) -> Waiting:
    return Waiting(what_for=what_for, look_again_in=_pace(facts, now), unread=(read,))


def _stale(facts: WatchFacts) -> Stall | None:
    found = classify((), _lines(facts), facts.logged_since)
    return found if found and found.reason is StallReason.STALE_IMAGE else None


def _wants_poke(facts: WatchFacts, statuses: Sequence[InstanceStatus], phases: Sequence[Phase], now: datetime) -> bool:
    if facts.poked or Phase.FRESH in phases or any(status.state in _MOVING for status in statuses):
        return False
    return not facts.always_on or facts.age(now) >= facts.budget.settle


def _progress(statuses: Sequence[InstanceStatus], phases: Sequence[Phase]) -> str:
    if not statuses:
        return "siteStatus shows no instance yet"
    fresh = sum(phase is Phase.FRESH for phase in phases)
    others = "; ".join(shown(statuses[: len(statuses) - fresh], _MOST_NAMED))
    return f"{fresh} of {len(statuses)} instances run the new container; {others or 'more are listed'}"


def _pace(facts: WatchFacts, now: datetime) -> timedelta:
    return NEXT_LOOK if facts.age(now) < facts.budget.expected else LATER_LOOK


def _lines(facts: WatchFacts) -> tuple[LogLine, ...]:
    return facts.lines if isinstance(facts.lines, tuple) else ()


def _said(facts: WatchFacts) -> tuple[str, ...]:
    return tuple(line.text for line in lines_since(_lines(facts), facts.acted_at))


def _logged(facts: WatchFacts) -> tuple[str, ...]:
    return tuple(map(str, evidence(_lines(facts), facts.acted_at)))


def _probed(facts: WatchFacts) -> tuple[str, ...]:
    return (str(facts.probe),) if facts.probe is not None and not isinstance(facts.probe, Unknown) else ()
