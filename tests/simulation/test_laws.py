"""The laws themselves: each is broken here once on purpose, for a law that nothing can break proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from local.azure.asgi import Answer
from local.in_process import Asked
from operators.cloud.engine import Claimed
from operators.core.before import Before
from operators.core.claims import Claim
from operators.core.gate import Freeze
from operators.core.instances import InstanceStatus
from operators.core.model import Unknown
from operators.core.rollouts import Moved
from operators.core.strategies import Strategy
from operators.core.transitions import Event, State
from operators.flows.stepping import carrying
from tests.core.samples import NOW
from tests.simulation.court import OTHERS, US, Court, at_work
from tests.simulation.invocation import Invocation


@pytest.fixture
def court() -> Court:
    """Nothing has happened yet."""
    return Court()


async def test_what_the_operator_does_breaks_nothing(court: Court) -> None:
    """Claim, intent, act, result: all as the laws want it."""
    with at_work(US):
        await court.succeeds()
    assert court.verdict.broken == []


async def test_an_act_without_a_rollout(court: Court) -> None:
    """Nothing says why."""
    with at_work(US):
        await court.restart()
    assert "a record around every act" in court.verdict.broken[0]


async def test_an_act_twice_for_one_intent(court: Court) -> None:
    """The second one was never intended."""
    with at_work(US):
        await court.begun()
        await court.restart()
        await court.restart()
    assert ["without an intent" in line for line in court.verdict.broken] == [True]


@pytest.mark.parametrize("cut_off", [True, False], ids=["cut off", "done and known"])
async def test_an_act_for_the_same_purpose(court: Court, cut_off: bool) -> None:
    """Each has its intent, and the first was done: only where its end was cut off may it be done again."""
    with at_work(US):
        claimed, moved = await court.begun()
        act = await court.restart()
        if not cut_off:
            court.acts.has_answer(act, Answer(200))
            court.acts.repeats.ended_well.add(US.number)
        again = Moved(rollout=moved.rollout.model_copy(update={"intended_at": NOW + timedelta(seconds=9)}))
        await court.engine.commit(claimed, carrying(claimed.active, again), [again], keep=True)
        await court.restart()
    assert ["at most one extra restart" in line for line in court.verdict.broken] == ([] if cut_off else [True])


async def test_an_act_that_was_recorded(court: Court) -> None:
    """Whoever comes after a crash reads that it was done, and does it again all the same."""
    with at_work(US):
        claimed, moved = await court.begun()
        await court.restart()
        applied = moved.by(Event.APPLIED, NOW, "restarted", "", applied_at=NOW)
        claimed = await court.engine.commit(claimed, carrying(claimed.active, applied), [applied], keep=True)
        later = {"intended_at": NOW + timedelta(seconds=9), "applied_at": None, "state": State.APPLYING}
        again = Moved(rollout=applied.rollout.model_copy(update=later))
        await court.engine.commit(claimed, carrying(claimed.active, again), [again], keep=True)
        await court.restart()
    assert any("at most one extra restart" in line for line in court.verdict.broken)


async def test_an_act_for_the_intent_of_somebody_else(court: Court) -> None:
    """Neither the intent nor the claim is the actor's."""
    with at_work(US):
        await court.begun()
    with at_work(OTHERS):
        await court.restart()
    assert {line.partition(":")[0] for line in court.verdict.broken} == {"a record around every act", "one writer"}


async def test_an_act_after_the_claim_ran_out(court: Court) -> None:
    """Another one may have taken the app by then."""
    with at_work(US):
        await court.begun()
        court.clock.advance(600)
        await court.restart()
    assert "without the claim" in court.verdict.broken[0]


async def test_two_acts_at_once(court: Court) -> None:
    """The second begins before the first has its answer."""
    url = f"https://management.azure.com{court.app().resource_id}/restart"
    act = court.acts.act_of(Asked("POST", url, (), b""))
    assert act is not None
    with at_work(US):
        court.acts.sends(act)
    with at_work(OTHERS):
        court.acts.sends(act)
    assert "one writer" in court.verdict.broken[0]


async def test_an_act_while_frozen(court: Court) -> None:
    """Whoever began before the freeze may finish, whoever began after it may not act."""
    with at_work(US):
        await court.switches.set_freeze(Freeze(by="ana", why="sale", at=NOW))
    with at_work(US):
        await court.begun()
        await court.restart()
    assert court.verdict.broken == []
    court.clock.advance(1)
    late = replace(US, began=court.clock.now())
    with at_work(late):
        await court.restart()
    assert any("frozen since" in line for line in court.verdict.broken)


@pytest.mark.parametrize(
    ("who", "name", "changes", "law"),
    [
        pytest.param(replace(US, observes=True), "shop", {}, "only observes", id="observing"),
        pytest.param(US, "foreign", {}, "not Pulley's", id="an app that is not Pulley's"),
        pytest.param(
            US, "shop", {"strategy": Strategy.PIN}, "is not what #1 intended", id="a restart where a write was meant"
        ),
    ],
)
async def test_acts_that_are_not_allowed(
    court: Court, who: Invocation, name: str, changes: dict[str, Any], law: str
) -> None:
    """Each is noticed, though its intent was stored."""
    with at_work(who):
        await court.begun(name=name, **changes)
        await court.restart(name)
    assert any(law in line for line in court.verdict.broken)


_BLOCKED_SOMEHOW = InstanceStatus(instance_id="a", state="Blocked", details="not before half past")
_UNREAD = Unknown(what="siteStatus", reason="503", temporary=True)


