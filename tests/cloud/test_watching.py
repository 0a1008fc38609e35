"""The watch over real calls: what happens to an app in the simulated Azure, and what is said of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.app_settings import AppSettings
from operators.cloud.arm import Arm
from operators.cloud.arm_errors import read_or_unknown
from operators.cloud.probe import Probe
from operators.cloud.sites import Sites
from operators.core.apps import AppId
from operators.core.asked_ports import asked_ports
from operators.core.before import Before
from operators.core.images import ImageReference
from operators.core.judgement import judge
from operators.core.model import Unknown
from operators.core.platform_log import LogLine, pulled_since, read_platform_log
from operators.core.proof import Proof, proof_of
from operators.core.registries import TagFacts
from operators.core.stalls import StallReason
from operators.core.watch import (
    FIRST_LOOK,
    Budget,
    Failed,
    Serving,
    Suspect,
    Unproven,
    Verdict,
    Waiting,
    WatchFacts,
)

IMAGE = ImageReference.parse("watched.azurecr.io/api:latest")
IMAGES = {
    "good": {},
    "slow": {"pull_seconds": 120, "start_seconds": 60},
    "crashing": {"exit_code": 3, "start_seconds": 2, "log_lines": ["password=hunter2", "Error: no settings"]},
    "killed": {"exit_code": 137, "start_seconds": 2},
    "silent": {"port": None},
    "elsewhere": {"port": 5000, "log_lines": ["Now listening on: http://[::]:5000"]},
    "endless": {"start_seconds": 900},
    "arm": {"platforms": ["linux/arm64"]},
    "sick": {"paths": {"/healthz": 500}},
}


@dataclass
class Watched:
    """One app, and whoever watches it."""

    world: World
    clock: ManualClock
    probe_path: str | None = None
    poked: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.sites = Sites(WorldCredential(self.world), WorldTransport(self.world))
        self.app_settings = AppSettings(Arm(WorldCredential(self.world), transport=WorldTransport(self.world)))
        self.probe = Probe(WorldTransport(self.world))
        self.app = AppId.from_resource_id(self.world.site("api").id)

    async def facts(self, acted_at: datetime, before: Any, lines: Any = None) -> WatchFacts:
        """Read everything once."""
        statuses = await read_or_unknown("siteStatus", self.sites.site_status(self.app))
        site = await self.sites.site(self.app)
        config = await self.sites.config(self.app)
        return WatchFacts(
            acted_at=acted_at,
            pinned=False,
            always_on=config.always_on,
            budget=Budget.of(),
            asked_ports=asked_ports(await self.app_settings.of_container(self.app)),
            before=before if isinstance(before, Unknown) else Before.of(before),
            platform_reports=not isinstance(statuses, Unknown),
            statuses=statuses,
            listed_instances=await self.sites.instances(self.app),
            probe=await self.probe.get(site.default_host_name, self.probe_path) if self.probe_path else None,
            lines=lines,
            poked=self.poked,
            stopped=site.stopped,
        )

    async def log(self) -> tuple[LogLine, ...]:
        """The platform's log."""
        return read_platform_log(await self.sites.container_logs(self.app) or "")

    async def restart_and_watch(self) -> tuple[Verdict, WatchFacts]:
        """Restart the app and look at it until something can be said."""
        before = await self.sites.site_status(self.app)
        acted_at = self.clock.now()
        await self.sites.restart(self.app)
        self.clock.advance(FIRST_LOOK.total_seconds())
        for _ in range(200):
            facts = await self.facts(acted_at, before)
            verdict = judge(facts, self.clock.now())
            if isinstance(verdict, Suspect):
                facts = await self.facts(acted_at, before, await self.log())
                verdict = judge(facts, self.clock.now())
            if not isinstance(verdict, Waiting):
                return verdict, facts
            if verdict.poke:
                self.poked = True
                await self.probe.get(self.world.site("api").host, "/")
            self.clock.advance(verdict.look_again_in.total_seconds())
        raise AssertionError("nothing was ever said")


def watched(pushed: str | None, *, may_pull: bool = True, probe_path: str | None = None, **site: Any) -> Watched:
    """An app that runs `good` and follows a tag, to which another image was pushed."""
    clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
    scenario = {
        "images": IMAGES,
        "registries": [{"name": "watched", "tags": {"api:latest": "good"}}],
        "sites": [
            {
                "name": "api",
                "image": str(IMAGE),
                "identity": {"system": True},
                "acr_use_managed_identity_creds": True,
                "health_check_path": probe_path,
                **site,
            }
        ],
        "role_assignments": [{"principal": "api", "role": "AcrPull", "scope": "watched"}] if may_pull else [],
    }
    world = World(read_scenario(scenario), clock)
    if pushed:
        world.push("watched", "api", "latest", pushed)
    return Watched(world, clock, probe_path)


