"""Table `due`, on Azurite: what the sweep finds, and what it may take away."""

import pytest

from operators.cloud.due import DueTable
from operators.cloud.storage import Storage
from operators.errors import PulleyError, Temporary
from tests.core.samples import APP, NOW, ago
from tests.storage import LosingTransport


@pytest.fixture
def due(storage: Storage) -> DueTable:
    """The table, empty."""
    return DueTable(storage)


async def test_what_was_put_is_found(due: DueTable) -> None:
    """An app has one row: the time to the microsecond with its zone, and the error that somebody died of."""
    at = NOW.replace(microsecond=123456)
    await due.put(APP, ago(60))
    await due.put(APP, at, "KeyError: 'x'")
    found = await due.get(APP)
    assert found is not None
    assert (found.app, found.at, found.error) == (APP, at, "KeyError: 'x'")


async def test_who_has_no_next_step_is_not_found(due: DueTable) -> None:
    """No row is an answer."""
    assert await due.get(APP) is None
    assert [one async for one in due.all()] == []


async def test_the_sweep_sees_everybody(due: DueTable) -> None:
    """Every app's row is listed, whatever characters are in its key."""
    apps = [APP, f"{APP}:staging", "s:group (1)/#?%:shop"]
    for app in apps:
        await due.put(app, NOW)
    assert sorted([one.app async for one in due.all()]) == sorted(apps)


async def test_what_was_read_can_be_removed(due: DueTable) -> None:
    """Once nothing is due any more the row goes; a second removal of the same is no error."""
    await due.put(APP, NOW)
    read = await due.get(APP)
    assert read is not None
    await due.remove(read)
    await due.remove(read)
    assert await due.get(APP) is None


async def test_what_was_put_since_stays(due: DueTable) -> None:
    """A mark left while a step was at work is not taken away with the step's own row."""
    await due.put(APP, NOW)
    read = await due.get(APP)
    assert read is not None
    await due.put(APP, NOW)
    await due.remove(read)
    assert await due.get(APP) is not None


async def test_what_is_untold_stays_until_somebody_says_that_it_was_told(due: DueTable) -> None:
    """Neither a mark nor an error takes it away; nor does who read the row before somebody else wrote."""
    owed = await due.to_tell(APP, ago(60), (2, 3), None)
    await due.put(APP, NOW, "KeyError: 'x'")
    await due.told(owed)
    read = await due.get(APP)
    assert read is not None
    assert (read.at, read.error, read.untold) == (NOW, "KeyError: 'x'", (2, 3))
    await due.told(read)
    read = await due.get(APP)
    assert read is not None
    assert (read.at, read.untold) == (NOW, ())


async def test_what_is_owed_is_added_to_what_was_untold(due: DueTable) -> None:
    """Also by somebody who did not know of it: the row is read again instead of written over."""
    first = await due.to_tell(APP, NOW, (2,), None)
    assert (await due.to_tell(APP, NOW, (2, 3), first)).untold == (2, 3)
    assert (await due.to_tell(APP, NOW, (4,), first)).untold == (2, 3, 4)
    last = await due.to_tell(APP, NOW, (), None)
    assert (last.untold, last) == ((2, 3, 4), await due.get(APP))


async def test_a_table_that_is_gone_is_an_error(due: DueTable, storage: Storage) -> None:
    """Somebody deleted it: that is said, and not tried for ever."""
    await due.put(APP, NOW)
    read = await due.get(APP)
    await (await storage.table("due")).delete_table()
    for known in (None, read):
        with pytest.raises(PulleyError, match=APP):
            await due.to_tell(APP, NOW, (2,), known)


async def test_a_long_error_is_cut(due: DueTable) -> None:
    """A property holds 64 KiB; an error with a whole answer in it must not keep the row from being written."""
    await due.put(APP, NOW, "x" * 100_000)
    found = await due.get(APP)
    assert found is not None
    assert found.error == "x" * 2000


async def test_without_an_answer_it_is_temporary(due: DueTable, table_network: LosingTransport) -> None:
    """Neither "nothing is due" nor an exception of the SDK."""
    await due.put(APP, NOW)
    table_network.lose = lambda request: True
    with pytest.raises(Temporary, match="due"):
        await due.get(APP)
    with pytest.raises(Temporary, match="due"):
        [one async for one in due.all()]
