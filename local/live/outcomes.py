"""What became of an act?"""

from pydantic import BaseModel, ConfigDict


class Outcome(BaseModel):
    """How an act ended, and how it should have."""

    model_config = ConfigDict(frozen=True)

    act: str
    expected: str
    seen: str
    seconds: float
    reached: bool
    """Whether its end came, be it for another reason than expected; without it the story does not go on."""
