# ruff: noqa: E501 - one case a line reads best as one line
"""Does the app serve the new container? The rule of evidence, case by case."""

from datetime import timedelta

import pytest

from operators.core.before import Before
from operators.core.judgement import asks_ports
from operators.core.platform_log import LogLine, read_platform_log
from operators.core.stalls import StallReason
from operators.core.watch import NEXT_LOOK, Failed, ProbeResult, Serving, Suspect, Unproven, Verdict, Waiting
from tests.core.watch_samples import (
    CRASH,
    EARLY,
    FACTS,
    FALLBACK,
    LATE,
    LISTENS,
    NEW,
    NO_ANSWER,
    OLD,
    OVER,
    READY,
    T0,
    blocked,
    started,
    status,
    verdict,
)

GAVE_UP: dict[str, object] = {"statuses": (status("Stopped", error="ContainerTimeout"),), "lines": LISTENS}
BESIDE_BLOCK = (started(-3600, "bb"), blocked(9000))
METRICS = read_platform_log("2026-04-04T05:50:20.0Z Metrics server listening on :9100\n")


def on(machine: str, lines: tuple[LogLine, ...]) -> tuple[LogLine, ...]:
    """The same lines in that machine's log."""
    return tuple(line.model_copy(update={"source": machine}) for line in lines)


def reason(found: Verdict) -> StallReason | None:
    """The stall's reason where it failed."""
    return found.stall.reason if isinstance(found, Failed) else None


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({}, id="one instance, started anew"),
        pytest.param({"before": Before.of(())}, id="nothing ran before"),
        pytest.param({"before": NO_ANSWER}, id="what ran before is unknown, and it started after the act"),
        pytest.param({"statuses": (started(40), started(55, "bb")), "listed_instances": 2}, id="both instances"),
        pytest.param({"statuses": (started(-2),)}, id="clocks that differ a little"),
        pytest.param({"probe": ProbeResult(status_code=204)}, id="the health path answers"),
        pytest.param({"pinned": False, "lines": READY}, id="a tag, and the log speaks of no local copy"),
        pytest.param({"pinned": False, "lines": NO_ANSWER}, id="a tag, and the log cannot be read"),
        pytest.param(
            {
                "pinned": False,
                "lines": FALLBACK,
                "acted_at": T0 + timedelta(seconds=23),
                "before": Before.of((started(21),)),
            },
            id="the start right before the act fell back",
        ),
        pytest.param({"usage_state": "Normal", "stopped": False}, id="the states of every running site"),
    ],
)
def test_serving(facts: dict[str, object]) -> None:
    """Every listed instance started anew, and the health path answers where there is one."""
    found = verdict(EARLY, **facts)
    assert isinstance(found, Serving)
    assert any("Site started at" in line for line in found.evidence)


def test_a_sticky_error_does_not_hide_a_healthy_start() -> None:
    """`lastError` outlives later healthy starts."""
    healed = NEW[0].model_copy(update={"last_error": "ContainerTimeout", "last_error_at": T0 - timedelta(days=1)})
    assert isinstance(verdict(statuses=(healed,)), Serving)


