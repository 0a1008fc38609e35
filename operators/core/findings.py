"""Findings: what is wrong with an app and is no rollout's doing. Here: somebody else's work on it that does not end.

Decided from what is read now and when it was first seen: of operations and swaps the platform does not tell since when.
"""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from operators.core.activity import Activity
from operators.core.apps import Site
from operators.core.model import Instant, Model, Unknown
from operators.core.other_work import BUDGETS, Sign, Signs
from operators.core.stalls import Stall, StallReason, stall


class Finding(Model):
    """Something under way on an app; open, and told, once it has been longer than its budget."""

    app: str
    """The app's key."""
    kind: StallReason
    what: str
    """Which one: the operation's or the deployment's id, the other slot of the swap."""
    lines: tuple[str, ...]
    """What was read, in the field's words."""
    first_seen: Instant
    """When it was, or when it began where that is known: of a deployment that the deployments list has."""
    since: Instant | None = None
    """Since when it is open; None as long as it is within its budget."""
    begun_by: Activity | None = None
    """Somebody's last operation before it was first seen, where the Activity Log tells of one."""

    @property
    def id(self) -> str:
        """The same for every copy of this finding, and another one when it comes again."""
        return f"{self.app}/{self.kind}/{self.first_seen:%Y%m%dT%H%M%SZ}"

    @property
    def stall(self) -> Stall:
        """The finding as the catalogue words it."""
        minutes = int(BUDGETS[self.kind].total_seconds()) // 60
        begun = (f"last before it, by the Activity Log: {self.begun_by}",) if self.begun_by else ()
        lines = (*self.lines, *begun)
        detail = f"It takes longer than {minutes} minutes."
        other_slot = self.what if self.kind is StallReason.SWAP_IN_PROGRESS else None
        return stall(self.kind, self.first_seen, lines, detail=detail, other_slot=other_slot)


class Findings(Model):
    """What to store about an app's findings, and which of them are new."""

    keep: tuple[Finding, ...] = ()
    """New, or changed."""
    opened: tuple[Finding, ...] = ()
    """Those of them that have just become longer than their budget."""
    clear: tuple[Finding, ...] = ()
    """No longer so."""

    def with_begun(self, by: Mapping[StallReason, Activity | None]) -> "Findings":
        """The same with who began what is new, by kind."""

        def named(finding: Finding) -> Finding:
            new = finding in self.opened
            return finding.model_copy(update={"begun_by": by.get(finding.kind)}) if new else finding

        return Findings(keep=tuple(map(named, self.keep)), opened=tuple(map(named, self.opened)), clear=self.clear)


READS_A_CHECK = 50
"""Apps of which a check reads the deployments though nothing points at them: every five minutes, 600 in an hour."""


def whose_turn(apps: Iterable[str], last: str | None) -> tuple[str, ...]:
    """Whose deployments are read for nothing but their turn: those that follow `last` in the order, round and round.

    No row of a list tells that code is being deployed: it is known of no app until it is asked for.
    """
    order = sorted(apps)
    begin = 0 if last is None else bisect_right(order, last)
    return tuple((order[begin:] + order[:begin])[:READS_A_CHECK])


def needs_deployments(site: Site, known: Collection[Finding]) -> bool:
    """Whether the app's deployments are read at every check: something is under way, or one of them was last time."""
    if site.in_progress_operation_id or site.target_swap_slot:
        return True
    return any(one.kind is StallReason.DEPLOYMENT_IN_PROGRESS for one in known)


def is_news(kind: StallReason, sign: Sign, known: Collection[Finding]) -> bool:
    """Whether nobody has seen it before."""
    return all((one.kind, one.what) != (kind, sign.what) for one in known)


def decide(app: str, signs: Signs, known: Collection[Finding], now: datetime) -> Findings:
    """Compare what is under way with what was. A read that failed changes nothing."""
    before = {one.kind: one for one in known}
    keep: list[Finding] = []
    opened: list[Finding] = []
    clear: list[Finding] = []
    for kind, sign in signs.items():
        last = before.get(kind)
        if isinstance(sign, Unknown):
            continue
        if sign is None:
            clear += [last] if last else []
            continue
        found = _found(app, kind, sign, last, now)
        if found != last:
            keep.append(found)
        if found.since == now:
            opened.append(found)
    return Findings(keep=tuple(keep), opened=tuple(opened), clear=tuple(clear))


def _found(app: str, kind: StallReason, sign: Sign, last: Finding | None, now: datetime) -> Finding:
    """The same thing goes on since it was first seen; another one begins now."""
    if last is None or last.what != sign.what:
        first = min(sign.began, now) if sign.began else now
        last = Finding(app=app, kind=kind, what=sign.what, lines=sign.lines, first_seen=first)
    since = now if last.since is None and now - last.first_seen > BUDGETS[kind] else last.since
    return last.model_copy(update={"lines": sign.lines, "since": since})
