"""One instance fails where others serve: that is no fault of the image, and it is waited for."""

from datetime import timedelta

import pytest

from operators.core.instances import InstanceStatus
from operators.core.platform_log import LogLine, read_platform_log
from operators.core.watch import Failed, ProbeResult, Serving, Suspect, Unproven, Waiting
from tests.core.watch_samples import CRASH, EARLY, FALLBACK, LATE, NEW, NO_ANSWER, OVER, T0, blocked, status, verdict

NINE = tuple(NEW[0].model_copy(update={"instance_id": f"a{n}"}) for n in range(9))
KILLED = status("Stopped", None, "sick", "ContainerTimeout").model_copy(
    update={"last_error_details": "Container exited with exit code: 137, terminated during site startup."}
)
AGAIN = KILLED.model_copy(update={"state": "Starting"})
OLD_ONE = NEW[0].model_copy(update={"instance_id": "old", "details": "Site started at 04/04/2026 04:50:00 (UTC)"})
LOOPS = NEW[0].model_copy(update={"last_error": "ContainerTimeout", "last_error_at": T0 + timedelta(seconds=50)})
NO_RIGHT = status("Stopped", None, "sick", "ImagePullUnauthorizedFailure")
ILL = ProbeResult(status_code=503)
NO_ROOM = read_platform_log("2026-04-04T05:50:20.0Z failed to register layer: no space left on device\n")


@pytest.mark.parametrize("after", [EARLY, LATE, OVER - timedelta(seconds=1)], ids=["early", "late", "just within"])
@pytest.mark.parametrize(
    ("others", "lines"),
    [
        pytest.param((KILLED,), (), id="killed"),
        pytest.param((KILLED,), CRASH, id="killed, and the log says so"),
        pytest.param((AGAIN,), CRASH, id="starting again"),
        pytest.param((blocked(9000),), CRASH, id="blocked"),
        pytest.param((NO_RIGHT,), (), id="refused the pull"),
        pytest.param((KILLED, OLD_ONE), NO_ANSWER, id="killed, one from before, and the log cannot be read"),
    ],
)
def test_one_that_fails_is_waited_for(
    others: tuple[InstanceStatus, ...], lines: tuple[LogLine, ...], after: timedelta
) -> None:
    """As long as a start is waited for: the platform tries it again, or puts another in its place."""
    found = verdict(after, statuses=(*NINE, *others), listed_instances=9 + len(others), lines=lines)
    assert isinstance(found, Waiting)
    assert f"9 of {9 + len(others)} instances run the new container; instance" in found.what_for


@pytest.mark.parametrize(
    ("others", "lines", "reason"),
    [
        pytest.param((KILLED,), (), "instances_disagree", id="killed"),
        pytest.param((KILLED,), CRASH, "instances_disagree", id="killed, and the log says so"),
        pytest.param((AGAIN,), CRASH, "instances_disagree", id="starting for ever"),
        pytest.param((blocked(9000),), (), "instances_disagree", id="blocked for ever"),
        pytest.param((status("Failed", None, "sick", "Mystery"),), (), "instances_disagree", id="nobody knows why"),
        pytest.param((), (), "instances_disagree", id="one that is listed never shows"),
        pytest.param((NO_RIGHT,), (), "pull_unauthorized", id="refused the pull: a person has to give the right"),
        pytest.param((KILLED,), NO_ROOM, "no_space", id="no room on its disk"),
    ],
)
def test_one_that_never_comes(others: tuple[InstanceStatus, ...], lines: tuple[LogLine, ...], reason: str) -> None:
    """It ends without an accusation, and names the instance; what accuses nobody anyhow keeps its name."""
    found = verdict(OVER, statuses=(*NINE, *others), listed_instances=10, lines=lines)
    assert isinstance(found, Failed)
    assert (found.stall.reason, found.stall.accuses_image) == (reason, False)
    assert all(any(str(one) in line for line in found.stall.lines) for one in others)


def test_what_ails_the_one_is_said() -> None:
    """The cause, and until when the platform refuses to start it."""
    statuses = (*NINE, blocked(9000))
    found = verdict(OVER, statuses=statuses, listed_instances=10, lines=CRASH)
    assert isinstance(found, Failed)
    assert "Of the others: The container exited while it was starting. Exit code 3." in found.stall.meaning
    assert found.stall.blocked_until == T0 + timedelta(seconds=9000)


@pytest.mark.parametrize(
    ("serve", "listed", "stays"),
    [(9, 10, True), (2, 3, True), (1, 2, False), (1, 3, False), (1, 9, False)],
    ids=["nine of ten", "two of three", "one of two", "one of three", "one of nine, most of which never show"],
)
def test_what_most_instances_serve_is_not_taken_back(serve: int, listed: int, stays: bool) -> None:
    """A way back would not help the sick one, and would take the image from the others."""
    statuses = (*NINE[:serve], KILLED)
    found = verdict(OVER, statuses=statuses, listed_instances=listed, lines=())
    assert isinstance(found, Failed)
    assert found.stall.stays is stays
    assert (f"{serve} of {listed} instances serve the image" in found.stall.meaning) is stays


