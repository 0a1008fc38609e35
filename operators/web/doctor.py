"""The doctor's answers: one app with every check, and all apps with what is to be looked at."""

from collections.abc import Mapping
from dataclasses import dataclass

from operators.core.doctor.checks import CATALOGUE, Check, Status
from operators.core.doctor.examination import Examination
from operators.flows.doctoring import Doctor
from operators.flows.services import House
from operators.web.access_answers import EvidenceAnswer
from operators.web.answer import Answer, Page
from operators.web.app_names import find_app
from operators.web.requests import Paging


class CheckAnswer(Answer):
    """One check of one app."""

    code: str
    question: str
    status: str
    """`ok`, `warning`, `problem` or `unknown`."""
    sentence: str
    evidence: tuple[EvidenceAnswer, ...]
    fix: tuple[str, ...]
    documentation: str

    @classmethod
    def of(cls, check: Check) -> "CheckAnswer":
        """From the check."""
        return cls(
            code=check.code,
            question=CATALOGUE[check.code].question,
            status=check.status,
            sentence=check.sentence,
            evidence=tuple(EvidenceAnswer(fact=one.fact, value=one.value, source=one.source) for one in check.evidence),
            fix=check.fix,
            documentation=check.documentation,
        )


class ExaminationAnswer(Answer):
    """One app: every check of the catalogue."""

    app: str
    name: str
    resource_id: str
    status: str
    """The worst of its checks."""
    checks: tuple[CheckAnswer, ...]

    @classmethod
    def of(cls, examination: Examination) -> "ExaminationAnswer":
        """From the examination."""
        return cls(
            app=examination.app.key,
            name=examination.app.name,
            resource_id=examination.app.resource_id,
            status=examination.status,
            checks=tuple(CheckAnswer.of(check) for check in examination.checks),
        )


class CheckLine(Answer):
    """One check that is not ok, in short."""

    code: str
    status: str
    sentence: str


class SummaryAnswer(Answer):
    """One app of many: how many checks say what, and those that are not ok."""

    app: str
    name: str
    status: str
    """The worst of its checks."""
    problems: int
    warnings: int
    unknowns: int
    checks: tuple[CheckLine, ...]
    """The worst first."""

    @classmethod
    def of(cls, examination: Examination) -> "SummaryAnswer":
        """From the examination."""
        problems, warnings, unknowns = (
            examination.having(status) for status in (Status.PROBLEM, Status.WARNING, Status.UNKNOWN)
        )
        return cls(
            app=examination.app.key,
            name=examination.app.name,
            status=examination.status,
            problems=len(problems),
            warnings=len(warnings),
            unknowns=len(unknowns),
            checks=tuple(
                CheckLine(code=check.code, status=check.status, sentence=check.sentence)
                for check in (*problems, *warnings, *unknowns)
            ),
        )


@dataclass(frozen=True)
class DoctorApi:
    """Every method raises operators.errors; problems.py makes the answers of those."""

    house: House
    doctor: Doctor

    async def app(self, name: str) -> ExaminationAnswer:
        """GET /api/apps/{app}/doctor: read afresh."""
        entry = await find_app(self.house.records.inventory, name)
        return ExaminationAnswer.of(await self.doctor.examine(entry.site.id))

    async def apps(self, url: str, query: Mapping[str, str]) -> Page[SummaryAnswer]:
        """GET /api/doctor: every app that is looked after, the worst first; each page looks at all of them anew."""
        paging = Paging.parse(url, query)
        left = [one for one in await self.doctor.examine_all() if one.rank >= (paging.skip or "")]
        after = left[paging.top].rank if len(left) > paging.top else None
        page = tuple(SummaryAnswer.of(one) for one in left[: paging.top])
        return Page(value=page, next_link=paging.next_link(url, after))
