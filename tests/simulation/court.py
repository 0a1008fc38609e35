"""A court for the laws: one app in the simulated Azure, the real tables, and nobody who keeps the laws by himself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

from local.azure.asgi import Answer
from local.azure.scenario import read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.in_process import Asked
from local.storage import MemoryStorage
from local.storage.tables import Kind, Write
from operators.cloud.engine import Claimed, EngineTable
from operators.cloud.keys import encode_key
from operators.cloud.storage import Storage
from operators.cloud.switches import SwitchesTable
from operators.core.active import Active
from operators.core.apps import AppId
from operators.core.claims import Claim
from operators.core.images import ImageReference
from operators.core.proof import Proof
from operators.core.rollouts import Moved
from operators.core.strategies import Strategy
from operators.core.transitions import Event
from operators.flows.stepping import begin, carrying
from tests.core.samples import NOW, push_of
from tests.simulation.acts import Act, ActLaws
from tests.simulation.blame import Blame
from tests.simulation.deeds import Deeds
from tests.simulation.ending import Rest
from tests.simulation.evidence import Evidence
from tests.simulation.invocation import CURRENT, Invocation
from tests.simulation.records import RecordLaws
from tests.simulation.rows import EngineRow
from tests.simulation.trace import Trace
from tests.simulation.verdict import Verdict

US = Invocation(number=1, instance="a1", function="looks", owner="message-1", began=NOW, observes=False)
OTHERS = replace(US, number=2, instance="b1", owner="message-2")


@dataclass
class Court:
    """One app in the simulated Azure, the real tables, and the laws that watch both."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))

    def __post_init__(self) -> None:
        app = {
            "name": "shop",
            "tags": {"pulley": "on"},
            "image": "contoso.azurecr.io/shop:stable",
            "identity": {"system": True},
            "acr_use_managed_identity_creds": True,
        }
        scenario = {
            "images": {"v1": {}, "v2": {}, "crashes": {"exit_code": 3}, "sick": {"paths": {"/health": 500}}},
            "registries": [{"name": "contoso", "tags": {"shop:stable": "v1", "shop:next": "v2"}}],
            "sites": [app, app | {"name": "foreign", "tags": {}}, app | {"name": "many", "instances": 3}],
            "role_assignments": [
                {"principal": name, "role": "AcrPull", "scope": "contoso"} for name in ("shop", "many")
            ],
        }
        self.world = World(read_scenario(scenario), self.clock)
        self.storage = MemoryStorage(self.clock)
        trace = Trace(self.clock.now)
        self.verdict = Verdict(trace)
        self.acts = ActLaws(self.verdict, self.world, trace, self.row)
        self.deeds = Deeds()
        blame = Blame(self.world, self.deeds)
        evidence = Evidence(self.verdict, self.world, self.acts.heeding)
        records = RecordLaws(self.verdict, trace, evidence, blame, self.acts.rejected, self.clock.now)
        self.rest = Rest(self.world, self.storage, ("shop",), [], blame)
        self.storage.tables.on_commit += [records.committed, self.acts.committed]
        tables = Storage(
            connection_string=self.storage.connection_string, table_transport=self.storage.table_transport()
        )
        self.engine, self.switches = EngineTable(tables), SwitchesTable(tables)

    def app(self, name: str = "shop") -> AppId:
        """The app's id."""
        return AppId.from_resource_id(self.world.site(name).id)

    def row(self, app: AppId) -> EngineRow | None:
        """Its row."""
        return EngineRow.of(self.storage.tables.partition("engine", encode_key(app.key)).get("active"))

    def digest(self, tag: str) -> str:
        """What a tag of the registry stands for."""
        view = self.world.registry("contoso").tag("shop", tag, self.clock.now())
        assert view is not None
        return view.digest

    async def begun(self, tag: str = "stable", name: str = "shop", **changes: Any) -> tuple[Claimed, Moved]:
        """A rollout of ours that is about to act, its intent stored."""
        claimed = await self.engine.claim(self.app(name).key, None, US.owner)
        assert isinstance(claimed, Claimed)
        active, moved = begin(claimed.active, (push_of(self.digest(tag)),), NOW)
        image = ImageReference.parse("contoso.azurecr.io/shop:stable").at(self.digest(tag))
        chosen: dict[str, Any] = {"image": image, "strategy": Strategy.RESTART, "intended_at": NOW} | changes
        moved = moved.by(Event.CHOSEN, NOW, "chosen", "").by(Event.GO, NOW, "go", "", **chosen)
        claimed = await self.engine.commit(claimed, carrying(active, moved), [moved], keep=True)
        return claimed, Moved(rollout=moved.rollout)

    async def succeeds(self) -> None:
        """A rollout of ours from its intent to its end, by a restart whose pull was seen."""
        claimed, moved = await self.begun()
        await self.restart()
        self.clock.advance(60)
        moved = moved.by(Event.APPLIED, NOW, "restarted", "", applied_at=NOW)
        moved = moved.by(Event.SERVING, NOW, "serving", "", proof=Proof.PULLED)
        await self.engine.commit(claimed, carrying(claimed.active, moved), [moved])

    async def restart(self, name: str = "shop") -> Act:
        """The act."""
        url = f"https://management.azure.com{self.app(name).resource_id}/restart?api-version=2024-11-01"
        token = await WorldCredential(self.world).get_token("https://management.azure.com/.default")
        asked = Asked("POST", url, (("Authorization", f"Bearer {token.token}"),), b"")
        act = self.acts.act_of(asked)
        assert act is not None
        answer = await self.acts.watching(WorldTransport(self.world).answer)(asked)
        assert answer.status == HTTPStatus.OK, answer.body
        return act

    def block(self, name: str = "shop") -> None:
        """What its tag names crashes whenever it is started; now the platform refuses to."""
        self.world.push("contoso", "shop", "stable", "crashes")
        self.world.restart(name)
        self.clock.advance(30)

    def read(self, name: str = "shop") -> None:
        """Whoever is at work asks how the instances are, and gets the answer."""
        left_at, url = self.clock.now(), f"https://management.azure.com{self.app(name).resource_id}/siteStatus"
        self.acts.blocks.has_read(Asked("GET", url, (), b""), left_at, Answer(HTTPStatus.OK))

    def write(self, active: Active, claim: Claim | None = None, **rows: dict[str, Any]) -> None:
        """Store the app's row, and others, past everything that the operator does."""
        data = {"data": active.model_dump_json(), "claim": claim.model_dump_json() if claim else ""}
        key = encode_key(active.app)
        writes = [Write(Kind.REPLACE, key, "active", data)]
        self.storage.tables.write("engine", writes + [Write(Kind.REPLACE, key, row, rows[row]) for row in rows])


@contextmanager
def at_work(invocation: Invocation) -> Iterator[None]:
    """Whoever does what is in the block."""
    token = CURRENT.set(invocation)
    try:
        yield
    finally:
        CURRENT.reset(token)
