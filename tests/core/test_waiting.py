"""While a start is waited for: for how long, when the next look is due, and what is done and said meanwhile."""

from datetime import timedelta

import pytest

from operators.core.instances import InstanceStatus
from operators.core.stalls import StallReason
from operators.core.watch import LATER_LOOK, NEXT_LOOK, Budget, Failed, Waiting
from tests.core.watch_samples import (
    CRASH,
    EARLY,
    FACTS,
    LATE,
    NEW,
    NO_ANSWER,
    OLD,
    OVER,
    blocked,
    started,
    status,
    verdict,
)

THROTTLED = NO_ANSWER.model_copy(update={"temporary": True, "throttled": True, "retry_after_seconds": 70.0})


@pytest.mark.parametrize(
    ("start_limit", "expected", "hard"),
    [(230, 590, 1180), (1800, 2160, 4320), (10, 370, 740)],
)
def test_budget(start_limit: int, expected: int, hard: int) -> None:
    """The budget follows the app's own start time limit."""
    budget = Budget.of(start_limit=timedelta(seconds=start_limit))
    assert (budget.expected.total_seconds(), budget.hard.total_seconds()) == (expected, hard)


def test_the_hard_limit_is_never_under_ten_minutes() -> None:
    """A short start limit does not make us impatient with the platform."""
    assert Budget.of(timedelta(seconds=10), timedelta(seconds=20)).hard == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("status_", "look_again_in"),
    [
        pytest.param(blocked(150), timedelta(seconds=70), id="ten seconds after the block's end"),
        pytest.param(blocked(60), NEXT_LOOK, id="the end has passed"),
        pytest.param(status("Stopped", error="SiteStartupCancelled"), NEXT_LOOK, id="another start follows"),
    ],
)
def test_what_passes_is_waited_for(status_: InstanceStatus, look_again_in: timedelta) -> None:
    """A block has its end, and a cancelled start is followed by another: neither is a failure yet."""
    found = verdict(statuses=(status_,), lines=())
    assert isinstance(found, Waiting)
    assert found.look_again_in == look_again_in


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(started(-3600, "bb"), id="it runs the container from before"),
        pytest.param(status("Starting", instance_id="bb"), id="it starts"),
    ],
)
def test_one_beside_a_blocked_one_is_looked_at_as_usual(other: InstanceStatus) -> None:
    """A block holds up only the instance that it is for."""
    found = verdict(statuses=(blocked(600), other), lines=())
    assert isinstance(found, Waiting)
    assert found.look_again_in == NEXT_LOOK
    assert found.stall is None


def test_looks_get_rarer_when_it_takes_long() -> None:
    """After the expected time the pace slows down."""
    found = verdict(LATE, statuses=(status("Updating"),), lines=())
    assert isinstance(found, Waiting)
    assert found.look_again_in == LATER_LOOK


@pytest.mark.parametrize(
    ("facts", "unread"),
    [
        pytest.param({"statuses": THROTTLED}, True, id="siteStatus"),
        pytest.param({"listed_instances": THROTTLED}, True, id="the list of instances"),
        pytest.param({"probe": THROTTLED}, True, id="the health path"),
        pytest.param({"pinned": False, "lines": THROTTLED}, True, id="the log"),
        pytest.param({"statuses": OLD, "listed_instances": THROTTLED}, False, id="what is not waited for"),
        pytest.param({"statuses": OLD, "budget": Budget.of(unread=THROTTLED)}, False, id="the settings"),
    ],
)
def test_what_azure_asked_for_counts(facts: dict[str, object], unread: bool) -> None:
    """The wait for a read names it, and any refused read says how long nothing should be asked."""
    found = verdict(EARLY, **facts)
    assert isinstance(found, Waiting)
    assert found.unread == ((THROTTLED,) if unread else ())
    assert FACTS.model_copy(update=facts).asked == timedelta(seconds=70)


@pytest.mark.parametrize(
    ("after", "facts", "poke"),
    [
        pytest.param(timedelta(seconds=20), {"statuses": (), "always_on": False}, True, id="idle app"),
        pytest.param(timedelta(seconds=20), {"statuses": OLD, "always_on": False}, True, id="idle app, its old start"),
        pytest.param(EARLY, {"statuses": (), "always_on": False, "poked": True}, False, id="once is enough"),
        pytest.param(timedelta(seconds=20), {"statuses": OLD}, False, id="too early to say that nothing moves"),
        pytest.param(EARLY, {"statuses": OLD}, True, id="nothing moves"),
        pytest.param(EARLY, {"statuses": (status("Starting"),), "always_on": False}, False, id="it moves already"),
    ],
)
def test_an_app_that_does_not_move_is_poked_once(after: timedelta, facts: dict[str, object], poke: bool) -> None:
    """An idle app starts at a request only, so it gets one."""
    found = verdict(after, **facts)
    assert isinstance(found, Waiting)
    assert found.poke is poke


@pytest.mark.parametrize(
    ("after", "status_", "reason_"),
    [
        pytest.param(EARLY, blocked(150), StallReason.BLOCKED, id="a block"),
        pytest.param(EARLY, status("Stopped", error="SiteStartupCancelled"), None, id="another start follows at once"),
        pytest.param(
            LATE, status("Stopped", error="SiteStartupCancelled"), StallReason.START_CANCELLED, id="or should"
        ),
    ],
)
def test_what_holds_a_start_up_is_named(after: timedelta, status_: InstanceStatus, reason_: StallReason | None) -> None:
    """It is waited for, and whoever looks is told what it is."""
    found = verdict(after, statuses=(status_,), lines=())
    assert isinstance(found, Waiting)
    assert (found.stall.reason if found.stall else None) is reason_


def test_waiting_says_what_for() -> None:
    """A person reads what the app is doing."""
    found = verdict(statuses=(*NEW, status("Starting", "PullingImage", "bb")), listed_instances=2)
    assert isinstance(found, Waiting)
    assert found.what_for == "1 of 2 instances run the new container; instance bb Starting, PullingImage"


def test_of_many_instances_the_first_that_are_not_there_yet_are_told() -> None:
    """A sentence with the words of a hundred would be read by nobody."""
    late = [status("Starting", "PullingImage", instance_id=f"b{number}") for number in range(6)]
    found = verdict(EARLY, statuses=(*NEW, *late), listed_instances=7)
    assert isinstance(found, Waiting)
    told = "; ".join(f"instance b{number} Starting, PullingImage" for number in range(4))
    assert found.what_for == f"1 of 7 instances run the new container; {told}; and 2 more instances"


def test_of_many_stuck_instances_the_log_is_told_too() -> None:
    """Those that do not serve come before those that do, and leave room for what the log says of them."""
    many = [started(40, f"a{number}") for number in range(30)]
    found = verdict(OVER, statuses=(*many, status("Starting", instance_id="bb")), listed_instances=31, lines=CRASH)
    assert isinstance(found, Failed)
    lines = found.stall.lines
    assert lines[1] == "instance bb Starting"
    assert "and 23 more instances" in lines
    assert any("terminated during site startup" in line for line in lines[9:])
