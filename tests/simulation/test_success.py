"""The law on success, broken on purpose: evidence that the world does not have."""

from dataclasses import replace

import pytest

from operators.core.proof import Proof
from operators.core.transitions import Event
from operators.flows.stepping import carrying
from tests.core.samples import NOW
from tests.simulation.court import US, Court, at_work


@pytest.fixture
def court() -> Court:
    """Nothing has happened yet."""
    return Court()


async def test_success_that_nothing_shows(court: Court) -> None:
    """The instances still run the image from before."""
    with at_work(US):
        claimed, moved = await court.begun("next")
        moved = moved.by(Event.APPLIED, NOW, "restarted", "", applied_at=NOW)
        moved = moved.by(Event.SERVING, NOW, "serving", "", proof=Proof.PULLED)
        await court.engine.commit(claimed, carrying(claimed.active, moved), [moved])
    assert "success needs evidence" in court.verdict.broken[0]


@pytest.mark.parametrize("proof", [Proof.PULLED, Proof.PINNED, Proof.ASSUMED])
async def test_success_without_a_start(court: Court, proof: Proof) -> None:
    """It runs that very digest, and has done so since long before the act that was never done."""
    court.clock.advance(3600)
    now = court.clock.now()
    with at_work(replace(US, began=now)):
        claimed, moved = await court.begun(intended_at=now)
        moved = moved.by(Event.APPLIED, now, "restarted", "", applied_at=now)
        moved = moved.by(Event.SERVING, now, "serving", "", proof=proof)
        await court.engine.commit(claimed, carrying(claimed.active, moved), [moved])
    assert "success needs evidence" in court.verdict.broken[0]


async def test_success_of_a_sick_app(court: Court) -> None:
    """It runs the image, started by the act, and its health path says that it does not work."""
    court.world.push("contoso", "shop", "stable", "sick")
    court.world.configure("shop", {"healthCheckPath": "/health"})
    with at_work(US):
        await court.succeeds()
    assert "/health answers [500]" in court.verdict.broken[0]