@pytest.mark.parametrize("left", [blocked(9000), KILLED, OLD_ONE], ids=["blocked", "killed", "from before"])
@pytest.mark.parametrize(
    ("probe", "expected"),
    [
        pytest.param(None, Serving, id="no health path"),
        pytest.param(ProbeResult(status_code=200), Serving, id="healthy"),
        pytest.param(NO_ANSWER, Unproven, id="the health path could not be asked"),
    ],
)
def test_what_lingers_beside_as_many_as_are_listed_is_gone(left: InstanceStatus, probe: object, expected: type) -> None:
    """It has as long as any start to go, or to be listed; then those that are there are judged without it."""
    facts = {"statuses": (NINE[0], left), "listed_instances": 1, "lines": (), "probe": probe}
    assert isinstance(verdict(OVER - timedelta(seconds=1), **facts), Waiting)
    assert isinstance(verdict(OVER, **facts), expected)


def test_the_share_that_serves_is_counted_by_the_list() -> None:
    """Two of three serve; the status of a fourth lingers."""
    found = verdict(OVER, statuses=(*NINE[:2], KILLED, OLD_ONE), listed_instances=3, lines=())
    assert isinstance(found, Failed)
    assert "2 of 3 instances serve the image" in found.stall.meaning


def test_one_that_failed_itself_is_none_that_serves() -> None:
    """Two of three are up, and one of them is up again after a crash."""
    found = verdict(OVER, statuses=(NINE[0], LOOPS, KILLED), listed_instances=3, lines=CRASH)
    assert isinstance(found, Failed)
    assert (found.stall.reason, found.stall.stays) == ("instances_disagree", False)


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        pytest.param({"statuses": (OLD_ONE, KILLED)}, "container_exited", id="the other one still runs the old one"),
        pytest.param({"statuses": (LOOPS, KILLED)}, "container_exited", id="up again after it failed there, too"),
        pytest.param(
            {"statuses": (*NEW, KILLED), "pinned": False, "lines": (*CRASH, *FALLBACK)},
            "stale_image",
            id="what serves is the local copy",
        ),
    ],
)
def test_where_no_instance_is_known_to_serve_the_image(facts: dict[str, object], reason: str) -> None:
    """A failure is what it was: at once, by its own name."""
    found = verdict(EARLY, **({"lines": CRASH, "listed_instances": 2} | facts))
    assert isinstance(found, Failed)
    assert (found.stall.reason, found.stall.stays) == (reason, False)


def test_where_those_that_are_started_are_not_healthy() -> None:
    """They may be warming up as long as a start is expected to take; after that none of them serves."""
    facts = {"statuses": (*NINE[:2], KILLED), "listed_instances": 3, "lines": CRASH, "probe": ILL}
    assert isinstance(verdict(EARLY, **facts), Waiting)
    found = verdict(LATE, **facts)
    assert isinstance(found, Failed)
    assert (found.stall.reason, found.stall.stays) == ("container_exited", False)


@pytest.mark.parametrize(
    ("probe", "stays"),
    [
        pytest.param(ProbeResult(status_code=200), True, id="healthy"),
        pytest.param(ProbeResult(status_code=401), True, id="it wants a sign-in"),
        pytest.param(NO_ANSWER, True, id="it could not be asked"),
        pytest.param(ProbeResult(status_code=None, error="timed out"), False, id="it is silent"),
        pytest.param(ILL, False, id="it is not healthy"),
    ],
)
def test_what_the_health_path_says_of_those_that_run(probe: object, stays: bool) -> None:
    """Where it is not healthy none of them serves, so there is a way back; what was not read accuses nobody."""
    statuses = (*NINE[:2], NEW[0].model_copy(update={"instance_id": "starts", "state": "Starting"}))
    found = verdict(OVER, statuses=statuses, listed_instances=3, lines=(), probe=probe)
    assert isinstance(found, Failed)
    assert (found.stall.reason, found.stall.stays) == ("instances_disagree", stays)


def test_the_health_path_proves_nothing_for_the_one() -> None:
    """It is answered by those that serve: no success while one of ten does not, nor without the log's word on why."""
    facts = {"statuses": (*NINE, KILLED), "listed_instances": 10, "probe": ProbeResult(status_code=200)}
    assert isinstance(verdict(EARLY, **facts), Suspect)
    assert isinstance(verdict(EARLY, **facts, lines=()), Waiting)
