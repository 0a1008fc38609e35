"""Recovery: what an app may go back to, and which step is next."""

from typing import Any

import pytest

from operators.core.recovery import Measure, Recover, Tried, next_measure
from operators.core.stalls import StallReason
from tests.core.samples import NOW, A, B, C, container, running


@pytest.mark.parametrize(
    ("good", "rejected", "failing", "back"),
    [
        pytest.param((), (), C, None, id="nothing was ever proved"),
        pytest.param((A, B), (), C, A, id="the newest"),
        pytest.param((A, B), (), A, B, id="not what fails now"),
        pytest.param((A, B), (A,), C, B, id="not what was rejected since"),
        pytest.param((A, B), (B,), A, None, id="neither of them"),
        pytest.param((A,), (C,), C, A, id="others may be rejected"),
    ],
)
def test_what_may_be_gone_back_to(good: tuple[str, ...], rejected: tuple[str, ...], failing: str, back: str) -> None:
    """The newest last good digest that is neither the failing one nor rejected."""
    row = container(None, *rejected).model_copy(update={"last_good": tuple(map(running, good))})
    assert row.good_but(failing) == back


_R, _D, _B = Measure.RETRY, Measure.REDEPLOY, Measure.ROLLBACK


@pytest.mark.parametrize(
    ("reason", "tried", "changes", "step"),
    [
        pytest.param(StallReason.PULL_FAILED, (), {}, _R, id="the least harmful"),
        pytest.param(StallReason.PULL_FAILED, (_R,), {}, _D, id="each once"),
        pytest.param(StallReason.PULL_FAILED, (_R, _D), {}, _B, id="the last"),
        pytest.param(StallReason.PULL_FAILED, (_R,), {"pinned": True}, _B, id="written already"),
        pytest.param(StallReason.PULL_FAILED, (_R, _D), {"last_good": None}, None, id="nothing to go back to"),
        pytest.param(StallReason.PULL_FAILED, (), {"allowed": Recover.ROLLBACK}, _B, id="only the way back"),
        pytest.param(StallReason.PULL_FAILED, (), {"but": (_R, _D)}, _B, id="passed over, for another image is wanted"),
        pytest.param(StallReason.STALE_IMAGE, (), {"but": (_R,)}, None, id="passed over, and nothing else is left"),
        pytest.param(StallReason.PULL_FAILED, (), {"allowed": Recover.REPORT}, None, id="nothing allowed"),
        pytest.param(StallReason.STALE_IMAGE, (_R,), {}, None, id="what serves is not written over"),
        pytest.param(StallReason.APP_STOPPED, (), {}, None, id="nothing helps"),
    ],
)
def test_the_next_step(
    reason: StallReason, tried: tuple[Measure, ...], changes: dict[str, object], step: Measure | None
) -> None:
    """Down the ladder of the stall, past what was taken, is not allowed, or would change nothing."""
    facts: dict[str, Any] = {"allowed": Recover.FULL, "pinned": False, "last_good": A} | changes
    taken = tuple(Tried(measure=one, reason=reason, at=NOW) for one in tried)
    assert next_measure(reason, tried=taken, **facts) is step
