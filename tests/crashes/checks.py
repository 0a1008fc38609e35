"""What must be true of a history, however often the host was killed? Each check answers what is not."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from operators.core.instances import InstanceStatus
from operators.core.proof import Proof
from operators.core.strategies import Strategy
from operators.core.transitions import ENDED, OCCUPYING, TRANSITIONS, Event, State
from tests.crashes.history import History, Numbered, Stored

_REJECTS = frozenset({Event.STALLED, Event.BACK, Event.NOT_BACK})
"""The ends of a rollout whose image is rejected, where its stall accuses that."""


@dataclass(frozen=True)
class Pushed:
    """What the registry got."""

    app: str
    image: str
    digest: str

    @property
    def crashes(self) -> bool:
        """Whether no container of it ever serves."""
        return self.image.startswith("bad")


@dataclass(frozen=True)
class Act:
    """A change of an app that really happened in the simulated Azure."""

    app: str
    operation: str
    at: datetime


@dataclass(frozen=True)
class Kill:
    """A host that was killed, and what it left."""

    at: datetime
    states: Mapping[str, State]
    """What was under way then, by app."""
    claimed: frozenset[str]
    """On which apps a step was at work."""


@dataclass(frozen=True)
class Evidence:
    """Everything that the checks weigh."""

    history: History
    pushed: tuple[Pushed, ...]
    """In their order."""
    acts: tuple[Act, ...]
    """In their order."""
    served: Mapping[str, frozenset[str | None]]
    """Which digests the instances of an app really serve."""
    kills: tuple[Kill, ...]
    ended: Mapping[Numbered, tuple[str, datetime | None]]
    """Each rollout's last state and when it ended, as they were seen first."""
    told: Mapping[Numbered, str]
    """Each rollout's state, as the admin API lists the rollouts of each app."""


def no_push_is_lost(evidence: Evidence) -> Iterator[str]:
    """Every app ends at its tag's digest; or, where that crashes, has rejected it and serves the last good one."""
    for last in {one.app: one for one in evidence.pushed}.values():
        app, served = evidence.history.apps[last.app], evidence.served[last.app]
        container = app.active.container
        good = container.last_good[0].digest if container and container.last_good else None
        rejected = {one.digest for one in container.rejected} if container else set()
        wanted = good if last.crashes else last.digest
        if served != {wanted}:
            yield f"{last.app} serves {_short(served)} and not {_short([wanted])}, after {last.image} was pushed"
        if container is None or container.running is None or container.running.digest != wanted:
            yield f"{last.app} is not said to run {_short([wanted])}"
        if (last.digest in rejected) is not last.crashes:
            yield f"{last.app} has {'not ' if last.crashes else ''}rejected {last.image}"


def every_act_has_its_intent(evidence: Evidence) -> Iterator[str]:
    """No act without a line before it, and no two acts for one line."""
    for app, acts in _by_app(evidence):
        for act, intent, used in _matched(app, acts):
            if intent is None:
                yield f"{app.name}: {act.operation} at {act.at:%T.%f} without any intent before it"
            elif used > 1:
                yield f"{app.name}: {act.operation} at {act.at:%T.%f} is act {used} of one intent (#{intent})"


def at_most_one_extra_act_for_each_kill(evidence: Evidence) -> Iterator[str]:
    """A rollout acts once, through a slot twice, and once for each measure; beyond that only as often as it was hit."""
    for (name, sequence), extra in extra_acts(evidence).items():
        app = evidence.history.apps[name]
        rollout = app.rollouts[sequence - 1]
        began = next(line.step.at for line in app.lines if line.sequence == sequence and line.is_intent)
        hits = sum(began <= kill.at <= (rollout.ended_at or kill.at) for kill in evidence.kills)
        if extra > hits:
            yield f"{name} #{sequence} acted {extra} times more than it had to, and was hit by {hits} kills"


