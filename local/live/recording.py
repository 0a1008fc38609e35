"""What is a recording? A file with one exchange a line: what was asked of Azure, and what it answered."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict


class Exchange(BaseModel):
    """One request and its answer, without secrets."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    seconds: float
    """Until the whole answer was there."""
    asked_by: str
    """The first word of the user agent: `pulley` is the operator, `pulley-live` who plays the story."""
    method: str
    host: str
    path: str
    query: str
    asked: Any = None
    """The body: JSON, the fields of a form, or text."""
    status: int
    """0 where no answer came."""
    headers: dict[str, str]
    """Of the answer, those that steer a client."""
    answered: Any = None
    """The body: JSON or text; of anything else how much it was."""


def read_recording(file: Path) -> Iterator[Exchange]:
    """Answer the exchanges of a recording, oldest answer first."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield Exchange.model_validate_json(line)
