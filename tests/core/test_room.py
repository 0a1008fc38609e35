"""What is stored of an app has room in a row, whatever its instances, its platform and its log say."""

from datetime import timedelta

import pytest

from operators.core.active import Active, Running
from operators.core.before import Before
from operators.core.instances import InstanceStatus
from operators.core.proof import Proof
from operators.core.recovery import Measure, Tried
from operators.core.registries import TagFacts
from operators.core.rollouts import Health, Moved, Rollout
from operators.core.stalls import StallReason, stall
from operators.core.strategies import Strategy
from operators.core.transitions import Event, State
from tests.core.samples import LATEST, NOW, A, B, asked, container, rollout, started

PROPERTY_HOLDS = 32_768
"""Units of UTF-16 in a string property (azure-docs: rest, understanding-the-table-service-data-model)."""
MOST_INSTANCES = 100
LONG = "it said a word and another one " * 100


def wordy(number: int, *, has_started: bool) -> InstanceStatus:
    """An instance with an id as long as Azure's, and with more words than it ever has."""
    details = f"Site started at {NOW:%m/%d/%Y %H:%M:%S} {LONG}" if has_started else LONG
    return InstanceStatus(
        instance_id=f"{number:064x}"[::-1],
        state="Started" if has_started else "Blocked",
        action=LONG,
        last_error=LONG,
        last_error_details=LONG,
        last_error_at=NOW,
        details=details,
    )


def recovering(*, has_started: bool) -> Moved:
    """A rollout by the swap strategy that begins its last measure, on as many instances as there can be."""
    statuses = tuple(wordy(number, has_started=has_started) for number in range(MOST_INSTANCES))
    lines = tuple(f"{number} {LONG}" for number in range(200))
    tried = tuple(Tried(measure=one, reason=StallReason.START_LIMIT_REACHED, at=NOW) for one in Measure)
    acted = rollout(
        State.RECOVERING,
        asked=asked(digest=B),
        reference=str(LATEST),
        tag_seen=TagFacts(digest=B, last_updated=NOW),
        image=LATEST.at(B),
        from_digest=A,
        strategy=Strategy.SWAP,
        slot="s" * 59,
        staged=B,
        health=Health(host_name="h" * 250, health_check_path="/" * 250, always_on=True),
        before=Before.of(statuses),
        stall=stall(StallReason.START_LIMIT_REACHED, NOW, lines, detail=LONG[:500]),
        operation="https://management.azure.com/" + "o" * 500,
        tried=tried,
        back_to=LATEST.at(A),
    )
    return Moved(rollout=acted.model_copy(update={"last_act": acted.this_act})).by(
        Event.GO, NOW, "rollback", LONG * 2, evidence=lines
    )


@pytest.mark.parametrize("has_started", [True, False])
def test_a_hundred_instances_have_room(*, has_started: bool) -> None:
    """Also after every measure, with every digest remembered: all but the access fills five sixths of one property."""
    moved = recovering(has_started=has_started)
    good = tuple(Running(digest=A, proof=Proof.PULLED, since=NOW, sequence=10**7, tag_updated=NOW) for _ in range(5))
    named = {"written": str(LATEST.at(A)), "theirs": str(LATEST.at(B)), "reverted_at": NOW}
    kept = container(good[0], A, B, A, B, A).model_copy(update={"last_good": good} | named)
    row = Active(app=moved.rollout.app, container=kept, rollout=moved.rollout).model_dump_json()
    assert len(row) < PROPERTY_HOLDS * 5 / 6


def test_a_line_of_the_timeline_is_bounded() -> None:
    """As many lines of evidence as there are instances, each cut, and the sentence too."""
    step = recovering(has_started=False).steps[-1]
    assert (len(step.evidence), max(map(len, step.evidence)), len(step.detail)) == (100, 400, 2000)
    assert step.detail.endswith("…")


def test_rows_of_the_history_are_still_read() -> None:
    """They hold the instances' whole statuses, in the rollout and in its last act."""
    seen = (started(NOW), InstanceStatus(instance_id="bb", state="Starting", details="Pulling image"))
    now = rollout(before=Before.of(seen))
    now = now.model_copy(update={"last_act": now.this_act})
    stored = now.model_dump(mode="json")
    for holder in (stored, stored["last_act"]):
        holder["before"] = [one.model_dump(mode="json") for one in seen]
    assert Rollout.model_validate(stored) == now


@pytest.mark.parametrize(
    ("status", "told"),
    [
        pytest.param(started(NOW), True, id="the same start"),
        pytest.param(started(NOW + timedelta(seconds=1)), False, id="another start"),
        pytest.param(started(NOW).model_copy(update={"instance_id": "bb"}), False, id="another instance's start"),
        pytest.param(started(NOW).model_copy(update={"last_error": "x"}), True, id="the same start with other words"),
        pytest.param(InstanceStatus(instance_id="bb", state="Starting"), True, id="no start, the same words"),
        pytest.param(InstanceStatus(instance_id="bb", state="Stopped"), False, id="no start, other words"),
        pytest.param(InstanceStatus(instance_id="cc", state="Starting"), False, id="an instance that was not there"),
    ],
)
def test_what_an_instance_told_before(status: InstanceStatus, *, told: bool) -> None:
    """Its start tells it apart and, without one, its words."""
    before = Before.of((started(NOW), InstanceStatus(instance_id="bb", state="Starting")))
    assert before.told(status) is told
