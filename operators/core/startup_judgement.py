"""What start-up summaries add to a verdict: that starts failed, where and when; never why, and never an accusation."""

from operators.core.clocks import in_utc
from operators.core.model import Unknown
from operators.core.platform_log import lines_since
from operators.core.stalls import Stall, StallReason, stall
from operators.core.startups import Startups
from operators.core.watch import Failed, Unproven, Verdict, WatchFacts

_CAUSE_OPEN = frozenset(
    {
        StallReason.START_LIMIT_REACHED,
        StallReason.PORT_NOT_ANSWERING,
        StallReason.BLOCKED,
        StallReason.INSTANCES_DISAGREE,
        StallReason.RESTART_NOT_TAKEN,
        StallReason.PULL_FAILED,
    }
)
"""Stalls of a start that siteStatus alone says too little about."""


def asks_startups(facts: WatchFacts, verdict: Verdict) -> bool:
    """Whether the summaries are worth their call: a start failed, or may have, and nobody says why."""
    silent = not (isinstance(facts.lines, tuple) and lines_since(facts.lines, facts.acted_at))
    match verdict:
        case Failed(stall=found):
            return found.reason is StallReason.UNKNOWN or (silent and found.reason in _CAUSE_OPEN)
        case Unproven():
            return silent and (isinstance(facts.statuses, Unknown) or not facts.platform_reports)
        case _:
            return False


def heeding_startups(facts: WatchFacts, verdict: Verdict) -> Verdict:
    """The verdict with what the summaries prove; they were asked for by `asks_startups`."""
    match verdict:
        case Failed(stall=found):
            return Failed(stall=_told(found, facts))
        case Unproven() if _failing(facts):
            found = stall(StallReason.UNKNOWN, facts.acted_at, (verdict.why, *verdict.evidence))
            return Failed(stall=_told(found, facts))
        case Unproven():
            return verdict.model_copy(update={"evidence": (*verdict.evidence, *_shown(facts))})
        case _:
            return verdict


def _told(found: Stall, facts: WatchFacts) -> Stall:
    """The stall with the summaries among its lines; one without a reason gets for its own what they prove."""
    failing = _failing(facts)
    lines = (*found.lines[:1], *_shown(facts), *found.lines[1:])
    disagree = found.reason is StallReason.UNKNOWN and failing and _working(facts)
    reason = StallReason.INSTANCES_DISAGREE if disagree else found.reason
    told = stall(reason, found.since, lines, blocked_until=found.blocked_until)
    meaning = told.meaning if disagree else found.meaning
    if failing:
        last = max(one.last_failure for one in failing if one.last_failure)
        where = f"{len(failing)} of {len(_machines(facts))} machines"
        meaning = f"{meaning} By the start-up summary it failed on {where}, the last time at {in_utc(last)}."
    return told.model_copy(update={"meaning": meaning, "stays": found.stays})


def _machines(facts: WatchFacts) -> tuple[Startups, ...]:
    return facts.startups if isinstance(facts.startups, tuple) else ()


def _failing(facts: WatchFacts) -> list[Startups]:
    return [one for one in _machines(facts) if one.failing_since(facts.acted_at)]


def _working(facts: WatchFacts) -> bool:
    return any(one.working_since(facts.acted_at) for one in _machines(facts))


def _shown(facts: WatchFacts) -> tuple[str, ...]:
    """A line for each machine, and for each source that gave no answer."""
    unread = (one for one in (facts.lines, facts.startups) if isinstance(one, Unknown))
    return (*map(str, _machines(facts)), *(f"{one.what} could not be read: {one.reason}" for one in unread))
