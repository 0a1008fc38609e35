# ruff: noqa: E501 - one case a line reads best as one line
"""What is an app owed after a rollout, when is it tried again, and how often did one fail in a row?"""

from datetime import datetime, timedelta

import pytest

from operators.core.access import Reason
from operators.core.active import Active
from operators.core.owed import Owed
from operators.core.recovery import Measure
from operators.core.rollouts import Rollout
from operators.core.settling import settled
from operators.core.stalls import StallReason, stall
from operators.core.transitions import State
from tests.core.samples import APP, LATEST, NOW, A, B, C, ago, container, rollout, running

HOUR = timedelta(hours=1)


def owed(reason: str = "refused", *, digest: str = B, tries: int = 1, again_at: datetime = NOW + HOUR) -> Owed:
    """What the app did not get."""
    return Owed(digest=digest, reason=reason, tries=tries, again_at=again_at)


def ended(state: State, reason: str, stalled: StallReason | None = None, **changes: object) -> Rollout:
    """A rollout to B that has ended now."""
    told = stall(stalled, NOW, ()) if stalled else None
    return rollout(state, **{"reason": reason, "stall": told, "image": LATEST.at(B), "ended_at": NOW} | changes)


def known(before: Owed | None = None, *, failures: int = 0) -> Active:
    """An app that runs A, and was decided upon for B."""
    runs = container(running(A)).model_copy(update={"decided": B, "owed": before})
    return Active(app=APP, container=runs, failures=failures)


def owed_after(active: Active, by: Rollout) -> Owed | None:
    """What the app is owed once this rollout has ended."""
    after = settled(active, by).container
    assert after is not None
    return after.owed


def failed(stalled: StallReason, state: State = State.FAILED) -> Rollout:
    """A rollout to B that came to nothing for this reason."""
    return ended(state, stalled, stalled)


@pytest.mark.parametrize(
    ("before", "by", "after"),
    [
        pytest.param(None, ended(State.FAILED, "refused"), owed(), id="our rights do not suffice"),
        pytest.param(None, ended(State.FAILED, Reason.ROLE_MISSING), owed("role_missing"), id="the wait for access was in vain"),
        pytest.param(None, ended(State.FAILED, "slot_unusable"), owed("slot_unusable"), id="the slot was unusable"),
        pytest.param(None, ended(State.SKIPPED, "app_stopped", image=None), owed("app_stopped"), id="the app is stopped"),
        pytest.param(None, ended(State.SUPERSEDED, "app_stopped"), owed("app_stopped"), id="stopped while it waited"),
        pytest.param(None, failed(StallReason.REGISTRY_UNREACHABLE), owed("registry_unreachable"), id="the registry was not reached"),
        pytest.param(None, ended(State.ROLLED_BACK, "rolled_back", StallReason.STALE_IMAGE), owed("stale_image"), id="and it went back for that"),
        pytest.param(None, failed(StallReason.CONTAINER_EXITED), None, id="the image is at fault"),
        pytest.param(None, failed(StallReason.UNKNOWN), None, id="nobody knows what is at fault"),
        pytest.param(None, failed(StallReason.OVERTAKEN), None, id="somebody else wrote another image"),
        pytest.param(None, ended(State.FAILED, Reason.IMAGE_NOT_FOUND), None, id="the image is not there"),
        pytest.param(None, ended(State.FAILED, "refused", image=LATEST.at(C)), None, id="a person's wish for another"),
        pytest.param(owed(), ended(State.FAILED, "refused", image=LATEST.at(C)), owed(), id="which changes nothing"),
        pytest.param(owed(), ended(State.SUPERSEDED, "newer"), owed(), id="another rollout comes instead"),
        pytest.param(owed(), ended(State.SKIPPED, "tag_missing"), owed(), id="nothing could be said"),
        pytest.param(owed(), ended(State.SKIPPED, "app_unreadable", image=None), owed("app_unreadable", tries=2, again_at=NOW + 3 * HOUR), id="the app could not be read"),
        pytest.param(None, ended(State.SKIPPED, "app_unreadable", image=None), None, id="nor what is owed to it"),
        pytest.param(None, ended(State.SUPERSEDED, "not_followed"), owed("not_followed"), id="its strategy was mistyped while it waited"),
        pytest.param(owed(), ended(State.SKIPPED, "already_running"), None, id="it runs by now"),
        pytest.param(owed(), ended(State.SUCCEEDED, "serving"), None, id="it got it"),
        pytest.param(owed(), ended(State.UNVERIFIED, "unproven"), None, id="it got it, as far as can be told"),
        pytest.param(None, ended(State.SUCCEEDED, "tag_moved", in_doubt=True), owed("tag_moved"), id="the tag moved away and back meanwhile"),
        pytest.param(owed(), failed(StallReason.PORT_NOT_ANSWERING), None, id="it was tried, and the image is at fault"),
        pytest.param(None, ended(State.FAILED, "refused", owed=owed(tries=1)), owed(tries=2, again_at=NOW + 3 * HOUR), id="the second try"),
        pytest.param(None, ended(State.FAILED, "refused", owed=owed(tries=9)), owed(tries=10, again_at=NOW + 24 * HOUR), id="the tenth"),
        pytest.param(None, ended(State.FAILED, "refused", owed=owed(digest=C, tries=3)), owed(), id="the first of a newer image"),
    ],
)  # fmt: skip
def test_what_is_owed(before: Owed | None, by: Rollout, after: Owed | None) -> None:
    """What did not fail through the image stays owed, until the app has it or nothing speaks for it any more."""
    assert owed_after(known(before), by) == after


