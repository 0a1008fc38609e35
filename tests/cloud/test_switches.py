"""Table `switches`, on Azurite: the freeze, and what is done once for everybody."""

import asyncio
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from operators.cloud.storage import Storage
from operators.cloud.switches import SwitchesTable
from operators.core.gate import Freeze, Lift
from tests.core.samples import NOW
from tests.storage import Account, LosingTransport

EVERY = timedelta(minutes=5)
MESSAGES = map(str, count())
"""Ids of messages, each another."""
FREEZE = Freeze(by="Ada", why="the sale is on", at=NOW)
LIFT = Lift(by="Cy", why=None, at=NOW)


@pytest.fixture
def switches(storage: Storage) -> SwitchesTable:
    """The table, empty."""
    return SwitchesTable(storage)


async def test_the_freeze_is_thrown_and_lifted(switches: SwitchesTable) -> None:
    """It holds who, why and when; the last word counts; lifting what was never thrown is no error."""
    assert (await switches.freeze(), await switches.last_lift()) == (None, None)
    await switches.set_freeze(FREEZE)
    newer = FREEZE.model_copy(update={"by": "Bob"})
    await switches.set_freeze(newer)
    assert await switches.freeze() == newer
    await switches.lift_freeze(LIFT)
    await switches.lift_freeze(LIFT)
    assert (await switches.freeze(), await switches.last_lift()) == (None, LIFT)


@pytest.mark.parametrize(
    ("later", "turn"),
    [(timedelta(0), False), (EVERY - timedelta(milliseconds=1), False), (EVERY, True), (timedelta(days=1), True)],
    ids=["at once", "just before", "after five minutes", "a day later"],
)
async def test_a_turn_comes_once_in_five_minutes(switches: SwitchesTable, later: timedelta, *, turn: bool) -> None:
    """Whoever asks first has the turn, and nobody again before the time has gone by."""
    assert await switches.turn("refresh", EVERY, NOW, next(MESSAGES))
    assert await switches.turn("refresh", EVERY, NOW + later, next(MESSAGES)) is turn


async def test_who_is_refused_does_not_prolong_the_wait(switches: SwitchesTable) -> None:
    """The time counts from the last turn, not from the last question: a stream of pushes cannot starve the refresh."""
    assert await switches.turn("refresh", EVERY, NOW, next(MESSAGES))
    for minute in range(1, 5):
        assert not await switches.turn("refresh", EVERY, NOW + timedelta(minutes=minute), next(MESSAGES))
    assert await switches.turn("refresh", EVERY, NOW + EVERY, next(MESSAGES))


async def test_turns_of_two_things_are_apart(switches: SwitchesTable) -> None:
    """Each name has its own."""
    assert await switches.turn("refresh", EVERY, NOW, next(MESSAGES))
    assert await switches.turn("report", EVERY, NOW, next(MESSAGES))


@pytest.mark.parametrize("before", [None, NOW - EVERY], ids=["for the first time", "after the last turn"])
async def test_of_two_at_once_one_wins(
    account: Account, switches: SwitchesTable, table_network: LosingTransport, before: datetime | None
) -> None:
    """Both have read that it is free; the service lets one of the two writes through."""
    if before:
        assert await switches.turn("refresh", EVERY, before, next(MESSAGES))
    rival = Storage(connection_string=account.connection_string, table_transport=account.table_transport())
    rivals_turn: list[bool] = []

    async def rival_writes_first(request: Any) -> None:
        if request.method in ("POST", "PUT") and not rivals_turn:
            rivals_turn.append(await SwitchesTable(rival).turn("refresh", EVERY, NOW, next(MESSAGES)))

    await switches.freeze()  # from here on the table is known to be there: the next write is the turn's
    table_network.before = rival_writes_first
    assert not await switches.turn("refresh", EVERY, NOW, next(MESSAGES))
    assert rivals_turn == [True]
    await rival.close()


async def test_of_many_at_once_one_wins(switches: SwitchesTable) -> None:
    """Many instances of the operator, all at the same moment: exactly one refresh."""
    await switches.freeze()
    turns = await asyncio.gather(*(switches.turn("refresh", EVERY, NOW, next(MESSAGES)) for _ in range(10)))
    assert sum(turns) == 1


async def test_the_same_one_has_its_turn_again(switches: SwitchesTable) -> None:
    """Its message comes again where the process died, for its work is not done; the others wait from then on."""
    assert await switches.turn("refresh", EVERY, NOW, "one")
    assert await switches.turn("refresh", EVERY, NOW + EVERY / 2, "one")
    assert not await switches.turn("refresh", EVERY, NOW + EVERY, "another")
