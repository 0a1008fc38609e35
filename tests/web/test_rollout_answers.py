"""Does the answer about a rollout say what was tried, what comes next, and where the way back led?"""

import json
from datetime import timedelta
from typing import Any

import pytest

from operators.core.images import ImageReference
from operators.core.recovery import Measure, Tried
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason
from operators.core.transitions import State
from operators.web.rollout_answers import RolloutAnswer
from tests.core.samples import NOW, A, ago, rollout

RETRY = Tried(measure=Measure.RETRY, reason=StallReason.START_LIMIT_REACHED, at=ago(40))
ROLLBACK = Tried(measure=Measure.ROLLBACK, reason=StallReason.CONTAINER_EXITED, at=ago(20))
TOLD = {
    RETRY: {"measure": "retry", "reason": "start_limit_reached", "at": "2026-05-01T11:59:20Z"},
    ROLLBACK: {"measure": "rollback", "reason": "container_exited", "at": "2026-05-01T11:59:40Z"},
}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        pytest.param(rollout(State.VERIFYING), {"tried": []}, id="all is well so far"),
        pytest.param(
            rollout(State.RECOVERING, planned=Measure.ROLLBACK, next_at=NOW + timedelta(seconds=30), tried=(RETRY,)),
            {"planned": "rollback", "nextAt": "2026-05-01T12:00:30Z", "tried": [TOLD[RETRY]]},
            id="recovering",
        ),
        pytest.param(
            rollout(
                State.ROLLED_BACK, tried=(RETRY, ROLLBACK), back_to=ImageReference.parse(f"demo.azurecr.io/shop@{A}")
            ),
            {"tried": [TOLD[RETRY], TOLD[ROLLBACK]], "backTo": f"demo.azurecr.io/shop@{A}"},
            id="rolled back",
        ),
    ],
)
def test_recovery(given: Rollout, told: dict[str, Any]) -> None:
    """Measures in the order they were taken; what is not known is left out."""
    answer = json.loads(RolloutAnswer.of(given).json_text())
    assert {name: answer[name] for name in ("tried", "planned", "nextAt", "backTo") if name in answer} == told
