"""The contract of Table Storage as the operator relies on it, on Azurite and in memory."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
)
from azure.data.tables import EdmType, EntityProperty, TableTransactionError, UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from tests.storage import Account

AT = datetime(2026, 5, 1, 12, 0, 0, 123456, tzinfo=UTC)
LARGE = EntityProperty(2**31 + 1, EdmType.INT64)
FULL = {"text": "x", "none": "", "at": AT, "whole": 5, "large": LARGE, "part": 1.5, "yes": True}


def row(key: str, **properties: Any) -> dict[str, Any]:
    """An entity of the tests' partition."""
    return {"PartitionKey": "p", "RowKey": key, **properties}


def unless_changed(etag: str) -> dict[str, Any]:
    """The condition that nobody has written since."""
    return {"mode": UpdateMode.REPLACE, "etag": etag, "match_condition": MatchConditions.IfNotModified}


@pytest_asyncio.fixture
async def service(account: Account) -> AsyncIterator[TableServiceClient]:
    """Microsoft's client of the account."""
    client = TableServiceClient.from_connection_string(
        account.connection_string, transport=account.table_transport(), retry_total=0
    )
    async with client:
        yield client


@pytest_asyncio.fixture
async def table(service: TableServiceClient) -> TableClient:
    """An empty table."""
    return await service.create_table("things")


async def keys(table: TableClient, query: str | None = None, **options: Any) -> list[str]:
    """The row keys that a query answers."""
    rows = table.query_entities(query, **options) if query else table.list_entities(**options)
    return [str(one["RowKey"]) async for one in rows]


async def test_what_was_stored_comes_back(table: TableClient) -> None:
    """Every type the operator stores keeps its value, an empty text too; keys may hold quotes and spaces."""
    await table.create_entity(row("a 'b' =2F:", **FULL))
    stored = await table.get_entity("p", "a 'b' =2F:")
    assert {name: stored[name] for name in FULL} == FULL


async def test_a_row_exists_once(table: TableClient) -> None:
    """Inserting what is there is refused and changes nothing."""
    await table.create_entity(row("a", n=1))
    with pytest.raises(ResourceExistsError):
        await table.create_entity(row("a", n=2))
    assert (await table.get_entity("p", "a"))["n"] == 1


async def test_replacing_and_merging(table: TableClient) -> None:
    """A replacement drops what it does not name, a merge keeps it; both make the row where there is none."""
    for mode in (UpdateMode.REPLACE, UpdateMode.MERGE):
        key = mode.value
        await table.upsert_entity(row(key, one=1, two=2), mode=mode)
        await table.upsert_entity(row(key, one=3), mode=mode)
    assert "two" not in await table.get_entity("p", UpdateMode.REPLACE.value)
    assert (await table.get_entity("p", UpdateMode.MERGE.value))["two"] == 2


async def test_an_etag_lets_one_writer_through(table: TableClient) -> None:
    """Each write changes the ETag; an old one is refused at update and at deletion."""
    first = await table.create_entity(row("a", n=1))
    await table.update_entity(row("a", n=2), **unless_changed(first["etag"]))
    with pytest.raises(ResourceModifiedError):
        await table.update_entity(row("a", n=3), **unless_changed(first["etag"]))
    with pytest.raises(ResourceModifiedError):
        await table.delete_entity("p", "a", etag=first["etag"], match_condition=MatchConditions.IfNotModified)
    stored = await table.get_entity("p", "a")
    assert stored["n"] == 2
    await table.delete_entity("p", "a", etag=stored.metadata["etag"], match_condition=MatchConditions.IfNotModified)
    assert await keys(table) == []


async def test_what_is_not_there(table: TableClient) -> None:
    """Reading and updating it are 404, deleting it is nothing; a table that is missing is 404 too."""
    with pytest.raises(ResourceNotFoundError):
        await table.get_entity("p", "none")
    with pytest.raises(ResourceNotFoundError):
        await table.update_entity(row("none"), mode=UpdateMode.REPLACE)
    await table.delete_entity("p", "none")
    await table.delete_table()
    with pytest.raises(ResourceNotFoundError):
        await table.get_entity("p", "none")


async def test_a_table_is_made_once(service: TableServiceClient, table: TableClient) -> None:
    """Making it again is a conflict; it is listed until it is removed."""
    with pytest.raises(ResourceExistsError):
        await table.create_table()
    assert [one.name async for one in service.list_tables()] == ["things"]
    await table.delete_table()
    assert [one.name async for one in service.list_tables()] == []


