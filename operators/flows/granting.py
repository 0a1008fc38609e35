"""Giving the role that is missing: recorded before, given under a name of its own, recorded after."""

from dataclasses import dataclass

from operators.core.access.granting import Grant, GrantState, MissingRole
from operators.errors import Forbidden, Permanent, Temporary
from operators.flows.services import House

_WHO_MAY_GRANT = (
    "the operator's identity needs Microsoft.Authorization/roleAssignments/write there: give it Role Based Access "
    "Control Administrator at the registry, on condition that it gives pull roles only"
)


@dataclass(frozen=True)
class Granting:
    """Off unless asked for: by PULLEY_GRANT_PULL for every rollout, or by a person for one app."""

    house: House

    async def give(self, app: str, role: MissingRole, by: str) -> Grant:
        """Give it; the record says what came of it.

        Raises operators.errors.Temporary where Azure or storage gives no answer; the record stays at `intended` then.
        """
        records, now = self.house.records.grants, self.house.now
        grant = Grant(app=app, role=role, by=by, at=now())
        await records.put(grant)
        try:
            await self.house.azure.authorization.assign(role)
        except Forbidden as error:
            grant = grant.came_out(GrantState.REFUSED, f"{error.reason}; {_WHO_MAY_GRANT}", now())
        except Temporary as error:
            await records.put(grant.came_out(GrantState.INTENDED, f"not given yet: {error}", now()))
            raise
        except Permanent as error:
            grant = grant.came_out(GrantState.REFUSED, f"{error.what}: {error.reason}", now())
        else:
            grant = grant.came_out(GrantState.GRANTED, f"gave {role}; it spreads within minutes", now())
        await records.put(grant)
        return grant