@pytest.mark.parametrize(
    ("pushed", "site"),
    [
        pytest.param("good", {}, id="a good image"),
        pytest.param("slow", {}, id="a slow one"),
        pytest.param("good", {"instances": 3}, id="three instances"),
        pytest.param("good", {"always_on": False}, id="an idle app, which starts at a request"),
        pytest.param("good", {"probe_path": "/healthz"}, id="a health path"),
    ],
)
async def test_it_serves(pushed: str, site: dict[str, Any]) -> None:
    """A start that goes well is seen, and by its pull it is sure which image runs."""
    watch = watched(pushed, **site)
    verdict, facts = await watch.restart_and_watch()
    assert isinstance(verdict, Serving), verdict
    tag = watch.world.registry("watched").tag("api", "latest", watch.clock.now())
    assert tag is not None
    running = {view.serving.digest for view in watch.world.instances("api") if view.serving}
    assert running == {tag.digest}
    pull = pulled_since(await watch.log(), facts.acted_at, IMAGE)
    shown = TagFacts(digest=tag.digest, last_updated=tag.updated)
    assert proof_of(tag.digest, None, pull, shown, shown) is Proof.PULLED


async def test_it_serves_on_the_older_platform() -> None:
    """Its log has another format and siteStatus the same."""
    verdict, _ = await watched("good", log_format="old").restart_and_watch()
    assert isinstance(verdict, Serving), verdict


@pytest.mark.parametrize("log_format", ["new", "old"])
@pytest.mark.parametrize(
    ("pushed", "site", "reason"),
    [
        pytest.param("crashing", {}, StallReason.CONTAINER_EXITED, id="a crash"),
        pytest.param("killed", {}, StallReason.CONTAINER_EXITED, id="killed"),
        pytest.param("elsewhere", {}, StallReason.PORT_NOT_ANSWERING, id="another port, by its own words"),
        pytest.param("silent", {}, StallReason.START_LIMIT_REACHED, id="a silent port"),
        pytest.param("endless", {}, StallReason.START_LIMIT_REACHED, id="never ready"),
        pytest.param("sick", {"probe_path": "/healthz"}, StallReason.PROBE_FAILING, id="an unhealthy health path"),
    ],
)
async def test_it_does_not_serve(pushed: str, site: dict[str, Any], reason: StallReason, log_format: str) -> None:
    """What keeps a start from serving is named, on both platforms."""
    verdict, _ = await watched(pushed, log_format=log_format, **site).restart_and_watch()
    assert isinstance(verdict, Failed), verdict
    assert verdict.stall.reason is reason
    assert verdict.stall.lines
    assert "hunter2" not in verdict.stall.model_dump_json()


@pytest.mark.parametrize(
    ("log_format", "pushed", "may_pull", "reason"),
    [
        pytest.param("new", "good", False, StallReason.PULL_UNAUTHORIZED, id="no right to pull"),
        pytest.param("new", "arm", True, StallReason.WRONG_PLATFORM, id="another processor"),
        pytest.param("old", "good", False, StallReason.STALE_IMAGE, id="no right to pull: the old image again"),
    ],
)
async def test_it_cannot_pull(log_format: str, pushed: str, may_pull: bool, reason: StallReason) -> None:
    """A pull that fails is named; where the older platform starts its local copy, that is no success."""
    verdict, _ = await watched(pushed, may_pull=may_pull, log_format=log_format).restart_and_watch()
    assert isinstance(verdict, Failed), verdict
    assert verdict.stall.reason is reason


async def test_an_app_that_somebody_stopped() -> None:
    """Stopped on purpose is said as such."""
    watch = watched("good")
    watch.world.stop("api")
    verdict, _ = await watch.restart_and_watch()
    assert isinstance(verdict, Failed)
    assert verdict.stall.reason is StallReason.APP_STOPPED


async def test_without_site_status_it_is_unverified() -> None:
    """The log tells of the start, and more cannot be said."""
    watch = watched("good")
    before = await watch.sites.site_status(watch.app)
    watch.world.faults.add(FaultRule(path="/siteStatus$", status=404, envelope="web", code="NotFound"))
    acted_at = watch.clock.now()
    await watch.sites.restart(watch.app)
    watch.clock.advance(60)
    verdict = judge(await watch.facts(acted_at, before, await watch.log()), watch.clock.now())
    assert isinstance(verdict, Unproven)
