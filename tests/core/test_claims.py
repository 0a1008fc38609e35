"""Which of several messages may work on an app?"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from operators.core.active import Active
from operators.core.claims import CLAIM_LASTS, Claim, may_claim
from operators.core.transitions import ENDED, OCCUPYING, State
from tests.core.samples import APP, NOW, rollout

_HOST_JSON = Path(__file__).parents[2] / "host.json"
IDLE = Active(app=APP, next_step=4)
BUSY = IDLE.model_copy(update={"rollout": rollout(State.VERIFYING)})
MINE = Claim(owner="me", until=NOW + CLAIM_LASTS)
THEIRS = MINE.model_copy(update={"owner": "somebody else"})
EXPIRED = Claim(owner="somebody else", until=NOW)


@pytest.mark.parametrize(
    ("active", "claim", "step", "why"),
    [
        pytest.param(Active(app=APP), None, None, None, id="an app never seen"),
        pytest.param(IDLE, None, None, None, id="a look at an idle app"),
        pytest.param(IDLE, None, 4, None, id="the next step"),
        pytest.param(BUSY, None, 4, None, id="the next step of a rollout at work"),
        pytest.param(IDLE, MINE, 4, None, id="its own claim, after a failure"),
        pytest.param(IDLE, EXPIRED, 4, None, id="a claim that has just expired"),
        pytest.param(
            IDLE, THEIRS, 4, "claimed by another message until 2026-05-01 12:06:00 UTC", id="claimed by another"
        ),
        pytest.param(IDLE, THEIRS, None, "claimed by another message", id="a look, claimed by another"),
        pytest.param(IDLE, None, 3, "step 3 is not the next one (4)", id="a step done before: a copy of a message"),
        pytest.param(IDLE, None, 5, "step 5 is not the next one (4)", id="a step too early"),
        pytest.param(IDLE, MINE, 3, "step 3 is not the next one (4)", id="its own claim on a step done before"),
        pytest.param(BUSY, None, None, "rollout #1 is verifying; the mark stays", id="a look while an act is watched"),
    ],
)
def test_who_may_work(active: Active, claim: Claim | None, step: int | None, why: str | None) -> None:
    """One message at a time, the next step only, and looks wait for the end of an act."""
    answer = may_claim(active, claim, step, "me", NOW)
    if why is None:
        assert answer is None
    else:
        assert answer is not None
        assert why in answer


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
def test_a_look_waits_only_for_what_occupies_the_app(state: State) -> None:
    """A held or waiting rollout lets a look through, which may bring a newer choice; an act does not."""
    active = IDLE.model_copy(update={"rollout": rollout(state)})
    assert (may_claim(active, None, None, "me", NOW) is not None) is (state in OCCUPYING)


def test_a_claim_outlives_the_function() -> None:
    """Whoever held a claim that has expired has been stopped by the host: host.json says when."""
    text = json.loads(_HOST_JSON.read_text())["functionTimeout"]
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    assert timedelta(hours=hours, minutes=minutes, seconds=seconds) < CLAIM_LASTS
