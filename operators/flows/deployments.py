"""Deployments that are not ours: somebody else's work on an app that does not end is found, stored and told."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.queues import NoticeMessage
from operators.core.apps import AppId, Site
from operators.core.findings import Finding, Findings, decide, is_news, needs_deployments, whose_turn
from operators.core.model import Unknown
from operators.core.notices import FindingNotice
from operators.core.other_work import Deployment, OtherWork, Sign, Signs, signs_of
from operators.core.rollouts import Act
from operators.core.stalls import StallReason
from operators.flows.attributing import Attributing
from operators.flows.services import House

_AT_ONCE = 10
_ROUND = "deployments"


@dataclass(frozen=True)
class Deployments:
    """Looks at rows that were listed anyway, and at deployments: of apps on which something is under way, and in turn.

    Raises operators.errors.Temporary where the operator's own storage gives no answer.
    """

    house: House

    async def check(self, listed: Sequence[Site], *, whole: bool) -> tuple[Finding, ...]:
        """Compare with last time; answers what is new. `whole` says that an app that is not listed is gone."""
        known: dict[str, list[Finding]] = defaultdict(list)
        async for _, finding in self.house.records.findings.all():
            known[finding.app].append(finding)
        sites = {site.id.key: site for site in listed}
        turn = whose_turn(sites, await self.house.records.switches.last(_ROUND))
        asked = {app for app, one in sites.items() if needs_deployments(one, known.get(app, ()))}
        deployments = await self._read([sites[app] for app in sorted(asked.union(turn))])
        if turn:
            await self.house.records.switches.set_last(_ROUND, turn[-1])
        opened: list[Finding] = []
        for app, site in sites.items():
            if await self._we_swap(site):
                site = site.model_copy(update={"in_progress_operation_id": None})
            signs = signs_of(site, deployments.get(app, ()))
            opened += (await self._decided(app, signs, known.get(app, ()))).opened
        gone = [finding for app, findings in known.items() if app not in sites for finding in findings]
        await self._store(Findings(clear=tuple(gone) if whole else ()))
        return tuple(opened)

    async def seen(self, other: OtherWork) -> OtherWork:
        """The same with when it was first seen, which from now on the drift check knows as well."""
        known = await self.house.records.findings.of(other.app)
        found = await self._decided(other.app, {other.reason: other.sign}, known)
        (first_seen,) = {one.kind: one.first_seen for one in (*known, *found.keep) if one.kind is other.reason}.values()
        return other.model_copy(update={"first_seen": first_seen})

    async def _decided(self, app: str, signs: Signs, known: Sequence[Finding]) -> Findings:
        """Compared with what is known, stored and told."""
        kind = StallReason.DEPLOYMENT_IN_PROGRESS
        sign = signs.get(kind)
        if isinstance(sign, Sign) and is_news(kind, sign, known):
            signs = {**signs, kind: await self._dated(AppId.from_key(app), sign)}
        found = await self._named(decide(app, signs, known, self.house.now()))
        await self._store(found)
        return found

    async def _dated(self, app: AppId, sign: Sign) -> Sign:
        """The deployment with when it began, as its deployment site tells once: it is awake while it deploys."""
        reading = self.house.azure.details.deployment_began(app, sign.what)
        began = await read_or_unknown(f"deployments of {app.name}", reading)
        return sign if isinstance(began, Unknown) else sign.model_copy(update={"began": began})

    async def _read(self, sites: Sequence[Site]) -> dict[str, tuple[Deployment, ...] | Unknown]:
        few = asyncio.Semaphore(_AT_ONCE)

        async def read(site: Site) -> tuple[Deployment, ...] | Unknown:
            async with few:
                what = f"deploymentStatus of {site.id.name}"
                return await read_or_unknown(what, self.house.azure.details.deployments(site.id))

        answers = await asyncio.gather(*(read(site) for site in sites))
        return dict(zip((site.id.key for site in sites), answers, strict=True))

    async def _we_swap(self, site: Site) -> bool:
        """Whether what is in progress on a site or slot is a swap of ours: its rollout says how far that is."""
        if not site.in_progress_operation_id:
            return False
        active, _ = await self.house.records.engine.read(site.id.site_id.key)
        rollout = active.rollout
        if rollout is None or not rollout.occupying or rollout.act is not Act.SWAP or rollout.swapped:
            return False
        return site.id.slot in (None, rollout.slot)

    async def _named(self, found: Findings) -> Findings:
        """Ask once who began it, when it is about to be told."""
        attributing = Attributing(self.house)
        return found.with_begun({one.kind: await attributing.of_finding(one) for one in found.opened})

    async def _store(self, found: Findings) -> None:
        for finding in found.opened:
            if self.house.settings.notify_url is not None:
                # before it is stored as open: dying in between tells it twice, under the same id, and never not at all
                await self.house.records.queues.notice(NoticeMessage(notice=FindingNotice(finding=finding)))
        for finding in found.keep:
            await self.house.records.findings.put(finding)
        for finding in found.clear:
            await self.house.records.findings.remove(finding)
