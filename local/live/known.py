"""Which differences are known, and why are they let be? known.yaml says so, a reason for every pattern."""

from fnmatch import fnmatchcase
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

from local.live.comparison import Difference

KNOWN = Path(__file__).with_name("known.yaml")


class Known(BaseModel):
    """Differences that are explained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: str
    differences: tuple[str, ...]
    """Patterns of `METHOD operation: what`."""

    def covers(self, difference: Difference) -> bool:
        """Tell whether a difference is one of these."""
        return any(fnmatchcase(str(difference), pattern) for pattern in self.differences)


def read_known(file: Path = KNOWN) -> tuple[Known, ...]:
    """Read the list."""
    return TypeAdapter(tuple[Known, ...]).validate_python(yaml.safe_load(file.read_text(encoding="utf-8")))
