"""Start-up summaries: what is read from them, when they are asked for, and what they prove."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operators.core.before import Before
from operators.core.model import Unknown
from operators.core.platform_log import read_platform_log
from operators.core.stalls import StallReason, stall
from operators.core.startup_judgement import asks_startups, heeding_startups
from operators.core.startups import Startups, read_startups
from operators.core.watch import Budget, Failed, Serving, Unproven, Verdict, Waiting, WatchFacts

T0 = datetime(2026, 5, 1, 12, 0, 0, 500_000, tzinfo=UTC)
SUCCESS = "Successfully fetched startup summary."


def at(seconds: float) -> datetime:
    """So long after the act, in whole seconds as Kudu tells it."""
    return (T0 + timedelta(seconds=seconds)).replace(microsecond=0)


def machine(name: str = "lw0", worked: float | None = None, failed: float | None = None) -> Startups:
    """A machine whose last starts ended so long after the act."""
    return Startups(
        machine=name,
        succeeded="1",
        failed="3",
        last_success=None if worked is None else at(worked),
        last_failure=None if failed is None else at(failed),
    )


def row(**startup: Any) -> dict[str, Any]:
    """A machine as Kudu answers it."""
    usual = {"Succeeded": 1, "Failed": "50+", "MostRecentSuccess": None, "MostRecentFailure": "2026-05-01T12:00:09Z"}
    return {"InstanceId": "lw0", "Startup": usual | {"SummaryFetchStatus": SUCCESS} | startup}


READ = Startups(machine="lw0", succeeded="1", failed="50+", last_success=None, last_failure=at(9))


@pytest.mark.parametrize(
    ("payload", "read"),
    [
        pytest.param([row()], (READ,), id="a list"),
        pytest.param(row(), (READ,), id="an older Kudu's one machine"),
        pytest.param([{"InstanceId": "lw0", **row()["Startup"]}], (READ,), id="without a part of its own"),
        pytest.param([row(SummaryFetchStatus=None)], (READ,), id="no word on how it was read"),
        pytest.param([row(SummaryFetchStatus="Access denied")], (), id="a machine that Kudu could not read"),
        pytest.param([], (), id="nothing was started"),
    ],
)
def test_reading(payload: object, read: tuple[Startups, ...]) -> None:
    """Counts as they are written, times in UTC; what Kudu itself could not read is left out."""
    assert read_startups(payload) == read


@pytest.mark.parametrize("payload", ["Container startup logs are disabled.", None, [{"Startup": {}}], ["lw0"], {}])
def test_another_shape_is_refused(payload: object) -> None:
    """Never taken for an app without starts."""
    with pytest.raises(ValueError, match="it "):
        read_startups(payload)


@pytest.mark.parametrize(
    ("one", "failing", "working"),
    [
        pytest.param(machine(failed=5), True, False, id="failed"),
        pytest.param(machine(failed=0), True, False, id="failed in the second of the act"),
        pytest.param(machine(failed=-2), False, False, id="failed before the act"),
        pytest.param(machine(worked=5, failed=9), True, False, id="worked and then failed"),
        pytest.param(machine(worked=9, failed=5), False, True, id="failed and then worked"),
        pytest.param(machine(worked=-9, failed=5), True, False, id="worked long ago"),
        pytest.param(machine(worked=-9), False, False, id="nothing since"),
        pytest.param(machine(), False, False, id="nothing at all"),
    ],
)
def test_how_the_last_start_since_the_act_ended(one: Startups, failing: bool, working: bool) -> None:
    """Only starts since the act count, and of them the last."""
    assert (one.failing_since(T0), one.working_since(T0)) == (failing, working)


def test_a_line_of_evidence() -> None:
    """What a person reads."""
    counted = "start-up summary of lw0: 1 of its starts worked, 3 failed"
    last = "the last worked at 2026-05-01T11:59:51Z, the last failed at 2026-05-01T12:00:05Z"
    assert str(machine(worked=-9, failed=5)) == f"{counted}; {last}"
    assert str(machine()) == counted


NO_RIGHT = Unknown(what="containerlogs of shop", reason="403")
SPEAKS = read_platform_log("2026-05-01T12:00:20.0Z Site startup probe failed after 10 seconds.")
OLD = read_platform_log("2026-05-01T11:00:20.0Z Site started.")
FACTS = WatchFacts(
    acted_at=T0,
    pinned=True,
    always_on=True,
    budget=Budget.of(),
    before=Before.of(()),
    platform_reports=False,
    statuses=Unknown(what="siteStatus", reason="403"),
    listed_instances=1,
    probe=None,
    lines=NO_RIGHT,
)


def facts(**changes: Any) -> WatchFacts:
    """Neither siteStatus nor the log could be read, unless said otherwise."""
    return FACTS.model_copy(update=changes)


def failed(reason: StallReason = StallReason.UNKNOWN, *lines: str) -> Failed:
    """The verdict of a start that failed."""
    return Failed(stall=stall(reason, T0, lines or ("instance aa Stopped",)))


UNPROVEN = Unproven(why="neither siteStatus nor the log tells of the start")


@pytest.mark.parametrize(
    ("changes", "verdict", "asked"),
    [
        pytest.param({}, failed(), True, id="failed, and nobody says why"),
        pytest.param({"lines": SPEAKS}, failed(), True, id="failed, and the log speaks of something else"),
        pytest.param({}, failed(StallReason.START_LIMIT_REACHED), True, id="siteStatus alone says too little"),
        pytest.param({"lines": OLD}, failed(StallReason.BLOCKED), True, id="a log that is silent since the act"),
        pytest.param({"lines": ()}, failed(StallReason.BLOCKED), True, id="an empty log"),
        pytest.param({"lines": SPEAKS}, failed(StallReason.START_LIMIT_REACHED), False, id="the log said why"),
        pytest.param({}, failed(StallReason.PULL_UNAUTHORIZED), False, id="siteStatus said why"),
        pytest.param({}, failed(StallReason.APP_STOPPED), False, id="nothing was started"),
        pytest.param({}, UNPROVEN, True, id="nothing can be read"),
        pytest.param({"lines": SPEAKS}, UNPROVEN, False, id="the log tells of the start"),
        pytest.param({"statuses": (), "platform_reports": True}, UNPROVEN, False, id="siteStatus tells of the start"),
        pytest.param({}, Serving(evidence=()), False, id="a healthy rollout"),
        pytest.param({}, Waiting(what_for="", look_again_in=timedelta(15)), False, id="too early"),
    ],
)
def test_when_they_are_asked_for(changes: dict[str, Any], verdict: Verdict, asked: bool) -> None:
    """Where a start failed, or may have, and the log could not be read or did not say why."""
    assert asks_startups(facts(**changes), verdict) is asked


def heeded(verdict: Verdict, *machines: Startups) -> Verdict:
    """The verdict with these summaries."""
    return heeding_startups(facts(startups=machines), verdict)


def test_an_unproven_start_that_failed_is_a_failure() -> None:
    """Without them it would be called unverified; the reason stays unknown, and no image is accused."""
    found = heeded(UNPROVEN, machine(failed=5), machine("lw1", failed=9))
    assert isinstance(found, Failed)
    assert (found.stall.reason, found.stall.since, found.stall.accuses_image) == (StallReason.UNKNOWN, T0, False)
    assert found.stall.meaning.endswith("it failed on 2 of 2 machines, the last time at 2026-05-01 12:00:09 UTC.")
    assert found.stall.lines == (
        UNPROVEN.why,
        str(machine(failed=5)),
        str(machine("lw1", failed=9)),
        "containerlogs of shop could not be read: 403",
    )


@pytest.mark.parametrize("verdict", [UNPROVEN, failed()])
def test_machines_that_disagree_are_a_reason(verdict: Verdict) -> None:
    """The new container starts on some and not on others."""
    found = heeded(verdict, machine(failed=5), machine("lw1", worked=5))
    assert isinstance(found, Failed)
    assert found.stall.reason is StallReason.INSTANCES_DISAGREE
    assert found.stall.meaning.startswith("Some instances run the new container")
    assert "1 of 2 machines" in found.stall.meaning


def test_a_reason_that_is_known_stays() -> None:
    """The summaries are added to its lines, behind the telling one."""
    before = failed(StallReason.START_LIMIT_REACHED, "ContainerTimeout", "another line")
    found = heeded(before, machine(failed=5), machine("lw1", worked=5))
    assert isinstance(found, Failed)
    assert found.stall.reason is StallReason.START_LIMIT_REACHED
    assert found.stall.meaning.startswith(before.stall.meaning)
    first, second, *_, last = found.stall.lines
    assert (first, second, last) == ("ContainerTimeout", str(machine(failed=5)), "another line")


def test_until_when_starts_are_blocked_is_kept() -> None:
    """The next try waits for it."""
    until = at(300)
    before = Failed(stall=stall(StallReason.BLOCKED, T0, ("Blocked",), blocked_until=until))
    found = heeded(before, machine(failed=5))
    assert isinstance(found, Failed)
    assert found.stall.blocked_until == until


def test_without_a_failure_an_unproven_start_stays_unproven() -> None:
    """What they show is added to the evidence."""
    found = heeded(UNPROVEN, machine(worked=5))
    assert isinstance(found, Unproven)
    assert str(machine(worked=5)) in found.evidence


def test_what_could_not_be_read_proves_nothing_and_is_said() -> None:
    """Access restrictions of the deployment site, or no right: unknown."""
    refused = Unknown(what="start-up summary", reason="403 from the deployment site")
    kept = heeding_startups(facts(startups=refused), UNPROVEN)
    assert isinstance(kept, Unproven)
    found = heeding_startups(facts(startups=refused), failed())
    assert isinstance(found, Failed)
    assert found.stall.meaning == failed().stall.meaning
    assert "start-up summary could not be read: 403 from the deployment site" in found.stall.lines