@pytest.mark.parametrize("after", [EARLY, LATE - timedelta(seconds=1)], ids=["early", "just within what is expected"])
@pytest.mark.parametrize(
    "facts",
    [
        pytest.param({"statuses": OLD}, id="still the container from before"),
        pytest.param(
            {"statuses": (started(-600),), "before": Before.of(())}, id="a start before the act, not seen before"
        ),
        pytest.param({"statuses": (started(-1),), "before": NO_ANSWER}, id="a start just before, nothing to compare"),
        pytest.param({"statuses": ()}, id="no instance"),
        pytest.param({"statuses": (status("Updating"),)}, id="updating"),
        pytest.param({"statuses": (status("Unknown"),)}, id="unknown"),
        pytest.param({"statuses": (status("Started"),)}, id="started, it does not say when"),
        pytest.param({"statuses": (status("Starting", "PullingImage"),)}, id="pulling"),
        pytest.param({"statuses": (status("Starting", error="ContainerTimeout"),)}, id="starting again after an error"),
        pytest.param({"statuses": (*NEW, started(-3600, "bb")), "listed_instances": 2}, id="one of two"),
        pytest.param({"listed_instances": 2}, id="fewer than are listed"),
        pytest.param({"listed_instances": NO_ANSWER}, id="the list cannot be read"),
        pytest.param({"statuses": NO_ANSWER}, id="siteStatus cannot be read now"),
        pytest.param({"probe": ProbeResult(status_code=503)}, id="the health path is not healthy yet"),
        pytest.param({"probe": NO_ANSWER}, id="the health path could not be asked"),
    ],
)
def test_waiting(facts: dict[str, object], after: timedelta) -> None:
    """Unknown is not no: within the budget it is waited for."""
    found = verdict(after, **facts)
    assert isinstance(found, Waiting)
    assert found.look_again_in == NEXT_LOOK


@pytest.mark.parametrize(
    ("after", "facts", "expected"),
    [
        pytest.param(EARLY, {"statuses": (status("Stopped", error="ContainerTimeout"),), "lines": CRASH}, "container_exited", id="a crash"),
        pytest.param(EARLY, {"statuses": (status("Stopping", error="ImagePullUnauthorizedFailure"),), "lines": ()}, "pull_unauthorized", id="no right to pull"),
        pytest.param(EARLY, {"statuses": (status("Stopped", error="ContainerTimeout"),), "lines": NO_ANSWER}, "start_limit_reached", id="the log cannot be read"),
        pytest.param(EARLY, {"pinned": False, "lines": FALLBACK}, "stale_image", id="started, from the local copy"),
        pytest.param(EARLY, {"pinned": False, "lines": FALLBACK, "acted_at": T0 + timedelta(seconds=23)}, "stale_image", id="from the local copy, by a platform whose clock is behind"),
        pytest.param(LATE, {"statuses": (status("Starting", error="ContainerTimeout"),), "lines": CRASH}, "container_exited", id="starting again and again"),
        pytest.param(LATE, {"statuses": OLD, "lines": ()}, "restart_not_taken", id="the container from before"),
        pytest.param(LATE, {"statuses": BESIDE_BLOCK, "lines": ()}, "restart_not_taken", id="the container from before, beside one that is blocked"),
        pytest.param(OVER, {"statuses": (status("Starting"), blocked(9000)), "lines": ()}, "blocked", id="starting for ever beside one that is blocked"),
        pytest.param(OVER, {"statuses": (*NEW, started(-3600, "bb")), "listed_instances": 2, "lines": ()}, "instances_disagree", id="one of two"),
        pytest.param(OVER, {"listed_instances": 2, "lines": ()}, "instances_disagree", id="one missing"),
        pytest.param(OVER, {"statuses": (status("Starting", "WaitingForSiteWarmUpProbeSuccess"),), "lines": ()}, "start_limit_reached", id="waiting for an answer"),
        pytest.param(OVER, {"statuses": (status("Starting", "WaitingForSiteWarmUpProbeSuccess"),), "lines": LISTENS, "asked_ports": frozenset({80})}, "port_not_answering", id="waiting for an answer at another port"),
        pytest.param(OVER, {"statuses": (status("Starting", "WaitingForSiteWarmUpProbeSuccess"),), "lines": LISTENS, "asked_ports": NO_ANSWER}, "start_limit_reached", id="waiting for an answer at a port that is not known"),
        pytest.param(EARLY, GAVE_UP | {"asked_ports": frozenset({80})}, "port_not_answering", id="given up, listening at another port"),
        pytest.param(EARLY, GAVE_UP | {"asked_ports": frozenset({5000})}, "start_limit_reached", id="given up, listening where it is asked"),
        pytest.param(OVER, {"statuses": (status("Updating"),), "lines": ()}, "unknown", id="updating for ever"),
        pytest.param(OVER, {"statuses": (), "lines": ()}, "unknown", id="no instance for ever"),
        pytest.param(OVER, {"statuses": (status("Stopped", error="SiteStartupCancelled"),), "lines": ()}, "start_cancelled", id="cancelled for ever"),
        pytest.param(OVER, {"statuses": (blocked(9000),), "lines": ()}, "blocked", id="blocked for ever"),
        pytest.param(OVER, {"probe": ProbeResult(status_code=500), "lines": ()}, "probe_failing", id="the health path is not healthy"),
        pytest.param(OVER, {"probe": ProbeResult(status_code=None, error="timed out"), "lines": ()}, "probe_failing", id="the health path does not answer"),
        pytest.param(EARLY, {"stopped": True}, "app_stopped", id="stopped on purpose"),
        pytest.param(EARLY, {"usage_state": "Exceeded"}, "quota_exceeded", id="no quota left"),
        pytest.param(EARLY, {"platform_reports": False, "statuses": NO_ANSWER, "lines": NO_ANSWER, "gone": "404"}, "app_gone", id="deleted"),
    ],
)  # fmt: skip
def test_failed(after: timedelta, facts: dict[str, object], expected: str) -> None:
    """A fresh error fails at once; what never comes fails when its time is over, by what is seen."""
    found = verdict(after, **facts)
    assert reason(found) == expected


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        pytest.param(GAVE_UP, True, id="nobody answered, and the container names a port"),
        pytest.param(GAVE_UP | {"lines": ()}, False, id="it names none"),
        pytest.param(GAVE_UP | {"lines": METRICS}, False, id="it names one that accuses nobody"),
        pytest.param(GAVE_UP | {"asked_ports": frozenset({5000})}, False, id="they were read"),
        pytest.param(GAVE_UP | {"asked_ports": NO_ANSWER}, False, id="they gave no answer"),
        pytest.param(GAVE_UP | {"lines": (*LISTENS, *CRASH)}, False, id="it crashed"),
        pytest.param({}, False, id="it serves"),
    ],
)
def test_the_asked_port_is_read_where_it_decides(facts: dict[str, object], asked: bool) -> None:
    """The app's settings cost one of the writes: they are read where a wrong port may be what failed."""
    assert asks_ports(FACTS.model_copy(update=facts), verdict(EARLY, **facts)) is asked


