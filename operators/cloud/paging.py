"""A page of a query whose rows hold one model each."""

from collections.abc import AsyncIterable

from azure.data.tables import TableEntity

from operators.cloud.row_texts import text_of


async def page(rows: AsyncIterable[TableEntity], top: int) -> tuple[tuple[str, ...], str | None]:
    """What the first rows hold, and the RowKey at which the next page begins; None where there is none."""
    found: list[str] = []
    async for row in rows:
        if len(found) == top:
            return tuple(found), str(row["RowKey"])
        found.append(text_of(row))
    return tuple(found), None
