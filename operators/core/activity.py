"""Who else changed an app, and when: what Azure's Activity Log proves.

A write is there as two events, its begin and its end, some minutes after it happened. Sources: azure-docs,
azure-monitor/platform/activity-log-schema (Administrative events; "caller" is a person's user principal name or an
application's object id); azure-rest-api, monitor, ActivityLogs_List (2015-04-01).
"""

import re
from collections.abc import Iterable
from datetime import datetime

from operators.core.apps import AppId
from operators.core.az import az
from operators.core.clocks import in_utc
from operators.core.model import Instant, Model, Unknown

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_STARTED, _FAILED = "started", "failed"
_MOST_SHOWN = 5
_LOOKS_ONLY = re.compile(r"/(?:list\w*|publishxml|containerlogs|slotsdiffs)/action$", re.IGNORECASE)
"""What changes nothing and is in the log all the same, because it is asked for by POST."""
_WRITES = frozenset({"sites/write", "sites/config/write", "sites/slotsswap/action"})
"""The operations after which a site may run another image, those on slots among them."""


class Activity(Model):
    """One operation on a resource, as the Activity Log has it."""

    at: Instant
    operation: str
    """Azure's name for it: "Microsoft.Web/sites/config/write"."""
    status: str
    """"Started", "Accepted", "Succeeded", "Failed"."""
    resource_id: str
    operation_id: str
    """The same for the begin and the end of one operation."""
    caller: str | None
    """A person's user principal name; of an application, its object id."""
    app_id: str | None
    """The application that asked: of a person, the tool that was used."""
    managed_identity: str | None
    """The resource whose identity the caller is, where it is one: the claim `xms_mirid` of its token."""

    @property
    def who(self) -> str:
        """The caller by the best name that the log has: a person's, an identity's, an application's id."""
        if self.caller and not _GUID.fullmatch(self.caller):
            return self.caller
        if self.managed_identity:
            return f"managed identity {self.managed_identity.rpartition('/')[2]}"
        if self.app_id:
            return f"application {self.app_id}"
        return f"object {self.caller}" if self.caller else "somebody whom the log does not name"

    def __str__(self) -> str:
        """One line of evidence."""
        ids = ", ".join(
            f"{name} {value}"
            for name, value in (("object id", self.caller), ("application", self.app_id))
            if value and value not in self.who
        )
        whole = f"{self.who} ({ids})" if ids else self.who
        return f"{in_utc(self.at)} {self.operation} {self.status} by {whole}"


class Oneself(Model):
    """As whom the operator itself asks Azure, in the words of its token."""

    object_id: str
    app_id: str | None

    def did(self, activity: Activity) -> bool:
        """Whether it is an operation of ours."""
        mine = {one.lower() for one in (self.object_id, self.app_id) if one}
        theirs = {one.lower() for one in (activity.caller, activity.app_id) if one}
        return not mine.isdisjoint(theirs)


class Attribution(Model):
    """Who changed back what we had written, as far as it can be told."""

    by: Activity | None
    """Somebody else's write after our last one; None where it is not known."""
    sentence: str
    evidence: tuple[str, ...] = ()


def attribute(
    app: AppId, log: Iterable[Activity] | Unknown, us: Oneself | Unknown, wrote_at: datetime | None
) -> Attribution:
    """Pick it from the operations on the app and on its config/web. `wrote_at` is when we wrote last, if that is known.

    A fight has two reverts: until the log has the last one, whoever wrote before is named, as what it is.
    """
    command = az("monitor", "activity-log", "list", "--resource-id", app.resource_id, "--offset", "1d")
    if isinstance(log, Unknown):
        return Attribution(by=None, sentence=f"Who did it could not be read ({log.what}: {log.reason}): {command}")
    if isinstance(us, Unknown):
        return Attribution(by=None, sentence=f"Who did it could not be read ({us.what}: {us.reason}): {command}")
    others = tuple(one for one in _operations(log) if _is_write(one) and not us.did(one))
    if not others:
        sentence = f"Who did it is not in the Activity Log, which lags some minutes behind: {command}"
        return Attribution(by=None, sentence=sentence)
    shown, last = tuple(map(str, others[:_MOST_SHOWN])), others[0]
    told = f"{last.who} at {in_utc(last.at)} ({last.operation})"
    if wrote_at is not None and last.at < wrote_at:
        sentence = f"Who did it last is not in the Activity Log yet, which lags some minutes; before that it was {told}"
        return Attribution(by=None, sentence=sentence, evidence=shown)
    return Attribution(by=last, sentence=f"It was {told}", evidence=shown)


def begun_by_others(log: Iterable[Activity], us: Oneself, seen_at: datetime) -> Activity | None:
    """Somebody else's last operation before something was seen to be under way; None where the log has none."""
    before = (one for one in log if one.at <= seen_at and not _LOOKS_ONLY.search(one.operation))
    return next((one for one in _operations(before) if not us.did(one)), None)


def _is_write(activity: Activity) -> bool:
    kind = activity.operation.lower().removeprefix("microsoft.web/").replace("sites/slots/", "sites/")
    return kind in _WRITES and activity.status.lower() != _FAILED


def _operations(log: Iterable[Activity]) -> list[Activity]:
    """Each once and by its newest event, for only its end tells how it ended; the newest operation first."""
    last = {one.operation_id: one for one in sorted(log, key=lambda one: (one.at, one.status.lower() != _STARTED))}
    return sorted(last.values(), key=lambda one: one.at, reverse=True)
