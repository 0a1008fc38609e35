"""The admin API's answers: apps, rollouts, access, and the levers."""

from collections.abc import Mapping
from dataclasses import dataclass

from operators.core.access.granting import GrantState
from operators.core.gate import Freeze, Lift, Mode
from operators.core.inventory import Entry, looked_after
from operators.core.looks import Cause, Look
from operators.core.model import Unknown
from operators.core.pacing import spread
from operators.core.rollouts import Rollout
from operators.errors import Conflict, NotFound, Permanent, Temporary
from operators.flows.access import AccessQuestion, AccessReads
from operators.flows.drift import Drift
from operators.flows.facts import read_facts
from operators.flows.granting import Granting
from operators.flows.marking import GRACE, Marking
from operators.flows.scene import in_stage
from operators.flows.services import House
from operators.flows.site_containers import ContainersQuestion
from operators.web.access_answers import AccessAnswer, GrantAnswer
from operators.web.answer import Page
from operators.web.app_answers import AppAnswer
from operators.web.app_names import find_app
from operators.web.findings import FindingsApi, OneAppAnswer
from operators.web.operator_answers import DriftAnswer, FreezeAnswer, HealthAnswer, LookAnswer, RefusalAnswer
from operators.web.requests import DeployBody, FreezeBody, GrantBody, Paging, UnfreezeBody, number, parse_day
from operators.web.rollout_answers import RolloutAnswer

PULLEY_VERSION = "0.1.0"


