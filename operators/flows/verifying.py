"""The watch: does the new container really serve? And when it does not, why."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.engine import Held
from operators.core.apps import AppId
from operators.core.judgement import judge
from operators.core.model import Unknown
from operators.core.platform_log import LogLine, Pull, pulled_since, read_platform_log
from operators.core.registries import TagFacts
from operators.core.rollouts import Active, Container, Moved, Rejected, Rollout, Running, Strategy
from operators.core.transitions import Event
from operators.core.watch import (
    Budget,
    Failed,
    ProbeResult,
    Proof,
    Serving,
    Suspect,
    Unproven,
    Verdict,
    Waiting,
    WatchFacts,
    proof_of,
)
from operators.flows.facts import configured_image
from operators.flows.services import House
from operators.flows.stepping import Outcome, carrying

_REMEMBERED = 5
"""How many last good and rejected digests an app's row keeps."""


@dataclass(frozen=True)
class Verifying:
    """Looks once and judges; the queue carries the time between looks."""

    house: House

    async def look(self, held: Held) -> Outcome:
        """One look at an app that was acted upon."""
        active = held.active
        rollout = active.rollout
        assert rollout is not None
        now = self.house.now()
        facts = await self._read(rollout)
        verdict: Verdict = judge(facts, now)
        if isinstance(verdict, Suspect):
            facts = await self._read_log(rollout, facts)
            verdict = judge(facts, now)
        match verdict:
            case Serving():
                return await self._succeed(active, rollout, verdict, facts)
            case Unproven():
                moved = Moved(rollout=rollout).by(
                    Event.UNPROVEN, now, "unproven", verdict.why, evidence=verdict.evidence, proof=Proof.ASSUMED
                )
                return Outcome(carrying(active, moved, container=_runs(active.container, moved.rollout, now)), (moved,))
            case Failed():
                return self._fail(active, rollout, verdict, now)
            case Waiting():
                return await self._wait(active, rollout, verdict.what_for, verdict.look_again_in, poke=verdict.poke)
            case Suspect():
                return await self._wait(active, rollout, verdict.why, timedelta(seconds=15), poke=False)

    async def _read(self, rollout: Rollout) -> WatchFacts:
        app, sites = AppId.from_key(rollout.app), self.house.azure.sites
        statuses, listed, probe = await asyncio.gather(
            read_or_unknown(f"siteStatus of {app.name}", sites.site_status(app)),
            read_or_unknown(f"instances of {app.name}", sites.instances(app)),
            self._probe(rollout),
        )
        assert rollout.applied_at is not None
        assert rollout.health is not None
        no_reports = isinstance(statuses, Unknown) and not statuses.temporary
        return WatchFacts(
            acted_at=rollout.applied_at,
            pinned=rollout.strategy is Strategy.PIN,
            always_on=rollout.health.always_on,
            budget=Budget.of(),
            before=rollout.before if rollout.before is not None else (),
            platform_reports=not no_reports,
            statuses=statuses,
            listed_instances=listed,
            probe=probe,
            poked=rollout.poked,
        )

    async def _probe(self, rollout: Rollout) -> ProbeResult | None:
        if rollout.health is None or not rollout.health.health_check_path:
            return None
        return await self.house.azure.probe.get(rollout.health.host_name, rollout.health.health_check_path)

    async def _read_log(self, rollout: Rollout, facts: WatchFacts) -> WatchFacts:
        """The same facts with the platform's log and the site's own state, which a failure is judged by."""
        app = AppId.from_key(rollout.app)
        lines, site = await asyncio.gather(
            self._lines(app, facts), read_or_unknown(f"site {app.name}", self.house.azure.sites.site(app))
        )
        state = None if isinstance(site, Unknown) else site.state
        return facts.model_copy(update={"lines": lines, "site_state": state})

    async def _lines(self, app: AppId, facts: WatchFacts) -> tuple[LogLine, ...] | Unknown:
        if facts.lines is not None:
            return facts.lines
        text = await read_or_unknown(f"containerlogs of {app.name}", self.house.azure.sites.container_logs(app))
        return text if isinstance(text, Unknown) else read_platform_log(text or "")

    async def _succeed(self, active: Active, rollout: Rollout, verdict: Serving, facts: WatchFacts) -> Outcome:
        proof, told = await self._prove(rollout, facts)
        now = self.house.now()
        moved = Moved(rollout=rollout).by(
            Event.SERVING,
            now,
            "serving",
            f"every instance serves {rollout.digest} ({proof}: {told})",
            evidence=verdict.evidence,
            proof=proof,
            stall=None,
        )
        return Outcome(carrying(active, moved, container=_runs(active.container, moved.rollout, now)), (moved,))

    async def _prove(self, rollout: Rollout, facts: WatchFacts) -> tuple[Proof, str]:
        """How sure it is that the digest we wanted is the one that serves, and by what."""
        app, image = AppId.from_key(rollout.app), rollout.image
        assert image is not None
        assert image.digest is not None
        if rollout.strategy is Strategy.PIN:
            config = await read_or_unknown(f"config/web of {app.name}", self.house.azure.sites.config(app))
            configured = None if isinstance(config, Unknown) else configured_image(config)
            proof = proof_of(image.digest, configured, None, None, None)
            return proof, "the configuration names it" if proof is Proof.PINNED else "the configuration names another"
        lines, tag = await asyncio.gather(self._lines(app, facts), self._tag(rollout))
        pull: Pull | None = None if isinstance(lines, Unknown) else pulled_since(lines, facts.acted_at, image)
        after = tag.digest if isinstance(tag, TagFacts) else None
        proof = proof_of(image.digest, None, pull, image.digest, after)
        if proof is Proof.PULLED:
            return proof, "its pull is in the platform's log, and the tag has not moved"
        if isinstance(lines, Unknown):
            return proof, f"the platform's log could not be read: {lines.reason}"
        return proof, "the tag moved meanwhile" if after != image.digest else "the platform's log shows no pull of it"

    async def _tag(self, rollout: Rollout) -> TagFacts | Unknown | None:
        assert rollout.image is not None
        tag = (rollout.reference or "").rpartition(":")[2]
        content, image = self.house.azure.content, rollout.image
        return await read_or_unknown(f"tag {rollout.reference}", content.tag(image.registry, image.repository, tag))

    def _fail(self, active: Active, rollout: Rollout, verdict: Failed, now: datetime) -> Outcome:
        stall = verdict.stall
        moved = Moved(rollout=rollout).by(
            Event.STALLED, now, stall.reason, stall.meaning, evidence=stall.lines, stall=stall
        )
        # what ran before has made room for what failed: a tag moved back to it has to be rolled out again
        container = active.container and active.container.model_copy(update={"running": None})
        if container and stall.accuses_image and rollout.digest:
            rejected = Rejected(digest=rollout.digest, sequence=rollout.sequence, reason=stall.reason, at=now)
            container = container.model_copy(update={"rejected": (rejected, *container.rejected)[:_REMEMBERED]})
        return Outcome(carrying(active, moved, container=container), (moved,))

    async def _wait(self, active: Active, rollout: Rollout, what_for: str, again: timedelta, *, poke: bool) -> Outcome:
        """Look again later; the timeline gets a line only when what is waited for has changed."""
        if poke and rollout.health:
            await self.house.azure.probe.get(rollout.health.host_name, "/")
            rollout = rollout.model_copy(update={"poked": True})
        moved = Moved(rollout=rollout)
        if rollout.detail != what_for:
            moved = moved.by(Event.NOT_YET, self.house.now(), "watching", what_for)
        return Outcome(carrying(active, moved), (moved,), again=again)


def _runs(container: Container | None, rollout: Rollout, now: datetime) -> Container | None:
    """What the app runs after a rollout that brought it there; a proved digest becomes a last good one."""
    if container is None or rollout.digest is None or rollout.proof is None:
        return container
    running = Running(digest=rollout.digest, proof=rollout.proof, since=now, sequence=rollout.sequence)
    good = container.last_good
    if rollout.proof is not Proof.ASSUMED:
        good = (running, *(one for one in good if one.digest != running.digest))[:_REMEMBERED]
    rejected = tuple(one for one in container.rejected if one.digest != running.digest)
    return container.model_copy(update={"running": running, "last_good": good, "rejected": rejected})
