"""The doctor's check on the slot that new images go through."""

import pytest

from operators.core.access import Verdict
from operators.core.doctor.checks import Code, Status
from operators.core.doctor.facts import AppFacts, StageFacts
from operators.core.doctor.stage import check_stage
from tests.core.doctor_samples import APP, CONFIG, DENIED, SITE, access, but, healthy, said

SLOT = SITE.model_copy(update={"id": APP.model_copy(update={"slot": "staging"})})
STAGE = StageFacts(site=SLOT, configured=CONFIG.linux_fx_version or "", access=access(Verdict.ALLOWED))


def staged(tag: str = "swap:staging", **changes: object) -> AppFacts:
    """An app that names a slot, with what is there."""
    site = SITE.model_copy(update={"resource_tags": {"Pulley-Strategy": tag}})
    return but(site=site, **{"stage": STAGE} | changes)


def stage(**changes: object) -> StageFacts:
    """The slot with something else about it."""
    return STAGE.model_copy(update=changes)


@pytest.mark.parametrize(
    ("facts", "status", "part", "fix"),
    [
        pytest.param(healthy(), "ok", "through no slot", "", id="no strategy of its own"),
        pytest.param(staged("pin", stage=None), "ok", "through no slot", "", id="another strategy"),
        pytest.param(staged(), "ok", "shop:staging first", "", id="all is well"),
        pytest.param(staged("swap"), "problem", "swap:<slot>", "", id="no slot is named"),
        pytest.param(staged(app=SLOT.id), "problem", "a slot itself", "", id="on a slot"),
        pytest.param(staged(stage=None), "problem", "no slot shop:staging", "slot create", id="no such slot"),
        pytest.param(
            staged(stage=stage(site=SLOT.model_copy(update={"state": "Stopped"}))),
            "problem",
            "is stopped",
            "az webapp start",
            id="stopped",
        ),
        pytest.param(staged(stage=stage(access=None, configured="NODE|22")), "problem", "no classic", "", id="code"),
        pytest.param(
            staged(stage=stage(access=access(Verdict.DENIED, "az role"))), "problem", "denied", "az role", id="denied"
        ),
        pytest.param(staged(stage=stage(access=access(Verdict.UNKNOWN))), "unknown", "unknown", "", id="unknown"),
        pytest.param(
            staged(stage=stage(access=access(Verdict.PROPAGATING))), "warning", "propagating", "", id="propagating"
        ),
        pytest.param(staged(stage=DENIED), "unknown", "needs X/read", "", id="slot not to be read"),
        pytest.param(but(site=DENIED), "unknown", "needs X/read", "", id="site not to be read"),
    ],
)
def test_stage(facts: AppFacts, status: Status, part: str, fix: str) -> None:
    """A new image can be tried in the slot, or the sentence says why not."""
    said(check_stage(facts), Code.STAGE, status, part, fix)
