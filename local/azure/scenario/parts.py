"""What every part of a scenario has in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Seconds = Annotated[float, Field(ge=0)]
Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
DEFAULT_SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
DEFAULT_TENANT = "72222222-2222-4222-8222-222222222222"


class ScenarioError(ValueError):
    """A scenario that cannot be used; its text names the file and every place that is wrong."""


class Part(BaseModel):
    """A part: it never changes, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Subscription(Part):
    """One Azure subscription."""

    id: Guid = DEFAULT_SUBSCRIPTION
    name: str = "Simulated subscription"
