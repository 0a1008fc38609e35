"""Looking at an app after an act: the reads, the judgement over them, and how sure it is which image serves."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

from operators.cloud.arm_errors import read_or_unknown
from operators.core.app_settings import ContainerSettings
from operators.core.apps import AppId, SiteConfig
from operators.core.asked_ports import asked_ports
from operators.core.before import Before
from operators.core.images import ImageReference
from operators.core.judgement import asks_ports, judge
from operators.core.model import Unknown
from operators.core.platform_log import LogLine, Pull, pulled_since, read_platform_log, without_other_pulls
from operators.core.proof import Proof, proof_of
from operators.core.registries import TagFacts
from operators.core.rollouts import Act, Rollout
from operators.core.secret_judgement import asks_secrets, heeding_secrets
from operators.core.stalls import Stall, StallReason, stall
from operators.core.start_limits import start_limit
from operators.core.startup_judgement import asks_startups, heeding_startups
from operators.core.startups import Startups
from operators.core.swaps import Progress, SwapFacts, Swapped, judge_swap
from operators.core.watch import Budget, Failed, ProbeResult, Suspect, Verdict, Waiting, WatchFacts
from operators.flows.facts import configured_image
from operators.flows.services import House


@dataclass(frozen=True)
class Proved:
    """How sure it is that the image that was wanted serves."""

    proof: Proof
    told: str
    in_doubt: bool = False
    """The tag was elsewhere since it was decided upon, and is back: the app may have pulled what it named between."""


@dataclass(frozen=True)
class Watching:
    """Reads, judges and proves; which state follows is decided elsewhere."""

    house: House

    async def judged(self, rollout: Rollout) -> tuple[WatchFacts, Verdict]:
        """One look. The platform's log is read where the judgement asks for it, starts and secrets after a failure."""
        facts, now = await self._read(rollout), self.house.now()
        verdict: Verdict = judge(facts, now)
        if not isinstance(verdict, Suspect):
            return facts, verdict
        facts = await self._with_log(rollout, facts)
        verdict = judge(facts, now)
        if asks_ports(facts, verdict):
            settings = await self._settings(rollout.acted_on)
            facts = facts.model_copy(update={"asked_ports": asked_ports(settings)})
            verdict = judge(facts, now)
        if asks_startups(facts, verdict):
            facts = facts.model_copy(update={"startups": await self._startups(facts)})
            verdict = heeding_startups(facts, verdict)
        if asks_secrets(verdict):
            facts = facts.model_copy(update={"unresolved": await self._unresolved(rollout)})
            verdict = heeding_secrets(facts, verdict, now)
        return facts, verdict

    async def swap(self, rollout: Rollout) -> Swapped | Waiting | Failed:
        """One look at a swap that was begun."""
        # in this order: the effect of what is over by then can be seen
        progress = await self._progress(rollout)
        config = await self._config(rollout)
        assert rollout.applied_at is not None
        assert rollout.wanted is not None
        assert rollout.wanted.digest is not None
        facts = SwapFacts(
            begun_at=rollout.applied_at,
            wanted=rollout.wanted.digest,
            configured=config if isinstance(config, Unknown) else configured_image(config),
            health_check_path=None if isinstance(config, Unknown) else config.health_check_path,
            progress=progress,
        )
        return judge_swap(facts, self.house.now())

    async def poke(self, rollout: Rollout) -> Rollout:
        """One GET, whatever it answers: an idle app starts at a request only, so one that got no answer is repeated."""
        if rollout.health is None:
            return rollout.model_copy(update={"poked": True})
        answered = await self.house.azure.probe.get(rollout.health.host_name, "/")
        return rollout.model_copy(update={"poked": answered.status_code is not None})

    async def overtaken(self, rollout: Rollout) -> Stall | None:
        """Whether the configuration names somebody else's image: then what is seen accuses and proves not ours."""
        return _overtaken(rollout, await self._config(rollout))

    async def configured(self, rollout: Rollout) -> ImageReference | None:
        """The image that the configuration names; None where it names none, or cannot be read."""
        return _named(await self._config(rollout))

    async def was_its_image(self, rollout: Rollout) -> bool:
        """Whether what failed can only be its image: by a tag, whoever restarts the app has it pull what that names."""
        if rollout.pinned:
            return True
        tag, config = await asyncio.gather(self.tag(rollout), self._config(rollout))
        if isinstance(config, Unknown) or _overtaken(rollout, config):
            return False
        return isinstance(tag, TagFacts) and tag.digest == rollout.digest and rollout.tag_seen in (None, tag)

    async def prove(self, rollout: Rollout, facts: WatchFacts) -> Proved | Stall:
        """How sure it is that the image we wanted is the one that serves, and by what; or that it cannot be."""
        image = rollout.wanted
        assert image is not None
        assert image.digest is not None
        if rollout.pinned:
            config = await self._config(rollout)
            proof = proof_of(image.digest, _named(config), None, None, None)
            told = "the configuration names it" if proof is Proof.PINNED else "the configuration cannot be read"
            return _overtaken(rollout, config) or Proved(proof, told)
        lines, tag, config = await asyncio.gather(self._lines(rollout, facts), self.tag(rollout), self._config(rollout))
        if overtaken := _overtaken(rollout, config):
            return overtaken
        pull: Pull | None = None
        if not isinstance(lines, Unknown) and not isinstance(config, Unknown):
            pull = pulled_since(lines, facts.logged_since, image)
        after = tag if isinstance(tag, TagFacts) else None
        proof = proof_of(image.digest, _named(config), pull, rollout.tag_seen, after)
        if proof is Proof.PINNED:
            return Proved(proof, "the configuration names it")
        if proof is Proof.PULLED:
            return Proved(proof, "its pull is in the platform's log, and the tag has not moved")
        if after != rollout.tag_seen and after is not None:
            back = after.digest == image.digest
            if not back and (rollout.stall or rollout.tried):
                return _moved_on(rollout, after)
            return Proved(
                proof, "the tag moved meanwhile" + (", and is back: next is one more try" if back else ""), back
            )
        if isinstance(config, Unknown):
            return Proved(proof, "the configuration cannot be read")
        if isinstance(lines, Unknown):
            return Proved(proof, f"the platform's log could not be read: {lines.reason}")
        return Proved(proof, "the platform's log shows no pull of it")

    async def _config(self, rollout: Rollout) -> SiteConfig | Unknown:
        app = rollout.acted_on
        return await read_or_unknown(f"config/web of {app.name}", self.house.azure.sites.config(app))

    async def _progress(self, rollout: Rollout) -> Progress | Unknown | None:
        if rollout.operation is None:
            return None
        return await read_or_unknown(f"swap of {rollout.app}", self.house.azure.swaps.progress(rollout.operation))

    async def _read(self, rollout: Rollout) -> WatchFacts:
        app, sites = rollout.acted_on, self.house.azure.sites
        statuses, listed, probe = await asyncio.gather(
            read_or_unknown(f"siteStatus of {app.name}", sites.site_status(app)),
            read_or_unknown(f"instances of {app.name}", sites.instances(app)),
            self._probe(rollout),
        )
        assert rollout.applied_at is not None
        assert rollout.health is not None
        no_reports = isinstance(statuses, Unknown) and not statuses.temporary
        # the app's own start time limit counts once the usual time has passed
        takes_long = self.house.now() - rollout.applied_at >= Budget.of().expected
        settings = await self._settings(app) if takes_long else None
        return WatchFacts(
            acted_at=rollout.applied_at,
            pinned=rollout.pinned,
            swapped=rollout.act is Act.SWAP,
            always_on=rollout.health.always_on,
            budget=_budget(settings),
            asked_ports=None if settings is None else asked_ports(settings),
            before=rollout.before if rollout.before is not None else Before.of(()),
            platform_reports=not no_reports,
            statuses=statuses,
            listed_instances=listed,
            probe=probe,
            poked=rollout.poked,
        )

    async def _settings(self, app: AppId) -> ContainerSettings | Unknown:
        """What the app's settings say about its start; reading them costs one of the writes."""
        return await read_or_unknown(f"app settings of {app.name}", self.house.azure.app_settings.of_container(app))

    async def _probe(self, rollout: Rollout) -> ProbeResult | None:
        if rollout.health is None or not rollout.health.health_check_path:
            return None
        return await self.house.azure.probe.get(rollout.health.host_name, rollout.health.health_check_path)

    async def _with_log(self, rollout: Rollout, facts: WatchFacts) -> WatchFacts:
        """The same facts with the platform's log and the site's own state."""
        app = rollout.acted_on
        lines, site = await asyncio.gather(
            self._lines(rollout, facts), read_or_unknown(f"site {app.name}", self.house.azure.sites.site(app))
        )
        if isinstance(site, Unknown):
            gone = f"{site.what}: {site.reason}" if site.missing else None
            return facts.model_copy(update={"lines": lines, "gone": gone})
        states = {"stopped": site.stopped, "usage_state": site.usage_state, "scm_host_name": site.scm_host_name}
        return facts.model_copy(update={"lines": lines} | states)

    async def _unresolved(self, rollout: Rollout) -> tuple[str, ...] | Unknown:
        """The settings whose secrets the platform could not read."""
        app, details = rollout.acted_on, self.house.azure.details
        what = f"Key Vault references of {app.name}"
        references = await read_or_unknown(what, details.key_vault_references(app))
        if isinstance(references, Unknown):
            return references
        return tuple(f"{one.setting}: {one.status}" for one in references if one.tried_in_vain)

    async def _startups(self, facts: WatchFacts) -> tuple[Startups, ...] | Unknown:
        what = "start-up summary"
        if facts.scm_host_name is None:
            return Unknown(what=what, reason="the app's deployment site is not known")
        return await read_or_unknown(what, self.house.azure.deployment_site.startups(facts.scm_host_name))

    async def _lines(self, rollout: Rollout, facts: WatchFacts) -> tuple[LogLine, ...] | Unknown:
        if facts.lines is not None:
            return facts.lines
        app, image = rollout.acted_on, rollout.wanted
        text = await read_or_unknown(f"containerlogs of {app.name}", self.house.azure.sites.container_logs(app))
        if isinstance(text, Unknown):
            return text
        lines = read_platform_log(text or "")
        return lines if image is None else without_other_pulls(lines, image)

    async def tag(self, rollout: Rollout) -> TagFacts | Unknown | None:
        """The tag that the rollout follows, as the registry has it now; None where it has no such tag."""
        assert rollout.image is not None
        tag = (rollout.reference or "").rpartition(":")[2]
        content, image = self.house.azure.content, rollout.image
        return await read_or_unknown(f"tag {rollout.reference}", content.tag(image.registry, image.repository, tag))


