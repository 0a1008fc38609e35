"""What do Pulley's admin API and the simulated Azure's control API answer, as far as the demo shows it?"""

from datetime import datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel


class _FromPulley(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class _FromAzure(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Step(_FromPulley):
    """One line of a rollout's timeline."""

    at: datetime
    state: str
    reason: str
    detail: str


class Access(_FromPulley):
    """May the app pull?"""

    sentence: str
    fix: tuple[str, ...]


class Stall(_FromPulley):
    """Why a rollout makes no progress, or failed."""

    reason: str
    meaning: str
    what_to_do: str
    lines: tuple[str, ...]


class Rollout(_FromPulley):
    """One rollout; its steps only where it was asked for by its number."""

    name: str
    sequence: int
    state: str
    reason: str
    detail: str
    reference: str | None = None
    digest: str | None = None
    proof: str | None = None
    updated_at: datetime
    applied_at: datetime | None = None
    ended_at: datetime | None = None
    access: Access | None = None
    stall: Stall | None = None
    planned: str | None = None
    next_at: datetime | None = None
    back_to: str | None = None
    steps: tuple[Step, ...] = ()


class Rollouts(_FromPulley):
    """The newest of everyone's."""

    value: tuple[Rollout, ...]


class App(_FromPulley):
    """What Pulley says about an app."""

    name: str
    resource_id: str
    rejected: tuple[str, ...]


class Drift(_FromPulley):
    """What a drift check saw."""

    looked_after: int
    tags: int
    marked: tuple[str, ...]


class Instance(_FromAzure):
    """One instance of an app as it really is."""

    serving: bool
    digest: str | None


class RealApp(_FromAzure):
    """What Azure really runs, and what it calls that."""

    name: str
    state: str
    instances: tuple[Instance, ...]

    @property
    def served(self) -> tuple[str, ...]:
        """The digest that each instance serves, without those that serve nothing."""
        return tuple(one.digest for one in self.instances if one.serving and one.digest)


class RealApps(_FromAzure):
    """Every app of the simulated Azure."""

    apps: tuple[RealApp, ...]
