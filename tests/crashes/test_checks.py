"""Can the checks fail? Each is shown a true history, and one that was spoiled in the way it is there for."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operators.core.active import Active, Container
from operators.core.claims import Claim
from operators.core.rollouts import Moved, Rollout, Step
from operators.core.stalls import StallReason, stall
from operators.core.transitions import Event, State
from tests.core.samples import APP, LATEST, NOW, B, C, container, rollout, running
from tests.crashes.checks import Act, Evidence, Kill, Pushed, problems
from tests.crashes.history import History, Line, Stored

_WAY = (Event.CHOSEN, Event.GO, Event.APPLIED, Event.SERVING)
_TWICE = (Event.CHOSEN, Event.GO, Event.RESUME_BEFORE_ACT, *_WAY)


def _after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def _story(way: tuple[Event, ...], **changes: Any) -> tuple[Rollout, tuple[Line, ...]]:
    """A rollout that went well, one line a second."""
    first = Step(at=NOW, event=None, state=State.PENDING, reason="begun", detail="")
    moved = Moved(rollout=rollout(image=LATEST.at(B), **changes), steps=(first,))
    for second, event in enumerate(way, start=1):
        moved = moved.by(event, _after(second), str(event), "")
    return moved.rollout, tuple(Line(1, number, step) for number, step in enumerate(moved.steps, start=1))


DONE, LINES = _story(_WAY)
STORED = Stored("shop", Active(app=APP, sequence=1, lines=5, container=container(running(B))), None, 0, (DONE,), LINES)
ACT = Act("shop", "sites.restart", _after(2.5))
TRUE = Evidence(
    history=History({"shop": STORED}, frozenset(), {("shop", 1): DONE}),
    pushed=(Pushed("shop", "v2", B),),
    acts=(ACT,),
    served={"shop": frozenset({B})},
    kills=(),
    ended={("shop", 1): (DONE.state, DONE.ended_at)},
    told={("shop", 1): DONE.state},
)


def _but(**changes: Any) -> Callable[[], Evidence]:
    return lambda: replace(TRUE, **changes)


def _stored(**changes: Any) -> Callable[[], Evidence]:
    stored = replace(STORED, **changes)
    return _but(history=replace(TRUE.history, apps={"shop": stored}))


def _active(**changes: object) -> Callable[[], Evidence]:
    return _stored(active=STORED.active.model_copy(update=changes))


def _reverted() -> Container:
    assert STORED.active.container is not None
    return STORED.active.container.model_copy(update={"reverts": 1})


def _twice(*, kills: tuple[Kill, ...] = ()) -> Callable[[], Evidence]:
    """The same rollout intended and acted once more."""
    done, lines = _story(_TWICE)
    active = STORED.active.model_copy(update={"lines": len(lines)})
    stored = replace(STORED, lines=lines, active=active, rollouts=(done,))
    return _but(
        history=replace(TRUE.history, apps={"shop": stored}, recent={("shop", 1): done}),
        acts=(ACT, replace(ACT, at=_after(5.5))),
        ended={("shop", 1): (done.state, done.ended_at)},
        kills=kills,
    )


def _failed_before(**changes: object) -> Callable[[], Evidence]:
    """The same digest failed in a rollout of its own, and was brought once more."""
    why = stall(StallReason.CONTAINER_EXITED, NOW, ())
    failed, lines = _story((*_WAY[:-1], Event.STALLED), stall=why)
    again, more = _story(_WAY, sequence=2, **changes)
    return _stored(rollouts=(failed, again), lines=(*lines, *(replace(line, sequence=2) for line in more)))


def _blocked(until: datetime) -> Callable[[], Evidence]:
    """Before it restarted the app, the rollout had read until when that is blocked."""
    words = f"instance aa Blocked: The site will be blocked for some time till {until:%m/%d/%Y %H:%M:%S}"
    told = replace(LINES[1], step=LINES[1].step.model_copy(update={"evidence": (words,)}))
    return _stored(lines=(LINES[0], told, *LINES[2:]))


def _kill(at: datetime) -> Kill:
    return Kill(at, {"shop": State.APPLYING}, frozenset({"shop"}))


@pytest.mark.parametrize(
    "history",
    [
        pytest.param(_but(), id="as it was"),
        pytest.param(_twice(kills=(_kill(_after(3)),)), id="a kill, and the act once more"),
        pytest.param(_blocked(NOW - timedelta(minutes=1)), id="a restart after a block"),
    ],
)
def test_a_true_history_has_no_problems(history: Callable[[], Evidence]) -> None:
    """Nothing is said of what is as it must be."""
    assert problems(history()) == ()


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        pytest.param(_but(served={"shop": frozenset({C})}), "shop serves ccccccc and not bbbbbbb", id="lost push"),
        pytest.param(_but(pushed=(Pushed("shop", "bad1", B),)), "shop has not rejected bad1", id="crash not rejected"),
        pytest.param(_but(acts=(replace(ACT, at=NOW),)), "without any intent before it", id="no intent"),
        pytest.param(
            _but(acts=(ACT, replace(ACT, at=_after(2.8)))), "is act 2 of one intent", id="one intent, two acts"
        ),
        pytest.param(_twice(), "acted 1 times more than it had to, and was hit by 0 kills", id="an act too many"),
        pytest.param(_twice(kills=(_kill(_after(9)),)), "was hit by 0 kills", id="a kill after the end"),
        pytest.param(_active(sequence=2), "the last one is #2", id="a rollout is missing"),
        pytest.param(_stored(lines=(*LINES[:1], *LINES[2:])), "has 4 lines and not 5", id="a line is missing"),
        pytest.param(_stored(lines=LINES[:-1]), "its last line says verifying", id="a state without a line"),
        pytest.param(_stored(lines=(*LINES, LINES[1])), "went on after its end", id="a line after the end"),
        pytest.param(
            _stored(
                lines=(*LINES[:4], replace(LINES[2], sequence=2)),
                rollouts=(DONE, DONE.model_copy(update={"sequence": 2})),
            ),
            "#2 is applying while #1 has not ended",
            id="two at a time",
        ),
        pytest.param(
            _stored(lines=(*LINES[:2], *LINES[3:])), "went from checking to verifying by applied", id="no such way"
        ),
        pytest.param(_failed_before(), "#2 acted for bbbbbbb, which #1 rejected", id="a rejected image again"),
        pytest.param(_but(pushed=(Pushed("shop", "bad1", B),)), "#1 of bad1 succeeded", id="a crash that succeeded"),
        pytest.param(
            _blocked(_after(60)), "a restart at 12:00:02, blocked until 12:01:00", id="a restart into a block"
        ),
        pytest.param(_active(rollout=DONE), "is still succeeded", id="under way"),
        pytest.param(_stored(looks=1), "has 1 looks that nobody took", id="a look is left"),
        pytest.param(
            _stored(claim=Claim(owner="a", until=datetime.now(UTC) + timedelta(hours=1))), "is claimed", id="claimed"
        ),
        pytest.param(_but(history=replace(TRUE.history, due=frozenset({"shop"}))), "shop is due", id="due"),
        pytest.param(_but(ended={("shop", 1): (State.FAILED, NOW)}), "had ended failed", id="an end that changed"),
        pytest.param(_active(container=_reverted()), "somebody changed back", id="a fight with nobody"),
        pytest.param(_but(told={}), "the admin API says None", id="the admin API"),
        pytest.param(_but(history=replace(TRUE.history, recent={})), "everyone's list says None", id="everyone's list"),
    ],
)
def test_a_spoiled_history_is_named(spoiled: Callable[[], Evidence], said: str) -> None:
    """What is not as it must be is among the problems."""
    assert any(said in problem for problem in problems(spoiled()))
