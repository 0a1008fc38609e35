"""Table `findings`: one row for each kind on an app, listed in order from any place on."""

import pytest

from operators.cloud.findings import FindingsTable
from operators.cloud.storage import Storage
from operators.core.findings import Finding
from operators.core.other_work import BUDGETS
from operators.core.stalls import StallReason
from operators.errors import Temporary
from tests.core.samples import APP, NOW, ago
from tests.storage import LosingTransport

OPERATION, DEPLOYMENT, SWAP = BUDGETS
ODD = "s:group (1)/#?%:shop"


def finding(app: str, kind: StallReason, what: str = "x") -> Finding:
    """One that is open."""
    return Finding(app=app, kind=kind, what=what, lines=("a line",), first_seen=ago(600), since=NOW)


@pytest.fixture
def table(storage: Storage) -> FindingsTable:
    """The table, empty."""
    return FindingsTable(storage)


async def test_an_app_has_one_of_each_kind(table: FindingsTable) -> None:
    """The same kind again takes the place of the last one."""
    for one in (finding(APP, OPERATION, "op-1"), finding(APP, SWAP), finding(APP, OPERATION, "op-2")):
        await table.put(one)
    assert set(await table.of(APP)) == {finding(APP, OPERATION, "op-2"), finding(APP, SWAP)}
    assert await table.of(f"{APP}:staging") == ()


async def test_what_was_cleared_is_gone(table: FindingsTable) -> None:
    """Clearing twice is fine."""
    await table.put(finding(APP, OPERATION))
    await table.remove(finding(APP, OPERATION))
    await table.remove(finding(APP, OPERATION))
    assert await table.of(APP) == ()


async def test_all_are_listed_in_order_from_any_place_on(table: FindingsTable) -> None:
    """Each place leads to itself and what follows, whatever characters are in an app's key."""
    stored = [finding(app, kind) for app in (APP, f"{APP}:staging", ODD) for kind in BUDGETS]
    for one in stored:
        await table.put(one)
    listed = [placed async for placed in table.all()]
    assert {one.id for _, one in listed} == {one.id for one in stored}
    assert [place for place, _ in listed] == sorted(place for place, _ in listed)
    for number, (place, _) in enumerate(listed):
        assert [placed async for placed in table.all(place)] == listed[number:]


async def test_without_storage_it_says_so(table: FindingsTable, table_network: LosingTransport) -> None:
    """No answer is no empty list."""
    await table.put(finding(APP, OPERATION))
    table_network.lose = lambda request: True
    with pytest.raises(Temporary):
        await table.of(APP)