@pytest.mark.parametrize(
    ("after", "facts"),
    [
        pytest.param(EARLY, {"statuses": (status("Stopped", error="ContainerTimeout"),)}, id="an error"),
        pytest.param(EARLY, {"statuses": (blocked(120),)}, id="a block"),
        pytest.param(EARLY, {"pinned": False}, id="a tag: was it pulled?"),
        pytest.param(LATE, {"statuses": OLD}, id="longer than expected"),
        pytest.param(OVER, {"probe": ProbeResult(status_code=500)}, id="unhealthy"),
        pytest.param(EARLY, {"platform_reports": False, "statuses": NO_ANSWER}, id="no siteStatus"),
    ],
)
@pytest.mark.parametrize("lines", [(), NO_ANSWER], ids=["silent log", "unreadable log"])
def test_the_log_is_asked_for_once(after: timedelta, facts: dict[str, object], lines: object) -> None:
    """No failure without having read the log; once it was, readable or not, there is another verdict."""
    assert isinstance(verdict(after, **facts), Suspect)
    assert not isinstance(verdict(after, **facts, lines=lines), Suspect)


def test_a_log_that_gives_no_answer_is_waited_for() -> None:
    """It alone tells of an old image that was started once more; but not for ever, nor where it will never be had."""
    passing, lasting = NO_ANSWER.model_copy(update={"temporary": True}), NO_ANSWER
    assert isinstance(verdict(pinned=False, lines=passing), Waiting)
    assert isinstance(verdict(LATE, pinned=False, lines=passing), Serving)
    assert isinstance(verdict(pinned=False, lines=lasting), Serving)
    assert isinstance(verdict(pinned=True, lines=passing), Serving)