@dataclass(frozen=True)
class Admin:
    """Every method raises operators.errors; problems.py makes the answers of those."""

    house: House
    marking: Marking
    drift: Drift

    async def apps(self, url: str, query: Mapping[str, str]) -> Page[AppAnswer]:
        """GET /api/apps."""
        paging = Paging.parse(url, query)
        entries: list[Entry] = []
        async for entry in self.house.records.inventory.entries(paging.skip or ""):
            entries.append(entry)
            if len(entries) > paging.top:
                break
        page = tuple([await self._app(entry) for entry in entries[: paging.top]])
        after = entries[paging.top].site.id.key if len(entries) > paging.top else None
        return Page(value=page, next_link=paging.next_link(url, after))

    async def app(self, name: str) -> OneAppAnswer:
        """GET /api/apps/{app}."""
        app = await self._app(await find_app(self.house.records.inventory, name))
        return await FindingsApi(self.house).with_findings(app)

    async def app_rollouts(self, name: str, url: str, query: Mapping[str, str]) -> Page[RolloutAnswer]:
        """GET /api/apps/{app}/rollouts, newest first."""
        paging = Paging.parse(url, query)
        entry = await find_app(self.house.records.inventory, name)
        page, after = await self.house.records.engine.rollouts(entry.site.id.key, paging.top, paging.skip)
        return _rollouts(url, paging, page, after)

    async def rollouts(self, url: str, query: Mapping[str, str]) -> Page[RolloutAnswer]:
        """GET /api/rollouts: everyone's, newest first."""
        paging = Paging.parse(url, query)
        page, after = await self.house.records.recent.page(paging.top, paging.skip)
        return _rollouts(url, paging, page, after)

    async def rollout(self, name: str, sequence: str) -> RolloutAnswer:
        """GET /api/apps/{app}/rollouts/{sequence}, with its steps."""
        which = number("sequence", sequence)
        key = (await find_app(self.house.records.inventory, name)).site.id.key
        rollout = await self.house.records.engine.rollout(key, which)
        if rollout is None:
            raise NotFound(f"rollout #{which} of {name}", "there is no such rollout")
        return RolloutAnswer.of(rollout, await self.house.records.engine.steps(key, which))

    async def access(self, name: str) -> AccessAnswer:
        """GET /api/apps/{app}/access: read afresh."""
        entry = await find_app(self.house.records.inventory, name)
        question = await self._access_question(entry)
        if isinstance(question, Unknown):
            image = str(entry.image or "the images of its containers")
            return AccessAnswer.of(await self._reads().unread(entry.site.id, image, question))
        return AccessAnswer.of(await question.verdict())

    async def grant(self, name: str, body: bytes) -> GrantAnswer:
        """POST /api/apps/{app}/access/grant: give the role that is missing; a rollout that waits for it looks again."""
        by = GrantBody.parse(body).by
        entry = await find_app(self.house.records.inventory, name)
        key, question = entry.site.id.key, await self._access_question(entry)
        if isinstance(question, Unknown):
            raise Permanent(f"grant for {name}", f"{question.what}: {question.reason}")
        if self.house.settings.mode is Mode.OBSERVE:
            raise Conflict(f"grant for {name}", "PULLEY_MODE=observe: nothing is changed")
        access = await question.verdict()
        role = await question.missing_role(access)
        if role is None and isinstance(question, AccessQuestion):
            in_slot = await in_stage(self.house, question)
            role = await in_slot.missing_role(await in_slot.verdict()) if in_slot else None
        if role is None:
            raise Conflict(f"grant for {name}", f"no role would change the verdict. {access.sentence}")
        grant = await Granting(self.house).give(key, role, by)
        if grant.state is not GrantState.GRANTED:
            raise Permanent(f"grant for {name}", grant.detail)
        await self.house.records.queues.look(key)
        return GrantAnswer.of(grant)

    async def grants(self, name: str) -> Page[GrantAnswer]:
        """GET /api/apps/{app}/access/grants: what was given, by whom."""
        key = (await find_app(self.house.records.inventory, name)).site.id.key
        return Page(value=tuple([GrantAnswer.of(grant) async for grant in self.house.records.grants.of(key)]))

    async def deploy(self, name: str, body: bytes) -> LookAnswer:
        """POST /api/apps/{app}/rollouts."""
        wanted = DeployBody.parse(body)
        entry = await find_app(self.house.records.inventory, name)
        if entry.not_rolled_out is not None:
            raise Conflict(f"deploy to {name}", entry.not_rolled_out)
        key = entry.site.id.key
        what = wanted.tag or wanted.digest or "what it follows"
        detail = f"deploy {what}{', though others are at work' if wanted.anyway else ''}"
        look = Look(app=key, cause=Cause.PERSON, at=self.house.now(), detail=detail, by=wanted.by, wish=wanted.wish)
        await self.marking.mark(look)
        return LookAnswer(app=key, detail=detail)

    async def check_drift(self) -> DriftAnswer:
        """POST /api/drift/check."""
        checked = await self.drift.check()
        seen = checked.inventory
        return DriftAnswer(
            seen=seen.seen,
            looked_after=seen.looked_after,
            first_seen=seen.first_seen,
            gone=seen.gone,
            unread=seen.unread,
            tags=checked.tags,
            marked=checked.marked,
            missing=checked.missing,
            unknown=checked.unknown,
            findings=tuple(finding.id for finding in checked.opened),
        )

    async def refusals(self, url: str, query: Mapping[str, str]) -> Page[RefusalAnswer]:
        """GET /api/refusals: what came in on a day (UTC) and could not be used, newest first."""
        paging, day = Paging.parse(url, query), parse_day(query.get("day"), self.house.now())
        refused, after = await self.house.records.refusals.of_day(day, paging.top, paging.skip)
        page = tuple(RefusalAnswer(at=one.at, reason=one.reason, detail=one.detail) for one in refused)
        return Page(value=page, next_link=paging.next_link(url, after, day=f"{day:%F}"))

    async def freeze(self, body: bytes) -> FreezeAnswer:
        """POST /api/freeze: nothing is done to any app until it is lifted; what is under way is watched to its end."""
        said = FreezeBody.parse(body)
        freeze = Freeze(by=said.by, why=said.why, at=self.house.now())
        await self.house.records.switches.set_freeze(freeze)
        return FreezeAnswer(frozen=True, by=freeze.by, why=freeze.why, at=freeze.at)

    async def unfreeze(self, body: bytes) -> FreezeAnswer:
        """POST /api/unfreeze: lifts the switch and has every app with a next step looked at now."""
        said = UnfreezeBody.parse(body)
        lift = Lift(by=said.by, why=said.why, at=self.house.now())
        await self.house.records.switches.lift_freeze(lift)
        for app, delay in spread([due.app async for due in self.house.records.due.all()]):
            await self.house.records.queues.look(app, delay=self.house.settings.wait(delay))
        return FreezeAnswer(frozen=False, by=lift.by, why=lift.why, at=lift.at)

    async def health(self) -> HealthAnswer:
        """GET /api/health."""
        mode = self.house.settings.mode
        try:
            freeze = await self._freeze()
            late = self.house.now() - self.house.settings.wait(GRACE)
            overdue = sum([due.at <= late async for due in self.house.records.due.all()])
            notified = self.house.settings.notify_url is not None
            undelivered = await self.house.records.queues.undelivered_notices() if notified else None
        except Temporary as error:
            return HealthAnswer(
                status="degraded", mode=mode, storage=error.reason, freeze=None, overdue=None, version=PULLEY_VERSION
            )
        return HealthAnswer(
            status="ok",
            mode=mode,
            storage="ok",
            freeze=freeze,
            overdue=overdue,
            undelivered_notices=undelivered,
            version=PULLEY_VERSION,
        )

    async def _freeze(self) -> FreezeAnswer:
        """How the switch stands, and who threw or lifted it last."""
        freeze = await self.house.records.switches.freeze()
        last = freeze or await self.house.records.switches.last_lift()
        if last is None:
            return FreezeAnswer(frozen=False)
        return FreezeAnswer(frozen=freeze is not None, by=last.by, why=last.why, at=last.at)

    async def _access_question(self, entry: Entry) -> AccessQuestion | ContainersQuestion | Unknown:
        """What is asked about the app, read afresh; Unknown where it may not be read. Raises operators.errors."""
        active, _ = await self.house.records.engine.read(entry.site.id.key)
        facts = await read_facts(self.house, active, (), afresh=True)
        if isinstance(facts, Unknown):
            if facts.temporary:
                raise Temporary(facts.what, facts.reason, facts.retry_after)
            return facts
        if facts.access is not None:
            return facts.access
        question = await ContainersQuestion.about(facts.site, facts.config, self._reads())
        if question is None:
            raise NotFound(f"access of {entry.site.id.name}", "its configuration names no Linux container")
        return question

    def _reads(self) -> AccessReads:
        now = self.house.now()
        return AccessReads(self.house, began=now, not_before=now)

    async def _app(self, entry: Entry) -> AppAnswer:
        active, looks = await self.house.records.engine.read(entry.site.id.key)
        ours = entry.image is not None and looked_after(entry.site, self.house.settings.opt_in)
        return AppAnswer.of(entry, active, looks, looked_after=ours)


def _rollouts(url: str, paging: Paging, page: tuple[Rollout, ...], after: str | None) -> Page[RolloutAnswer]:
    return Page(value=tuple(RolloutAnswer.of(one) for one in page), next_link=paging.next_link(url, after))