Breaking = Callable[[str], tuple[Any, ...]]


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        pytest.param(lambda _: ("create", row("there")), 409, id="a row that exists"),
        pytest.param(lambda _: ("delete", row("gone")), 404, id="deleting what is gone"),
        pytest.param(lambda _: ("update", row("gone"), {"mode": UpdateMode.REPLACE}), 404, id="updating what is gone"),
        pytest.param(lambda old: ("update", row("there"), unless_changed(old)), 412, id="an old ETag"),
    ],
)
async def test_a_transaction_is_whole_or_nothing(table: TableClient, operation: Breaking, status: int) -> None:
    """One refused operation takes the others with it; the error is that operation's, and its number is told."""
    old = await table.create_entity(row("there", n=1))
    await table.update_entity(row("there", n=2), mode=UpdateMode.REPLACE)
    with pytest.raises(TableTransactionError) as refused:
        await table.submit_transaction([("create", row("new")), operation(old["etag"])])
    assert (refused.value.status_code, refused.value.index) == (status, 1)
    assert await keys(table) == ["there"]


async def test_a_transaction_answers_each_etag(table: TableClient) -> None:
    """In the order of the operations, and they are the rows' own."""
    await table.create_entity(row("old"))
    operations: list[Any] = [
        ("create", row("a")),
        ("upsert", row("b"), {"mode": UpdateMode.REPLACE}),
        ("delete", row("old")),
    ]
    answers = await table.submit_transaction(operations)
    stored = [(await table.get_entity("p", key)).metadata["etag"] for key in ("a", "b")]
    assert [answer["etag"] for answer in answers[:2]] == stored
    assert await keys(table) == ["a", "b"]


@pytest.mark.parametrize(
    ("query", "parameters", "found"),
    [
        ("PartitionKey eq @a", {"a": "it's"}, ["x"]),
        ("PartitionKey eq @a and RowKey ge @b and RowKey lt @c", {"a": "p", "b": "l:", "c": "m"}, ["l:1", "l:2"]),
        ("RowKey ge @a", {"a": "m"}, ["m", "x"]),
        ("n gt 1 or not (RowKey ne 'active')", {}, ["active", "l:2"]),
        ("at le @at and n eq 2", {"at": AT}, ["l:2"]),
        ("yes eq true", {}, ["m"]),
        ("absent eq 'x'", {}, []),
    ],
)
async def test_queries(table: TableClient, query: str, parameters: dict[str, Any], found: list[str]) -> None:
    """The filters that the operator uses, and the rest of what the parser knows; ordered by partition and row."""
    rows: dict[str, dict[str, Any]] = {
        "m": {"yes": True},
        "l:2": {"n": 2, "at": AT},
        "active": {"n": 1, "at": AT + timedelta(1)},
        "l:1": {},
    }
    for key, properties in rows.items():
        await table.create_entity(row(key, **properties))
    await table.create_entity({"PartitionKey": "it's", "RowKey": "x"})
    assert sorted(await keys(table, query, parameters=parameters)) == found


async def test_pages(table: TableClient) -> None:
    """A list that does not fit a page goes on where it ended, over partitions."""
    for number in range(5):
        await table.create_entity({"PartitionKey": f"p{number % 2}", "RowKey": f"{number}"})
    assert await keys(table, results_per_page=2) == ["0", "2", "4", "1", "3"]


@pytest.mark.parametrize(
    "entity",
    [
        pytest.param({"PartitionKey": "a/b", "RowKey": "x"}, id="a slash in a key"),
        pytest.param({"PartitionKey": "p", "RowKey": "x", "text": "x" * 33_000}, id="a text beyond 64 KiB"),
    ],
)
async def test_what_does_not_fit_is_refused(table: TableClient, entity: dict[str, Any]) -> None:
    """The service's limits are limits here too."""
    with pytest.raises(HttpResponseError) as refused:
        await table.create_entity(entity)
    assert refused.value.status_code == 400


async def test_every_answer_tells_the_time(table: TableClient) -> None:
    """The Date header, which claims go by."""
    dates: list[str] = []
    await table.create_entity(
        row("a"), raw_response_hook=lambda response: dates.append(response.http_response.headers["Date"])
    )
    assert dates[0].endswith("GMT")
