"""Recorded bodies with every key that Azure writes, most of them null."""

import json
from functools import cache
from pathlib import Path
from typing import Any

_SHAPES = Path(__file__).parent.parent / "shapes"


@cache
def shape(name: str) -> dict[str, Any]:
    """Answer a recorded shape; shared between answers, so it is only ever merged, never changed."""
    found: dict[str, Any] = json.loads((_SHAPES / name).read_text(encoding="utf-8"))
    return found
