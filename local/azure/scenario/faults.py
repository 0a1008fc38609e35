"""The scripted faults of a scenario."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from local.azure.scenario.parts import Part, Seconds


class FaultRule(Part):
    """A scripted fault: what it matches, how often, and what happens."""

    method: str | None = None
    host: str | None = None
    path: str | None = None
    """A regular expression searched in the path, without regard to case."""
    times: Annotated[int, Field(ge=1)] | None = None
    """How many calls it meets; null is all of them until it is cleared."""
    skip: Annotated[int, Field(ge=0)] = 0
    """How many matching calls pass before it begins."""
    effect: Literal["answer", "refuse", "lose_answer", "time_out", "delay"] = "answer"
    status: Annotated[int, Field(ge=200, le=599)] = 500
    envelope: Literal["arm", "web", "flat", "registry", "none"] = "arm"
    """Whose error body: ARM's front door, Microsoft.Web's own, a bare code and message, the registry's, or no body."""
    code: str = "InternalServerError"
    message: str = "The server encountered an internal error."
    extended_code: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    latency: Seconds = 0

    @model_validator(mode="after")
    def _path_is_a_pattern(self) -> Self:
        try:
            re.compile(self.path or "")
        except re.error as error:
            raise ValueError(f"path is no regular expression: {error}") from error
        return self
