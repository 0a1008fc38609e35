"""What has the same shape? Names and types of the fields of JSON, whatever their values."""

from collections.abc import Iterable, Iterator
from typing import Any

STEERING = (
    *("content-type", "etag", "location", "azure-asyncoperation", "retry-after", "www-authenticate"),
    "x-ms-failure-cause",
)
"""The headers that steer a client."""
STEERING_VALUES = ("content-type", "retry-after")
"""Of these the value matters too."""
Shape = Any
"""A type's name; a dict of shapes; a list of at most one shape."""


def shape_of(value: Any) -> Shape:
    """Answer the shape of a value; a list has the shape of all its rows together."""
    match value:
        case dict():
            return {name: shape_of(one) for name, one in value.items()}
        case list():
            return [together(map(shape_of, value))] if value else []
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case _:
            return "string"


def together(shapes: Iterable[Shape]) -> Shape:
    """Answer one shape for many: every field that any of them has. Of none it is `null`."""
    merged: Shape = "null"
    for shape in shapes:
        merged = _both(merged, shape)
    return merged


def shape_differences(recorded: Shape, ours: Shape, at: str = "") -> Iterator[str]:
    """Answer what `ours` lacks, adds, or has otherwise; clients do not tell null from nothing."""
    if "null" in (recorded, ours):
        return
    if isinstance(recorded, dict) and isinstance(ours, dict):
        for name in sorted(recorded.keys() | ours.keys()):
            here = f"{at}.{name}" if at else name
            theirs, own = recorded.get(name, "null"), ours.get(name, "null")
            if own == "null" and theirs != "null" and name not in ours:
                yield f"missing {here}"
            elif theirs == "null" and own != "null" and name not in recorded:
                yield f"added {here}"
            else:
                yield from shape_differences(theirs, own, here)
    elif isinstance(recorded, list) and isinstance(ours, list):
        if recorded and ours:
            yield from shape_differences(recorded[0], ours[0], f"{at}[]")
    elif recorded != ours:
        yield f"{at or 'the body'} is {_called(ours)} instead of {_called(recorded)}"


def header_differences(recorded: dict[str, str], ours: dict[str, str]) -> Iterator[str]:
    """Answer which steering headers are added, missing, or have another value that matters."""
    for name in STEERING:
        theirs, own = recorded.get(name), ours.get(name)
        if theirs is None or own is None:
            if theirs != own:
                yield f"header {name} is {'added' if theirs is None else 'missing'}"
        elif name in STEERING_VALUES and theirs.partition(";")[0] != own.partition(";")[0]:
            yield f"header {name} is {own}"


def _both(one: Shape, other: Shape) -> Shape:
    if isinstance(one, dict) and isinstance(other, dict):
        return {name: _both(one.get(name, "null"), other.get(name, "null")) for name in one | other}
    if isinstance(one, list) and isinstance(other, list) and one and other:
        return [_both(one[0], other[0])]
    return other if one in ("null", []) else one


def _called(shape: Shape) -> str:
    if isinstance(shape, dict):
        return "an object"
    return "a list" if isinstance(shape, list) else str(shape)