def test_a_stopped_app_that_has_it_is_owed_nothing() -> None:
    """A look at an app that was given everything ends the same way where it is stopped."""
    given = Active(app=APP, container=container(running(B)))
    assert owed_after(given, ended(State.SKIPPED, "app_stopped")) is None


@pytest.mark.parametrize(
    ("by", "failures"),
    [
        pytest.param(ended(State.SUCCEEDED, "serving", applied_at=NOW), 0, id="it serves"),
        pytest.param(ended(State.UNVERIFIED, "unproven", applied_at=NOW), 0, id="as far as can be told"),
        pytest.param(ended(State.FAILED, "container_exited", applied_at=NOW), 3, id="it did not"),
        pytest.param(ended(State.ROLLED_BACK, "rolled_back", applied_at=NOW), 3, id="rolled back"),
        pytest.param(ended(State.ROLLBACK_FAILED, "refused", measure=Measure.ROLLBACK), 3, id="the way back was refused"),
        pytest.param(ended(State.SUPERSEDED, "newer", applied_at=NOW), 3, id="its recovery made room for a newer one"),
        pytest.param(ended(State.SUPERSEDED, "newer"), 2, id="it made room before it acted"),
        pytest.param(ended(State.HINDERED, "operation_in_progress"), 2, id="others kept it from acting"),
        pytest.param(ended(State.FAILED, "refused"), 2, id="its first act was refused"),
        pytest.param(ended(State.SKIPPED, "already_running"), 2, id="there was nothing to do"),
        pytest.param(ended(State.FAILED, "stale_image", StallReason.STALE_IMAGE, applied_at=NOW, owed=owed()), 2, id="another try that ends the same way"),
        pytest.param(ended(State.FAILED, "container_exited", StallReason.CONTAINER_EXITED, applied_at=NOW, owed=owed()), 3, id="another try, and the image is at fault"),
    ],
)  # fmt: skip
def test_how_often_it_failed_in_a_row(by: Rollout, failures: int) -> None:
    """What acted and did not get its image to serve counts, after two others that did not."""
    assert settled(known(failures=2), by).failures == failures


@pytest.mark.parametrize(
    ("what", "stopped", "hindered", "due"),
    [
        pytest.param(owed(again_at=NOW), False, False, True, id="its time has come"),
        pytest.param(owed(), False, False, False, id="not yet"),
        pytest.param(owed(again_at=ago(60)), None, False, True, id="an app that was not listed"),
        pytest.param(owed("operation_in_progress", again_at=NOW), False, True, False, id="somebody else's work hangs"),
        pytest.param(owed("app_stopped"), False, False, True, id="started again, at once"),
        pytest.param(owed("app_stopped", again_at=ago(86400)), True, False, False, id="still stopped, however long"),
        pytest.param(owed("app_stopped", again_at=ago(86400)), None, False, False, id="stopped, and not listed"),
    ],
)
def test_when_it_is_tried_again(what: Owed, stopped: bool | None, *, hindered: bool, due: bool) -> None:
    """After an hour, then less and less often; a stopped app when it runs; none into what hangs."""
    assert what.due(NOW, stopped=stopped, hindered=hindered) is due
