"""Who else changes an app: read where it is to be told to a person, and never waited for."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from operators.cloud.arm_errors import read_or_unknown
from operators.core.activity import Activity, Attribution, Oneself, attribute, begun_by_others
from operators.core.apps import AppId
from operators.core.choice import Skip
from operators.core.findings import Finding
from operators.core.gate import Hold
from operators.core.model import Unknown
from operators.core.stalls import StallReason
from operators.flows.services import House

_LOOKED_BACK = timedelta(days=7)
"""Long enough for both reverts of a tool that runs daily; Azure keeps 90 days."""
_RECENT = 10
"""Rollouts among which our last write is looked for."""


@dataclass(frozen=True)
class Attributing:
    """Reads the Activity Log of one app."""

    house: House

    async def named[Told: (Hold, Skip)](self, told: Told, app: str) -> Told:
        """What is told of a fight or a revert, with who it was. `app` is its key."""
        found = await self._of_fight(app)
        said = {"detail": f"{told.detail}. {found.sentence}", "evidence": found.evidence, "reverted_by": found.by}
        return told.model_copy(update=said)

    async def of_finding(self, finding: Finding) -> Activity | None:
        """Who began what is under way on an app; None where that is not known, or where no log has it."""
        if finding.kind is StallReason.DEPLOYMENT_IN_PROGRESS:
            return None  # code is brought to the deployment site, past Azure Resource Manager
        log, us = await self._read(AppId.from_key(finding.app))
        if isinstance(log, Unknown) or isinstance(us, Unknown):
            return None
        return begun_by_others(log, us, finding.first_seen)

    async def _of_fight(self, key: str) -> Attribution:
        """Who changed back what we had written into the app's configuration."""
        app = AppId.from_key(key)
        (log, us), (recent, _) = await asyncio.gather(
            self._read(app), self.house.records.engine.rollouts(key, _RECENT, None)
        )
        ours = (one.applied_at for one in recent if one.pinned and one.applied_at)
        return attribute(app, log, us, max(ours, default=None))

    async def _read(self, app: AppId) -> tuple[tuple[Activity, ...] | Unknown, Oneself | Unknown]:
        azure, now = self.house.azure, self.house.now()
        return await asyncio.gather(
            read_or_unknown(f"Activity Log of {app.name}", azure.activity_log.of(app, now - _LOOKED_BACK, now)),
            read_or_unknown("the operator's own identity", azure.activity_log.oneself()),
        )
