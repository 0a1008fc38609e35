"""A container that was started without its secrets: whatever it then does, the image is not accused."""

from datetime import timedelta
from typing import Any

import pytest

from operators.core.model import Unknown
from operators.core.secret_judgement import asks_secrets, heeding_secrets
from operators.core.stalls import StallReason
from operators.core.watch import Failed, ProbeResult, Verdict, Waiting
from tests.core.watch_samples import (
    CRASH,
    EARLY,
    FACTS,
    LATE,
    LISTENS,
    NO_ANSWER,
    OLD,
    OVER,
    READY,
    T0,
    status,
    verdict,
)

UNRESOLVED = ("DATABASE_URL: SecretNotFound",)
REFUSED = Unknown(what="Key Vault references of shop", reason="429", temporary=True, throttled=True)
FORBIDDEN = Unknown(what="Key Vault references of shop", reason="403")
CRASHED: dict[str, Any] = {"statuses": (status("Stopped", error="ContainerTimeout"),), "lines": CRASH}
CRASHING: dict[str, Any] = {"statuses": (status("Starting", error="ContainerTimeout"),), "lines": CRASH}
SICK: dict[str, Any] = {"probe": ProbeResult(status_code=500), "lines": ()}
STARTING = (status("Starting", "WaitingForSiteWarmUpProbeSuccess"),)
NO_STATUS: dict[str, Any] = {"platform_reports": False, "statuses": NO_ANSWER}


def heeded(after: timedelta, facts: dict[str, Any], unresolved: object) -> Verdict:
    """The verdict so long after the act, with what the references tell."""
    read = FACTS.model_copy(update={**facts, "unresolved": unresolved})
    return heeding_secrets(read, verdict(after, **facts), T0 + after)


@pytest.mark.parametrize(
    ("after", "facts"),
    [
        pytest.param(EARLY, CRASHED, id="an instance gave up"),
        pytest.param(LATE, CRASHING, id="it crashes again and again"),
        pytest.param(EARLY, NO_STATUS | {"lines": CRASH}, id="only the log tells of the crash"),
        pytest.param(OVER, NO_STATUS | SICK | {"lines": READY}, id="only the health path tells"),
        pytest.param(OVER, SICK, id="started, and not healthy"),
        pytest.param(OVER, {"statuses": STARTING, "lines": ()}, id="never ready"),
        pytest.param(OVER, {"statuses": STARTING, "lines": LISTENS}, id="at another port, which a setting may tell"),
        pytest.param(OVER, {"statuses": (), "lines": ()}, id="nothing is known"),
    ],
)
def test_an_unresolved_reference_explains_every_failure(after: timedelta, facts: dict[str, Any]) -> None:
    """Whichever road led to the verdict."""
    assert asks_secrets(verdict(after, **facts))
    found = heeded(after, facts, UNRESOLVED)
    assert isinstance(found, Failed)
    assert found.stall.reason is StallReason.KEY_VAULT_REFERENCE_UNRESOLVED
    assert not found.stall.accuses_image
    assert found.stall.lines[0] == UNRESOLVED[0]


@pytest.mark.parametrize(
    ("after", "facts"),
    [
        pytest.param(LATE, {"statuses": OLD, "lines": ()}, id="the container from before"),
        pytest.param(EARLY, {"stopped": True}, id="stopped on purpose"),
        pytest.param(EARLY, {"statuses": (status("Stopping", error="ImagePullFailure"),), "lines": ()}, id="no pull"),
        pytest.param(EARLY, {}, id="it serves"),
    ],
)
def test_it_explains_nothing_else(after: timedelta, facts: dict[str, Any]) -> None:
    """Where no container was started without it, it is not even asked for."""
    assert not asks_secrets(verdict(after, **facts))


@pytest.mark.parametrize(
    ("after", "unread", "waits"),
    [
        pytest.param(EARLY, REFUSED, True, id="for the moment"),
        pytest.param(LATE, REFUSED, False, id="for too long"),
        pytest.param(EARLY, FORBIDDEN, False, id="never to be read"),
    ],
)
def test_references_that_cannot_be_read(after: timedelta, unread: Unknown, waits: bool) -> None:
    """The image is not accused while the answer may still come; later it is, and the stall says what was not read."""
    found = heeded(after, CRASHED, unread)
    if waits:
        assert isinstance(found, Waiting)
        return
    assert isinstance(found, Failed)
    assert found.stall.reason is StallReason.CONTAINER_EXITED
    assert f"{unread.what} could not be read: {unread.reason}" in found.stall.lines


def test_references_that_are_all_resolved_change_nothing() -> None:
    """The crash is the image's."""
    assert heeded(EARLY, CRASHED, ()) == verdict(EARLY, **CRASHED)