def _budget(settings: ContainerSettings | Unknown | None) -> Budget:
    """How long the start may take; the usual as long as the settings were not read."""
    if settings is None:
        return Budget.of()
    unread = settings if isinstance(settings, Unknown) else None
    return Budget.of(timedelta(seconds=start_limit(settings)), unread=unread)


def _named(config: SiteConfig | Unknown) -> ImageReference | None:
    return None if isinstance(config, Unknown) else configured_image(config)


def _overtaken(rollout: Rollout, config: SiteConfig | Unknown) -> Stall | None:
    """By a configuration that names neither its image nor, as long as we wrote none there, the tag that it follows."""
    if isinstance(config, Unknown):
        return None
    named = _named(config)
    if named and rollout.wanted and named.digest == rollout.wanted.digest:
        return None
    if not rollout.pinned and str(named) == rollout.reference:
        return None
    return _other_image(rollout, f"{rollout.acted_on.name}: linuxFxVersion is {config.linux_fx_version}")


def _moved_on(rollout: Rollout, tag: TagFacts) -> Stall:
    """Its own image did not start before: what serves is far more likely to be what the tag names by now."""
    return _other_image(rollout, f"{rollout.reference} is at {tag.digest} now")


def _other_image(rollout: Rollout, line: str) -> Stall:
    return stall(StallReason.OVERTAKEN, rollout.applied_at or rollout.updated_at, (line,))
