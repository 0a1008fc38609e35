"""How far is one instance with the start that an act asked for?"""

from datetime import datetime
from enum import Enum

from operators.core.clocks import CLOCKS_DIFFER
from operators.core.instances import InstanceState, InstanceStatus
from operators.core.model import Unknown
from operators.core.watch import WatchFacts

_GIVEN_UP = frozenset(
    {
        InstanceState.STOPPING,
        InstanceState.STOPPED,
        InstanceState.FAILED,
        InstanceState.CRASHED,
        InstanceState.UNHEALTHY,
    }
)


class Phase(Enum):
    """What an instance shows since the act."""

    FRESH = "runs the new container"
    OLD = "runs the container from before"
    FAILED = "failed since the act"
    UNKNOWN = "neither"


def phase_of(facts: WatchFacts, status: InstanceStatus) -> Phase:
    """Which of them it is in, going by its state, its start time and how the instances were before the act."""
    if status.state == InstanceState.BLOCKED or (status.state in _GIVEN_UP and status.error_since(facts.acted_at)):
        return Phase.FAILED
    if status.state != InstanceState.STARTED or status.started_at is None:
        return Phase.UNKNOWN
    return Phase.FRESH if _is_fresh(facts, status, status.started_at) else Phase.OLD


def _is_fresh(facts: WatchFacts, status: InstanceStatus, started_at: datetime) -> bool:
    if isinstance(facts.before, Unknown):
        if facts.swapped:
            return True
        # Nothing to compare with, so no leniency: it has to be later than the act.
        return started_at >= facts.acted_at
    return not facts.before.told(status) and (facts.swapped or started_at >= facts.acted_at - CLOCKS_DIFFER)
