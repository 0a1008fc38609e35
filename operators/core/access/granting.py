"""The role assignment that would let an app pull: which role, where, under which condition, under which name."""

from datetime import datetime
from enum import StrEnum
from uuid import NAMESPACE_URL, uuid5

from operators.core.access import Principal, Reason
from operators.core.access.conditions import repository_condition
from operators.core.model import Instant, Model
from operators.core.registries import Registry

# Built-in roles have the same id everywhere. Source: azure-docs, role-based-access-control/built-in-roles/containers.
_ACR_PULL = ("AcrPull", "7f951dda-4ed3-4680-a7ca-43fe172d538d")
_REPOSITORY_READER = ("Container Registry Repository Reader", "b93aa761-3e63-49ed-ac28-beffa264f7ac")
_MENDED_BY_A_ROLE = frozenset(
    {
        Reason.ROLE_MISSING,
        Reason.ROLE_MISSING_ANONYMOUS_PULL,
        Reason.ROLE_CONDITION_UNMET,
        Reason.ACR_PULL_NOT_HONOURED,
    }
)


class MissingRole(Model):
    """A role assignment that is not there and would do."""

    principal_id: str
    registry_id: str
    role: str
    role_definition_id: str
    """The GUID of the built-in role."""
    condition: str | None

    @property
    def name(self) -> str:
        """The assignment's name, the same for the same grant: giving it twice changes nothing."""
        parts = (self.registry_id, self.principal_id, self.role_definition_id, self.condition or "")
        return str(uuid5(NAMESPACE_URL, "\n".join(parts).lower()))

    def __str__(self) -> str:
        where = f"{self.role} at {self.registry_id.rpartition('/')[2]} to {self.principal_id}"
        return f"{where}, for this repository only" if self.condition else where


class GrantState(StrEnum):
    """How far it got."""

    INTENDED = "intended"
    GRANTED = "granted"
    REFUSED = "refused"


class Grant(Model):
    """One grant, as it is recorded: before it is given, and with what came of it."""

    app: str
    role: MissingRole
    by: str
    at: Instant
    state: GrantState = GrantState.INTENDED
    detail: str = ""

    def came_out(self, state: GrantState, detail: str, at: datetime) -> "Grant":
        """The same with its result."""
        return self.model_copy(update={"state": state, "detail": detail, "at": at})


def missing_role(reason: Reason, principal: Principal, registry: Registry, repository: str) -> MissingRole | None:
    """The assignment that mends a verdict; None where no role would, or the registry's mode is not known."""
    if reason not in _MENDED_BY_A_ROLE:
        return None
    if registry.honours_acr_pull:
        (role, definition), condition = _ACR_PULL, None
    elif registry.uses_abac:
        (role, definition), condition = _REPOSITORY_READER, repository_condition(repository)
    else:
        return None
    return MissingRole(
        principal_id=principal.principal_id,
        registry_id=registry.id,
        role=role,
        role_definition_id=definition,
        condition=condition,
    )
