"""The laws on what people say while a rollout is under way, each broken here once on purpose."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from operators.core.proof import Proof
from operators.core.recovery import Measure
from operators.core.strategies import Strategy
from operators.core.transitions import Event
from operators.flows.stepping import carrying
from tests.core.samples import NOW
from tests.simulation.court import US, Court, at_work

OTHER = "DOCKER|contoso.azurecr.io/shop:next"


@pytest.fixture
def court() -> Court:
    """Nothing has happened yet."""
    return Court()


def _tags(**tags: str) -> Callable[[Court], None]:
    def change(court: Court) -> None:
        court.world.change_app("shop", tags={name.replace("_", "-"): value for name, value in tags.items()})
        court.acts.heeding.tagged("shop")

    return change


def _stops(court: Court) -> None:
    court.world.stop("shop")


def _names(linux_fx_version: str) -> Callable[[Court], None]:
    def change(court: Court) -> None:
        court.world.configure("shop", {"linuxFxVersion": linux_fx_version})
        court.acts.heeding.hotfixed("shop")

    return change


@pytest.mark.parametrize("known", [True, False], ids=["before it began", "while it was at work"])
@pytest.mark.parametrize(
    ("says", "changes", "law"),
    [
        pytest.param(_tags(pulley="off"), {}, "not Pulley's", id="opts out"),
        pytest.param(
            _tags(pulley="on", pulley_recover="report"),
            {"measure": Measure.RETRY},
            "pulley-recover=report does not allow retry",
            id="allows nothing more",
        ),
        pytest.param(
            _tags(pulley="on", pulley_recover="rollback"),
            {"measure": Measure.REDEPLOY},
            "pulley-recover=rollback does not allow redeploy",
            id="allows the way back only",
        ),
        pytest.param(_stops, {}, "it is stopped", id="stops it"),
        pytest.param(_names(OTHER), {"measure": Measure.RETRY}, f"somebody wrote {OTHER}", id="names another image"),
    ],
)
async def test_what_a_person_said(
    court: Court, says: Callable[[Court], None], changes: dict[str, Any], law: str, known: bool
) -> None:
    """It is heeded by every step that could read it, and only such."""
    with at_work(US):
        _, moved = await court.begun(**changes)
    court.acts.heeding.acted(moved.rollout)
    court.clock.advance(1)
    says(court)
    court.clock.advance(1)
    with at_work(replace(US, began=court.clock.now()) if known else US):
        await court.restart()
    assert any(law in line for line in court.verdict.broken) is known


@pytest.mark.parametrize(
    ("tags", "measure"),
    [
        pytest.param({"pulley": "on", "pulley_recover": "report"}, None, id="the first act is no measure"),
        pytest.param({"pulley": "on", "pulley_recover": "rollback"}, Measure.ROLLBACK, id="the way back is allowed"),
        pytest.param({"pulley": "on"}, Measure.RETRY, id="nothing said"),
    ],
)
async def test_what_is_still_allowed(court: Court, tags: dict[str, str], measure: Measure | None) -> None:
    """Less than before, and this is in it."""
    _tags(**tags)(court)
    court.clock.advance(1)
    with at_work(replace(US, began=court.clock.now())):
        await court.begun(measure=measure)
        await court.restart()
    assert not any("no act where none is allowed" in line for line in court.verdict.broken)


async def test_a_first_act_that_is_decided_anew(court: Court) -> None:
    """It had left no trace, and somebody named the tag meanwhile that the app follows: that is brought by digest."""
    with at_work(US):
        _, moved = await court.begun(strategy=Strategy.PIN, reference="contoso.azurecr.io/shop:stable")
    court.acts.heeding.acted(moved.rollout)
    court.clock.advance(1)
    _names("DOCKER|contoso.azurecr.io/shop:stable")(court)
    court.clock.advance(1)
    with at_work(replace(US, began=court.clock.now())):
        await court.restart()
    assert not any("somebody wrote" in line for line in court.verdict.broken)


@pytest.mark.parametrize(
    ("value", "broken"), [(OTHER, True), ("DOCKER|contoso.azurecr.io/shop:stable", False)], ids=["another", "ours"]
)
async def test_success_over_a_hotfix(court: Court, value: str, broken: bool) -> None:
    """The same image serves as was brought; yet whoever named it by another tag brought it."""
    court.world.push("contoso", "shop", "next", "v1")
    with at_work(US):
        claimed, moved = await court.begun(reference="contoso.azurecr.io/shop:stable")
        await court.restart()
    court.clock.advance(1)
    _names(value)(court)
    court.clock.advance(60)
    with at_work(replace(US, began=court.clock.now())):
        moved = moved.by(Event.APPLIED, NOW, "restarted", "", applied_at=NOW)
        moved = moved.by(Event.SERVING, NOW, "serving", "", proof=Proof.ASSUMED)
        await court.engine.commit(claimed, carrying(claimed.active, moved), [moved])
    assert any(f"somebody wrote {OTHER}" in line for line in court.verdict.broken) is broken


@pytest.mark.parametrize(("sick", "broken"), [({2}, True), ({1, 2}, False)], ids=["one of three", "two of three"])
async def test_an_image_taken_back_from_most_instances(court: Court, sick: set[int], broken: bool) -> None:
    """They were read to serve it, and the machine that does not gets nothing of it."""
    court.world.push("contoso", "shop", "stable", "v2")
    court.world.change_app("many", sick_instances=sick)
    court.clock.advance(1)
    court.world.restart("many")
    court.clock.advance(60)
    with at_work(replace(US, began=court.clock.now())):
        court.read("many")
        await court.begun(name="many", measure=Measure.ROLLBACK)
        await court.restart("many")
    assert any("taken back" in line for line in court.verdict.broken) is broken
