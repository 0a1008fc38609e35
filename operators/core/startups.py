"""How the starts on each machine ended: the start-up summaries of an app's deployment site (KuduLite, Linux).

They count the starts of the last day and tell when the last one worked and the last one failed, not why. Source:
azure-cli, `az webapp troubleshoot status` (command_modules/appservice: custom.py, _troubleshoot_status_report.py).
"""

from collections.abc import Mapping
from datetime import datetime

from operators.core.instances import parse_time
from operators.core.model import Instant, Model

_READ = "Successfully"
"""How `SummaryFetchStatus` begins where Kudu could read that machine's starts; the rest means nothing otherwise."""


class Startups(Model):
    """The starts on one machine."""

    machine: str
    succeeded: str
    """How many, in Kudu's words: from some number on it says "50+"."""
    failed: str
    last_success: Instant | None
    last_failure: Instant | None

    def failing_since(self, t0: datetime) -> bool:
        """Whether the last start at or after `t0` failed. The times may have whole seconds, so t0's fraction is cut."""
        if self.last_failure is None or self.last_failure < t0.replace(microsecond=0):
            return False
        return self.last_success is None or self.last_success < self.last_failure

    def working_since(self, t0: datetime) -> bool:
        """Whether the last start at or after `t0` worked."""
        began = t0.replace(microsecond=0)
        return self.last_success is not None and self.last_success >= began and not self.failing_since(t0)

    def __str__(self) -> str:
        """One line of evidence."""
        last = ", ".join(
            f"the last {how} at {at:%Y-%m-%dT%H:%M:%SZ}"
            for how, at in (("worked", self.last_success), ("failed", self.last_failure))
            if at is not None
        )
        counted = f"{self.succeeded} of its starts worked, {self.failed} failed"
        return f"start-up summary of {self.machine}: {counted}{'; ' if last else ''}{last}"


def read_startups(payload: object) -> tuple[Startups, ...]:
    """The machines in an answer of `/api/startuplogs/summary`, but those whose starts Kudu could not read.

    A list; an older Kudu answers one machine alone. Raises ValueError where the answer has another shape, as the notice
    that an app keeps no start-up logs (WEBSITE_DISABLE_CONTAINER_STARTUP_LOGS).
    """
    rows = [payload] if isinstance(payload, Mapping) else payload
    if not isinstance(rows, list):
        raise ValueError(f"it is no list of machines: {str(payload)[:200]}")
    read = (_startups(row) for row in rows)
    return tuple(one for one in read if one is not None)


def _startups(row: object) -> Startups | None:
    if not isinstance(row, Mapping) or not row.get("InstanceId"):
        raise ValueError(f"it has a row without InstanceId: {str(row)[:200]}")
    told = row.get("Startup") or row
    status = told.get("SummaryFetchStatus")
    if status and not str(status).startswith(_READ):
        return None
    return Startups(
        machine=row["InstanceId"],
        succeeded=str(told.get("Succeeded", 0)),
        failed=str(told.get("Failed", 0)),
        last_success=parse_time(told.get("MostRecentSuccess")),
        last_failure=parse_time(told.get("MostRecentFailure")),
    )
