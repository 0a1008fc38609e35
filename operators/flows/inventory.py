"""The inventory: list the apps of the scopes, keep who follows what, and look at those seen for the first time."""

import logging
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field

from operators.core.apps import Site
from operators.core.clocks import in_utc
from operators.core.inventory import Entry, Follower, looked_after, resource_tag, stage_of
from operators.core.looks import Cause, Look
from operators.core.model import Model
from operators.core.pacing import turn
from operators.core.references import POLICY_TAG
from operators.errors import Permanent, Temporary
from operators.flows.marking import Marking
from operators.flows.services import House

_log = logging.getLogger(__name__)
REFRESH_AT_MOST_EVERY = timedelta(minutes=5)


class Refreshed(Model):
    """What a refresh saw."""

    seen: int = 0
    """Apps in the scopes with a classic Linux container, or with site containers."""
    looked_after: int = 0
    """Those of them with a classic container that are ours to roll out."""
    first_seen: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    """Apps that somebody else gave another image or policy since last time, or swapped."""
    gone: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """Scopes that could not be listed whole, and why: nothing is taken for gone."""
    rows: tuple[Site, ...] = Field(default=(), exclude=True, repr=False)
    """Every site and slot that was listed, whatever it runs: for whoever else asks about all of them."""


@dataclass(frozen=True)
class Inventory:
    """Reads the scopes. Raises operators.errors.Temporary where the operator's own storage gives no answer."""

    house: House
    marking: Marking

    async def refresh_if_due(self, asked_by: str) -> Refreshed | None:
        """Refresh, at most once in five minutes for everybody; None where it was done just now.

        `asked_by` is the message's id: the same one comes again only where it died or failed before its end.
        """
        now = self.house.now()
        every = self.house.settings.wait(REFRESH_AT_MOST_EVERY)
        if not await self.house.records.switches.turn("refresh", every, now, asked_by):
            return None
        return await self.refresh()

    async def refresh(self) -> Refreshed:
        """List every scope, add what is new, and take out what is gone where the list was whole."""
        known = {entry.site.id.key: entry async for entry in self.house.records.inventory.entries()}
        found: dict[str, Entry] = {}
        rows: list[Site] = []
        unread: list[str] = []
        for scope in self.house.settings.scopes:
            try:
                async for site in self.house.azure.sites.list_sites(scope):
                    rows.append(site)
                    entry = Entry(site=site, seen_at=self.house.now())
                    if entry.image is not None or entry.not_rolled_out is not None:
                        found[site.id.key] = entry
            except (Temporary, Permanent) as error:
                _log.warning("%s was not listed whole: %s", scope, error)
                unread.append(f"{scope}: {error}")
        for stage in [stage_of(entry.site) for entry in found.values() if self._ours(entry)]:
            if stage is not None:
                found.pop(stage.key, None)
        first, changed = await self._keep(known, found)
        gone = await self._forget(known, found) if not unread else ()
        return Refreshed(
            seen=len(found),
            looked_after=sum(self._ours(entry) for entry in found.values()),
            first_seen=first,
            changed=changed,
            gone=gone,
            unread=tuple(unread),
            rows=tuple(rows),
        )

    async def _keep(self, known: dict[str, Entry], found: dict[str, Entry]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        followers = {follower.app: follower async for follower in self.house.records.follows.all()}
        first: list[str] = []
        changed: list[str] = []
        for app, entry in found.items():
            before, follower, delay = known.get(app), followers.get(app), turn(len(first) + len(changed))
            if self._ours(entry) and (before is None or not self._ours(before)):
                await self._begin(app, entry, follower, Cause.FIRST_SIGHT, f"{app} was seen for the first time", delay)
                first.append(app)
            elif self._ours(entry) and before is not None and (detail := _changed_by_others(before, entry, follower)):
                await self._begin(app, entry, follower, Cause.DRIFT, detail, delay)
                changed.append(app)
            # last, so that whoever takes over from us finds the same difference and marks the app again
            await self.house.records.inventory.put(entry)
        return tuple(first), tuple(changed)

    async def _forget(self, known: dict[str, Entry], found: dict[str, Entry]) -> tuple[str, ...]:
        """Apps that a whole list no longer shows, and followers that are no longer looked after."""
        gone = [app for app in known if app not in found]
        for app in gone:
            await self.house.records.inventory.remove(known[app].site.id)
        ours = {app: entry for app, entry in found.items() if self._ours(entry)}
        async for follower in self.house.records.follows.all():
            entry = ours.get(follower.app)
            if entry is None or not _same_repository(entry, follower):
                await self.house.records.follows.remove(follower)
        return tuple(gone)

    async def _begin(
        self, app: str, entry: Entry, follower: Follower | None, cause: Cause, detail: str, delay: timedelta
    ) -> None:
        """Have the app looked at, and until then by every push to its repository."""
        if follower is None or not _same_repository(entry, follower):
            assert entry.image is not None
            await self.house.records.follows.put(
                Follower(app=app, registry=entry.image.registry, repository=entry.image.repository, tag=None)
            )
        await self.marking.mark(Look(app=app, cause=cause, at=self.house.now(), detail=detail), delay)

    def _ours(self, entry: Entry) -> bool:
        return entry.image is not None and looked_after(entry.site, self.house.settings.opt_in)


def _same_repository(entry: Entry, follower: Follower) -> bool:
    image = entry.image
    return image is not None and (image.registry, image.repository) == (follower.registry, follower.repository)


def _changed_by_others(before: Entry, entry: Entry, follower: Follower | None) -> str | None:
    """What somebody else did since last time to what the app follows or runs, as a sentence; None for nothing."""
    said, says = (resource_tag(one.site, POLICY_TAG) for one in (before, entry))
    if said != says:
        return f"its resource tag {POLICY_TAG} is {says or 'gone'} now"
    written, now = follower.written if follower else None, entry.site.linux_fx_version
    if now != written if written is not None else str(before.image) != str(entry.image):
        return f"linuxFxVersion is {now} now, and that was not our doing"
    swapped_at = entry.site.swapped_at
    if now != written and swapped_at and before.site.swapped_at != swapped_at:
        return f"it was swapped at {in_utc(swapped_at)}, and that was not our doing"
    return None