def extra_acts(evidence: Evidence) -> Mapping[Numbered, int]:
    """How many acts each rollout did beyond those that it had to; only those that did."""
    done: Counter[Numbered] = Counter()
    for app, acts in _by_app(evidence):
        done.update((app.name, intent) for _, intent, _ in _matched(app, acts) if intent is not None)
    needed = {
        (name, one.sequence): (2 if one.strategy is Strategy.SWAP else 1) + len({each.measure for each in one.tried})
        for name, app in evidence.history.apps.items()
        for one in app.rollouts
    }
    return {numbered: acts - needed[numbered] for numbered, acts in done.items() if acts > needed[numbered]}


def no_number_is_missing(evidence: Evidence) -> Iterator[str]:
    """Rollouts count from 1 without holes, and so do the lines of an app's timelines."""
    for app in evidence.history.apps.values():
        if [one.sequence for one in app.rollouts] != list(range(1, app.active.sequence + 1)):
            yield f"{app.name} has {len(app.rollouts)} rollouts, the last one is #{app.active.sequence}"
        if [line.number for line in app.lines] != list(range(1, app.active.lines + 1)):
            yield f"{app.name} has {len(app.lines)} lines and not {app.active.lines}"


def the_timeline_leads_to_the_state(evidence: Evidence) -> Iterator[str]:
    """A rollout's last line is its state, and only that line is one that nothing follows."""
    for app in evidence.history.apps.values():
        for rollout in app.rollouts:
            *lines, last = app.lines_of(rollout)
            if last.step.state is not rollout.state:
                yield f"{app.name} #{rollout.sequence} is {rollout.state}, its last line says {last.step.state}"
            if any(line.step.state in ENDED for line in lines):
                yield f"{app.name} #{rollout.sequence} went on after its end"


def every_line_is_a_way(evidence: Evidence) -> Iterator[str]:
    """Each line leads from the state before it to its own by an event that the table knows."""
    for app in evidence.history.apps.values():
        for rollout in app.rollouts:
            state: State | None = None
            for line in app.lines_of(rollout):
                step = line.step
                known = TRANSITIONS.get((state, step.event)) if state and step.event else State.PENDING
                if step.state is not known or (state is None) is not (step.event is None):
                    yield f"{app.name} #{rollout.sequence} went from {state} to {step.state} by {step.event}"
                state = step.state


def nothing_rejected_is_brought_unasked(evidence: Evidence) -> Iterator[str]:
    """Once an image failed and its rollout ended for that, only a person's word has it acted for again."""
    for app in evidence.history.apps.values():
        rejected: dict[str, int] = {}
        for rollout in app.rollouts:
            digest, lines = rollout.digest or "", app.lines_of(rollout)
            if digest in rejected and rollout.asked is None and any(line.is_intent for line in lines):
                yield f"{app.name} #{rollout.sequence} acted for {_short([digest])}, which #{rejected[digest]} rejected"
            if rollout.proof is not None and rollout.wanted:
                rejected.pop(rollout.wanted.digest or "", None)
            if lines and lines[-1].step.event in _REJECTS and rollout.stall and rollout.stall.accuses_image:
                rejected[digest] = rollout.sequence


def nothing_that_crashes_is_a_success(evidence: Evidence) -> Iterator[str]:
    """No rollout proved an image that crashes; one that is assumed to serve may have pulled what came after it."""
    for one in {one for one in evidence.pushed if one.crashes}:
        app = evidence.history.apps[one.app]
        for rollout in app.rollouts:
            if (rollout.digest, rollout.state) == (one.digest, State.SUCCEEDED) and rollout.proof is not Proof.ASSUMED:
                yield f"{app.name} #{rollout.sequence} of {one.image} succeeded"


def no_restart_into_a_block(evidence: Evidence) -> Iterator[str]:
    """Where a timeline told that the platform refuses starts, nothing restarts the app before the end of that."""
    for app, acts in _by_app(evidence):
        for act in acts:
            told = (text for line in app.lines if line.step.at <= act.at for text in line.step.evidence)
            ends = (InstanceStatus(instance_id="", state="", details=text).blocked_until for text in told)
            until = max((end for end in ends if end), default=act.at)
            if act.operation == "sites.restart" and act.at < until:
                yield f"{app.name}: a restart at {act.at:%T}, blocked until {until:%T}"