@pytest.mark.parametrize(
    ("before", "reads", "broken"),
    [
        pytest.param(Before.of((_BLOCKED_SOMEHOW,)), True, True, id="told in other words than ours"),
        pytest.param(Before.of(()), True, True, id="read, and not understood"),
        pytest.param(_UNREAD, True, True, id="read, and taken for unread"),
        pytest.param(Before.of(()), False, True, id="not read at all"),
        pytest.param(_UNREAD, False, False, id="no read had an answer"),
    ],
)
async def test_a_restart_into_a_block(court: Court, before: Before | Unknown, reads: bool, broken: bool) -> None:
    """What counts is what the platform said, not what was made of it."""
    court.block()
    with at_work(replace(US, began=court.clock.now())):
        if reads:
            court.read()
        await court.begun(before=before)
        await court.restart()
    assert ["no restart into Blocked" in line for line in court.verdict.broken] == ([True] if broken else [])


async def test_a_restart_into_a_block_that_nobody_could_see(court: Court) -> None:
    """It began after the read."""
    with at_work(US):
        court.read()
        court.block()
        await court.begun(before=Before.of(()))
        await court.restart()
    assert court.verdict.broken == []


async def test_an_act_into_the_work_of_others(court: Court) -> None:
    """It was under way before the step began, which had to see it; what begins in between it cannot know."""
    court.acts.others[court.app().resource_id.lower()] = NOW
    with at_work(US):
        await court.begun()
        await court.restart()
    assert court.verdict.broken == []
    court.clock.advance(1)
    with at_work(replace(US, began=court.clock.now())):
        await court.restart()
    assert any("other people's work" in line for line in court.verdict.broken)


@pytest.mark.parametrize("tag", ["stable", "next"])
async def test_an_act_against_the_order(court: Court, tag: str) -> None:
    """What it begins to bring is not what the followed tag named while the step decided."""
    with at_work(US):
        await court.begun(tag, reference="contoso.azurecr.io/shop:stable", attempts=1)
        await court.restart()
    assert [line.partition(":")[0] for line in court.verdict.broken] == (
        [] if tag == "stable" else ["no automatic move against the policy's order"]
    )


async def test_a_rejected_digest_again(court: Court) -> None:
    """It failed here before, and nobody asked for it."""
    court.acts.rejected[court.app().key, court.digest("stable")] = 7
    with at_work(US):
        await court.begun()
        await court.restart()
    assert "nothing rejected" in court.verdict.broken[0]


async def test_a_change_by_whoever_does_not_hold_the_app(court: Court) -> None:
    """Only the holder of the claim writes the app's row."""
    with at_work(US):
        claimed, _ = await court.begun()
    with at_work(OTHERS):
        court.write(claimed.active.model_copy(update={"failures": 1}), claimed.claim)
    assert "without holding it" in court.verdict.broken[0]


async def test_a_claim_that_is_taken_too_early(court: Court) -> None:
    """It still lasts, by the storage service's clock."""
    with at_work(US):
        claimed, _ = await court.begun()
    with at_work(OTHERS):
        court.write(claimed.active, Claim(owner=OTHERS.owner, until=NOW + timedelta(minutes=6)))
    assert "took shop from message-1" in court.verdict.broken[0]


Break = Callable[[Court, Claimed, Moved], None]


def _skips_a_number(court: Court, claimed: Claimed, moved: Moved) -> None:
    court.write(claimed.active.model_copy(update={"sequence": 5}), claimed.claim)


def _goes_an_unknown_way(court: Court, claimed: Claimed, moved: Moved) -> None:
    _store(court, claimed, moved, State.SUCCEEDED)


def _has_two_open(court: Court, claimed: Claimed, moved: Moved) -> None:
    second = moved.rollout.model_copy(update={"sequence": 2, "state": State.PENDING})
    step = Moved(rollout=second).rollout
    row = {"data": step.model_dump_json(), "state": "pending"}
    court.write(claimed.active.model_copy(update={"sequence": 2}), claimed.claim, **{"r:99999997": row})


def _store(court: Court, claimed: Claimed, moved: Moved, state: State) -> None:
    """Another state of the rollout, with no line in its timeline that tells of it."""
    rollout = moved.rollout.model_copy(update={"state": state})
    active = claimed.active.model_copy(update={"rollout": None if rollout.ended else rollout})
    row = {"data": rollout.model_dump_json(), "state": str(state)}
    court.write(active, claimed.claim, **{"r:99999998": row})


@pytest.mark.parametrize(
    ("breaks", "law"),
    [
        (_skips_a_number, "sequence numbers"),
        (_goes_an_unknown_way, "the transition table"),
        (_has_two_open, "one rollout"),
    ],
)
async def test_rows_that_no_step_would_write(court: Court, breaks: Break, law: str) -> None:
    """Numbers without gaps, states by the table, one rollout at a time."""
    with at_work(US):
        claimed, moved = await court.begun()
        breaks(court, claimed, moved)
    assert any(line.startswith(law) for line in court.verdict.broken)


async def test_an_end_is_the_end(court: Court) -> None:
    """What has ended is never written again with another outcome."""
    with at_work(US):
        claimed, moved = await court.begun()
        _store(court, claimed, moved, State.FAILED)
        assert court.verdict.broken
        court.verdict.broken.clear()
        _store(court, claimed, moved, State.SKIPPED)
    assert any(line.startswith("terminal states") for line in court.verdict.broken)
