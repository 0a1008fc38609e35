"""A model in the string properties of a row: `data`, and where that is long `data1`, `data2` and so on.

A string property takes 64 KiB, which are 32,768 units of UTF-16, and a row 1 MiB (azure-docs: rest/api/storageservices,
understanding-the-table-service-data-model). Written with UpdateMode.REPLACE only: a merge would leave parts behind.
"""

from collections.abc import Mapping
from itertools import batched, count, takewhile
from typing import Any

from pydantic import BaseModel

_PART = 16_000
"""Characters; one beyond the basic plane is two units."""


def as_texts(model: BaseModel) -> dict[str, str]:
    """The properties that hold it."""
    parts = batched(model.model_dump_json(), _PART, strict=False)
    return {_name(number): "".join(part) for number, part in enumerate(parts)}


def text_of(row: Mapping[str, Any]) -> str:
    """The JSON that a row holds."""
    return "".join(str(row[name]) for name in takewhile(row.__contains__, map(_name, count())))


def _name(number: int) -> str:
    return f"data{number or ''}"