def one_rollout_acts_at_a_time(evidence: Evidence) -> Iterator[str]:
    """Between a rollout's first act and its end no other one of the app acts."""
    for app in evidence.history.apps.values():
        busy: int | None = None
        for line in app.lines:
            if line.step.state not in OCCUPYING:
                busy = None if busy == line.sequence else busy
            elif busy in (None, line.sequence):
                busy = line.sequence
            else:
                yield f"{app.name} #{line.sequence} is {line.step.state} while #{busy} has not ended"


def nothing_is_left(evidence: Evidence) -> Iterator[str]:
    """In the end nothing is under way, claimed, marked or due."""
    for app in evidence.history.apps.values():
        if app.active.rollout:
            yield f"{app.name} #{app.active.rollout.sequence} is still {app.active.rollout.state}"
        if app.claimed:
            yield f"{app.name} is claimed"
        if app.looks:
            yield f"{app.name} has {app.looks} looks that nobody took"
    yield from (f"{name} is due" for name in evidence.history.due)


def ends_stay(evidence: Evidence) -> Iterator[str]:
    """What had ended when a host was killed is in the end as it was then."""
    for (name, sequence), (state, at) in evidence.ended.items():
        now = evidence.history.apps[name].rollouts[sequence - 1]
        if (now.state, now.ended_at) != (state, at):
            yield f"{name} #{sequence} had ended {state} at {at}, and is {now.state} now"


def nobody_else_is_suspected(evidence: Evidence) -> Iterator[str]:
    """Nobody but Pulley changes a configuration here, so it never believes that somebody fights it."""
    for app in evidence.history.apps.values():
        reverts = app.active.container.reverts if app.active.container else 0
        if reverts or any(line.step.reason == "fight" for line in app.lines):
            yield f"{app.name}: Pulley believes that somebody changed back what it wrote, {reverts} times"


def every_list_says_the_same(evidence: Evidence) -> Iterator[str]:
    """Everyone's list, and what the admin API lists of each app, agree with the history of each app."""
    stored = {
        (app.name, one.sequence): str(one.state) for app in evidence.history.apps.values() for one in app.rollouts
    }
    recent = {numbered: str(one.state) for numbered, one in evidence.history.recent.items()}
    for where, listed in (("everyone's list", recent), ("the admin API", evidence.told)):
        for numbered in stored.keys() | listed.keys():
            is_so, said = stored.get(numbered), listed.get(numbered)
            if is_so != said:
                yield f"{numbered[0]} #{numbered[1]} is {is_so}, {where} says {said}"


CHECKS: tuple[Callable[[Evidence], Iterator[str]], ...] = (
    no_push_is_lost,
    every_act_has_its_intent,
    at_most_one_extra_act_for_each_kill,
    no_number_is_missing,
    the_timeline_leads_to_the_state,
    every_line_is_a_way,
    nothing_rejected_is_brought_unasked,
    nothing_that_crashes_is_a_success,
    no_restart_into_a_block,
    one_rollout_acts_at_a_time,
    nothing_is_left,
    ends_stay,
    nobody_else_is_suspected,
    every_list_says_the_same,
)


def problems(evidence: Evidence) -> tuple[str, ...]:
    """Everything that is not as it must be."""
    return tuple(f"{check.__name__.replace('_', ' ')}: {problem}" for check in CHECKS for problem in check(evidence))


def _by_app(evidence: Evidence) -> Iterator[tuple[Stored, list[Act]]]:
    for name, app in sorted(evidence.history.apps.items()):
        yield app, [act for act in evidence.acts if act.app == name]


def _matched(app: Stored, acts: Iterable[Act]) -> Iterator[tuple[Act, int | None, int]]:
    """Each act, the number of the rollout whose intent came last before it, and how many acts that intent has had."""
    used: Counter[int] = Counter()
    for act in acts:
        before = [line for line in app.lines if line.is_intent and line.step.at <= act.at]
        if before:
            used[before[-1].number] += 1
        yield act, before[-1].sequence if before else None, used[before[-1].number] if before else 0


def _short(digests: Iterable[str | None]) -> str:
    return ", ".join(sorted(digest[7:14] if digest else "nothing" for digest in digests)) or "nothing"