@pytest.mark.parametrize(
    ("after", "facts"),
    [
        pytest.param(EARLY, {"probe": ProbeResult(status_code=401)}, id="the health path wants a sign-in"),
        pytest.param(EARLY, {"probe": ProbeResult(status_code=302)}, id="the health path redirects"),
        pytest.param(OVER, {"probe": NO_ANSWER}, id="the health path could never be asked"),
        pytest.param(OVER, {"listed_instances": NO_ANSWER}, id="the list could never be read"),
        pytest.param(OVER, {"statuses": NO_ANSWER, "lines": NO_ANSWER}, id="nothing could ever be read"),
    ],
)
def test_our_own_blindness_is_no_failure(after: timedelta, facts: dict[str, object]) -> None:
    """What we cannot read never blames an image."""
    assert isinstance(verdict(after, **facts), Unproven)


@pytest.mark.parametrize(
    ("after", "facts", "expected"),
    [
        pytest.param(EARLY, {"lines": READY}, Unproven, id="the log tells of a start"),
        pytest.param(EARLY, {"lines": READY, "probe": ProbeResult(status_code=200)}, Unproven, id="and the probe agrees"),
        pytest.param(EARLY, {"lines": READY, "probe": ProbeResult(status_code=500)}, Waiting, id="and the probe does not"),
        pytest.param(OVER, {"lines": READY, "probe": ProbeResult(status_code=500)}, Failed, id="and the probe never does"),
        pytest.param(EARLY, {"lines": CRASH}, Failed, id="the log tells of a crash"),
        pytest.param(EARLY, {"lines": (*CRASH, *READY[1:])}, Unproven, id="a crash that was got over"),
        pytest.param(EARLY, {"lines": on("aa", READY) + on("bb", CRASH)}, Waiting, id="a crash on another machine"),
        pytest.param(EARLY, {"lines": on("bb", CRASH) + on("aa", READY)}, Waiting, id="the same, in another order"),
        pytest.param(EARLY, {"lines": on("bb", (*CRASH, *READY)) + on("aa", READY)}, Unproven, id="that it got over"),
        pytest.param(EARLY, {"lines": on("aa", (*READY, *CRASH))}, Failed, id="a crash after that start"),
        pytest.param(EARLY, {"lines": (*FALLBACK, *READY)}, Failed, id="a start from the local copy"),
        pytest.param(EARLY, {"lines": ()}, Waiting, id="the log is silent"),
        pytest.param(EARLY, {"lines": (), "probe": ProbeResult(status_code=200)}, Waiting, id="perhaps the old one answers"),
        pytest.param(LATE, {"lines": (), "probe": ProbeResult(status_code=200)}, Unproven, id="something answers"),
        pytest.param(LATE, {"lines": (), "probe": ProbeResult(status_code=500)}, Waiting, id="nothing healthy answers yet"),
        pytest.param(OVER, {"lines": (), "probe": ProbeResult(status_code=500)}, Failed, id="nothing healthy answers"),
        pytest.param(LATE, {"lines": NO_ANSWER}, Unproven, id="nothing can be read"),
        pytest.param(LATE, {"lines": ()}, Waiting, id="nothing is said yet"),
        pytest.param(OVER, {"lines": ()}, Unproven, id="nothing is ever said"),
    ],
)  # fmt: skip
def test_without_site_status(after: timedelta, facts: dict[str, object], expected: type) -> None:
    """Without siteStatus the log and the health path speak, and the best they say is unverified."""
    assert isinstance(verdict(after, platform_reports=False, statuses=NO_ANSWER, **facts), expected)


def test_another_machine_that_never_starts_is_named() -> None:
    """One start worked, so the image is not accused; whoever looks is told of the other."""
    lines = on("aa", READY) + on("bb", CRASH)
    found = verdict(OVER, platform_reports=False, statuses=NO_ANSWER, lines=lines)
    assert isinstance(found, Unproven)
    assert str(CRASH[0]) in found.evidence
