"""The table of states: nothing beside it, nothing unreachable, and every way ends."""

from importlib import import_module
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operators.core.rollouts import Moved
from operators.core.transitions import ENDED, EXITS, OCCUPYING, TRANSITIONS, Event, IllegalTransition, State, after
from tests.core.samples import NOW, rollout

WAITING = frozenset(State) - ENDED - OCCUPYING
REFUSED = sorted(set(product(State, Event)) - set(TRANSITIONS))


def reachable(start: State) -> set[State]:
    """Every state that some row of events leads to."""
    found, rest = {start}, [start]
    while rest:
        state = rest.pop()
        new = {end for (begin, _), end in TRANSITIONS.items() if begin is state} - found
        found |= new
        rest += new
    return found


@pytest.mark.parametrize(("state", "event"), REFUSED)
def test_what_the_table_does_not_know_is_illegal(state: State, event: Event) -> None:
    """Every pair that is not in the table raises, and the error says which it was."""
    with pytest.raises(IllegalTransition, match=f"no transition from {state} by {event}") as raised:
        after(state, event)
    assert (raised.value.state, raised.value.event) == (state, event)


@pytest.mark.parametrize("state", sorted(ENDED))
def test_an_end_has_no_way_out(state: State) -> None:
    """An ended rollout stays as it is: history is not rewritten."""
    assert reachable(state) == {state}


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
def test_what_has_not_ended_can_end(state: State) -> None:
    """From every state at work some end can be reached, and a poisonous message can interrupt it."""
    assert reachable(state) & ENDED
    assert after(state, Event.INTERRUPT) is State.INTERRUPTED


@pytest.mark.parametrize("state", sorted(set(State) - ENDED))
def test_every_way_says_when_it_is_taken(state: State) -> None:
    """Each has its guard in words; what decides it are functions of the core where some do."""
    for one in EXITS[state]:
        assert len(one.when) > 5
        for decider in one.deciders:
            module, _, name = decider.partition(".")
            assert callable(getattr(import_module(f"operators.core.{module}"), name))


def test_one_event_leads_one_way() -> None:
    """No row of the table hides another one."""
    assert len(TRANSITIONS) == sum(map(len, EXITS.values()))


def test_every_state_is_reached_from_the_first() -> None:
    """No state is there for nothing."""
    assert reachable(State.PENDING) == set(State)


def test_every_event_moves_something() -> None:
    """No event is there for nothing."""
    assert {event for _, event in TRANSITIONS} == set(Event)


def test_a_rollout_waits_occupies_or_has_ended() -> None:
    """The kinds of state are apart, and what waits is named here so that a new state must choose."""
    assert not ENDED & OCCUPYING
    assert {State.PENDING, State.CHECKING, State.HELD, State.WAITING_ACCESS} == WAITING


def test_an_app_is_occupied_by_an_act_or_an_interruption_only() -> None:
    """Nothing but `go` and `interrupt` leads into the states in which something may have been done to the app."""
    entering = {event for (begin, event), end in TRANSITIONS.items() if begin in WAITING and end in OCCUPYING}
    assert entering == {Event.GO, Event.INTERRUPT}


def test_an_app_is_freed_by_an_end_or_by_proof_that_nothing_was_done() -> None:
    """Out of the occupying states a rollout ends, or goes back because the app itself is known not to be changed."""
    leaving = {event for (begin, event), end in TRANSITIONS.items() if begin in OCCUPYING and end in WAITING}
    assert leaving == {Event.RESUME_BEFORE_ACT, Event.BUSY, Event.STAGED}


@pytest.mark.parametrize("event", [Event.RETRY, Event.NOT_YET])
def test_a_retry_keeps_the_state(event: Event) -> None:
    """Trying again is no progress, wherever it happens."""
    assert all(end is begin for (begin, by), end in TRANSITIONS.items() if by is event)


@given(st.data())
def test_every_walk_ends_in_an_end(data: st.DataObject) -> None:
    """Whatever legal events come, a rollout stops moving only where it has ended, and says when."""
    moved = Moved(rollout=rollout())
    for _ in range(50):
        state = moved.rollout.state
        events = [event for begin, event in TRANSITIONS if begin is state]
        if not events:
            break
        moved = moved.by(data.draw(st.sampled_from(events)), NOW, "reason", "detail")
        assert moved.steps[-1].state is moved.rollout.state
    if moved.rollout.state in ENDED:
        assert moved.rollout.ended_at == NOW
    else:
        assert moved.rollout.ended_at is None
        assert any(begin is moved.rollout.state for begin, _ in TRANSITIONS)


def test_retries_count_faults_in_a_row() -> None:
    """The count grows while the state stays, and begins anew where it changes."""
    moved = Moved(rollout=rollout())
    counts = []
    for event in (Event.RETRY, Event.RETRY, Event.CHOSEN, Event.RETRY):
        moved = moved.by(event, NOW, "reason", "detail")
        counts.append(moved.rollout.retries)
    assert counts == [1, 2, 0, 1]
