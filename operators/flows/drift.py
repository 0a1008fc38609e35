"""Drift: the registry's choice compared with what each app was given, so that no push is missed (docs/adr/0012).

The same rows show what others have under way on the apps: flows/deployments.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from operators.cloud.arm_errors import read_or_unknown
from operators.core.apps import Site
from operators.core.findings import Finding
from operators.core.inventory import Follower, stage_of
from operators.core.looks import Cause, Look
from operators.core.model import Model, Unknown
from operators.core.registries import TagFacts
from operators.flows.deployments import Deployments
from operators.flows.inventory import Inventory, Refreshed
from operators.flows.marking import Marking
from operators.flows.services import House

_AT_ONCE = 10


class Checked(Model):
    """What a drift check saw."""

    inventory: Refreshed
    tags: int
    """Distinct tags asked for at the registries."""
    marked: tuple[str, ...]
    """Apps that are behind and will be looked at."""
    missing: tuple[str, ...]
    """Followed tags that the registry does not have."""
    unknown: tuple[str, ...]
    """Tags that could not be read, and why: neither drift nor none."""
    opened: tuple[Finding, ...]
    """Work of others on apps that has just become longer than its budget."""


@dataclass(frozen=True)
class Drift:
    """Compares. Registry calls grow with distinct tags, not with apps.

    Raises operators.errors.Temporary where the operator's own storage gives no answer.
    """

    house: House
    marking: Marking
    inventory: Inventory

    async def check(self) -> Checked:
        """Refresh the inventory, then mark every app whose tag names what it was not given yet."""
        refreshed = await self.inventory.refresh()
        opened = await Deployments(self.house).check(refreshed.rows, whole=not refreshed.unread)
        followers: dict[tuple[str, str, str], list[Follower]] = defaultdict(list)
        async for follower in self.house.records.follows.all():
            if follower.tag is not None:
                followers[follower.registry, follower.repository, follower.tag].append(follower)
        stopped = {site.id.key: site.stopped for site in refreshed.rows}
        few = asyncio.Semaphore(_AT_ONCE)
        seen = await asyncio.gather(*(self._tag(few, *tag) for tag in followers))
        hindered = await self._hindered(refreshed.rows)
        behind: list[Look] = []
        missing: list[str] = []
        unknown: list[str] = []
        for (registry, repository, tag), now in zip(followers, seen, strict=True):
            image = f"{registry}/{repository}:{tag}"
            if isinstance(now, Unknown):
                unknown.append(f"{image}: {now.reason}")
            elif now is None:
                missing.append(image)
            else:
                behind += self._behind(image, now, followers[registry, repository, tag], stopped, hindered)
        await self.marking.mark_all(behind)
        return Checked(
            inventory=refreshed,
            tags=len(followers),
            marked=tuple(look.app for look in behind),
            missing=tuple(missing),
            unknown=tuple(unknown),
            opened=opened,
        )

    async def _hindered(self, sites: Sequence[Site]) -> frozenset[str]:
        """The apps, by key, on which somebody else's work hangs, or on the slot that their images go through."""
        hangs = {one.app async for _, one in self.house.records.findings.all() if one.since is not None}
        stages = {site.id.key: stage.key for site in sites if (stage := stage_of(site))}
        return frozenset(hangs | {app for app, stage in stages.items() if stage in hangs})

    def _behind(
        self,
        image: str,
        tag: TagFacts,
        followers: list[Follower],
        stopped: Mapping[str, bool],
        hindered: frozenset[str],
    ) -> Iterator[Look]:
        now = self.house.now()
        for follower in followers:
            app, owed = follower.app, follower.owed
            if follower.decided != tag.digest:
                why = "which the app was not yet decided upon"
            elif (
                owed and owed.digest == tag.digest and owed.due(now, stopped=stopped.get(app), hindered=app in hindered)
            ):
                why = f"which the app did not get yet ({owed.reason})"
            else:
                continue
            yield Look(app=app, cause=Cause.DRIFT, at=now, detail=f"{image} is at {tag.digest}, {why}")

    async def _tag(self, few: asyncio.Semaphore, registry: str, repository: str, tag: str) -> TagFacts | Unknown | None:
        async with few:
            what = f"tag {registry}/{repository}:{tag}"
            return await read_or_unknown(what, self.house.azure.content.tag(registry, repository, tag))
