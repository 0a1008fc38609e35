# ruff: noqa: E501 - one case a line reads best as one line
"""After a crash or a lost answer: was the act done?"""

from datetime import datetime

import pytest

from operators.core.before import Before
from operators.core.images import ImageReference
from operators.core.instances import InstanceStatus
from operators.core.model import Unknown
from operators.core.recovery import Measure
from operators.core.resuming import Done, late_since, was_done, written_late
from operators.core.rollouts import Rollout
from operators.core.strategies import Strategy
from operators.core.transitions import State
from tests.core.samples import LATEST, NOW, A, B, C, ago, rollout, started

NO_ANSWER = Unknown(what="siteStatus of shop", reason="503", temporary=True)
STARTING, STOPPED = (InstanceStatus(instance_id="bb", state=state) for state in ("Starting", "Stopped"))
OLD, RECENT, NEW = started(ago(3600)), started(ago(12)), started(NOW)


def intended(strategy: Strategy, **changes: object) -> Rollout:
    """A rollout whose act was about to begin ten seconds ago."""
    return rollout(State.APPLYING, strategy=strategy, image=LATEST.at(B), intended_at=ago(10)).model_copy(
        update=changes
    )


RESTART, PIN = intended(Strategy.RESTART), intended(Strategy.PIN)
IN_SLOT = intended(Strategy.SWAP, slot="staging")
SWAP = IN_SLOT.model_copy(update={"staged": B})

type Statuses = tuple[InstanceStatus, ...] | Unknown


@pytest.mark.parametrize(
    ("of", "configured", "statuses", "done"),
    [
        pytest.param(intended(Strategy.RESTART, intended_at=None), LATEST, (OLD,), Done.NOT_BEGUN, id="nothing was intended"),
        pytest.param(intended(Strategy.RESTART, applied_at=ago(9)), LATEST, NO_ANSWER, Done.YES, id="the result was stored"),
        pytest.param(RESTART, LATEST, (OLD,), Done.NO, id="restart: the old container runs"),
        pytest.param(RESTART, LATEST, (NEW,), Done.YES, id="restart: a container started since"),
        pytest.param(RESTART, LATEST, (OLD, NEW), Done.YES, id="restart: one instance of two has"),
        pytest.param(RESTART, LATEST, (STARTING,), Done.YES, id="restart: a container is starting"),
        pytest.param(RESTART, LATEST, (started(ago(14)),), Done.YES, id="restart: clocks differ by a few seconds"),
        pytest.param(RESTART, LATEST, (started(ago(16)),), Done.NO, id="restart: but not by more"),
        pytest.param(intended(Strategy.RESTART, before=Before.of((RECENT,))), LATEST, (RECENT,), Done.NO, id="restart: it started just before, for another reason"),
        pytest.param(intended(Strategy.RESTART, before=Before.of((RECENT,))), LATEST, (NEW,), Done.YES, id="restart: and once more since"),
        pytest.param(intended(Strategy.RESTART, before=Before.of((RECENT,))), LATEST, (STARTING,), Done.YES, id="restart: another instance is starting"),
        pytest.param(intended(Strategy.RESTART, before=Before.of((STOPPED,))), LATEST, (STOPPED,), Done.NO, id="restart: it says what it said before"),
        pytest.param(intended(Strategy.RESTART, before=Before.of((STOPPED,))), LATEST, (STARTING,), Done.YES, id="restart: what stood still moves"),
        pytest.param(RESTART, LATEST, NO_ANSWER, Done.UNKNOWN, id="restart: the instances cannot be read"),
        pytest.param(RESTART, LATEST, (), Done.UNKNOWN, id="restart: no instance is listed, as with an idle app"),
        pytest.param(RESTART, NO_ANSWER, (OLD,), Done.NO, id="restart: the configuration does not matter"),
        pytest.param(intended(Strategy.RESTART, retries=3), LATEST, NO_ANSWER, Done.YES, id="restart: unreadable for too long is watched"),
        pytest.param(PIN, LATEST.at(B), (OLD,), Done.YES, id="pin: the configuration names the digest"),
        pytest.param(PIN, LATEST.at(A), (NEW,), Done.NO, id="pin: it names another"),
        pytest.param(PIN, LATEST, (OLD,), Done.NO, id="pin: it names a tag"),
        pytest.param(PIN, None, (), Done.NO, id="pin: it names no container any more"),
        pytest.param(PIN, NO_ANSWER, (NEW,), Done.UNKNOWN, id="pin: the configuration cannot be read"),
        pytest.param(PIN, LATEST.at(B), NO_ANSWER, Done.YES, id="pin: the instances do not matter"),
        pytest.param(intended(Strategy.PIN, retries=3), NO_ANSWER, (OLD,), Done.YES, id="pin: unreadable for too long is watched"),
        pytest.param(IN_SLOT, LATEST.at(B), (OLD,), Done.YES, id="slot: its configuration names the digest"),
        pytest.param(intended(Strategy.SWAP, slot="staging", slot_names_it=True), LATEST.at(B), (OLD,), Done.NO, id="slot: named it before, and was to be restarted"),
        pytest.param(SWAP, LATEST.at(B), (OLD,), Done.YES, id="swap: it came over"),
        pytest.param(SWAP, LATEST.at(A), (OLD,), Done.UNKNOWN, id="swap: nothing to be seen yet"),
        pytest.param(intended(Strategy.SWAP, slot="staging", staged=B, retries=5), LATEST.at(A), (OLD,), Done.NO, id="swap: nothing to be seen for long"),
    ],
)  # fmt: skip
def test_whether_it_was_done(
    of: Rollout, configured: ImageReference | Unknown | None, statuses: Statuses, done: Done
) -> None:
    """What is real decides: the configuration for a pin, the instances for a restart; no answer is not no."""
    assert was_done(of, configured, statuses) is done


def test_a_swap_that_azure_works_on() -> None:
    """What goes on is not begun again."""
    assert was_done(SWAP, LATEST.at(A), (OLD,), under_way=True) is Done.YES


@pytest.mark.parametrize(
    ("changes", "configured", "late"),
    [
        pytest.param({}, LATEST.at(A), True, id="the last good image"),
        pytest.param({}, LATEST.at(C), False, id="another image"),
        pytest.param({}, LATEST, False, id="a tag"),
        pytest.param({}, None, False, id="nothing, or it cannot be read"),
        pytest.param({"planned": Measure.RETRY}, LATEST.at(A), False, id="another measure"),
        pytest.param({"slot": "staging"}, LATEST.at(A), False, id="perhaps a swap"),
    ],
)
def test_a_way_back_that_was_written_late(
    changes: dict[str, object], configured: ImageReference | None, late: bool
) -> None:
    """Only what the planned measure would write is taken for ours."""
    planned = rollout(State.RECOVERING, image=LATEST.at(B), planned=Measure.ROLLBACK).model_copy(update=changes)
    assert written_late(planned, configured, (A,)) == (LATEST.at(A) if late else None)


@pytest.mark.parametrize(
    ("statuses", "since"),
    [
        pytest.param((OLD, RECENT, NEW), ago(12), id="some have started since the last line"),
        pytest.param((OLD, STOPPED), NOW, id="none has"),
        pytest.param(NO_ANSWER, NOW, id="it cannot be read"),
    ],
)
def test_since_when_it_may_have_been_written(statuses: Statuses, since: datetime) -> None:
    """What runs since the last line of the timeline has started for it; what failed in between is not its failure."""
    planned = rollout(State.RECOVERING, image=LATEST.at(B), planned=Measure.ROLLBACK, updated_at=ago(30))
    assert late_since(planned, statuses, NOW) == since
