"""What others have under way on apps for too long: GET /api/findings, and the part of it in an app's own answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import AwareDatetime

from operators.core.apps import AppId
from operators.core.findings import Finding
from operators.flows.services import House
from operators.web.answer import Answer, Page
from operators.web.app_answers import AppAnswer
from operators.web.requests import Paging


class FindingAnswer(Answer):
    """One finding that is open."""

    app: str
    name: str
    kind: str
    """`operation_in_progress`, `deployment_in_progress` or `swap_in_progress`."""
    what: str
    """Which one: the operation's or the deployment's id, the other slot of the swap."""
    first_seen: AwareDatetime
    since: AwareDatetime | None
    """When it became longer than its budget."""
    next_at: AwareDatetime | None
    """When the drift check looks at it again; none where its schedule does not tell."""
    meaning: str
    what_to_do: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, finding: Finding, next_at: datetime | None) -> "FindingAnswer":
        """From the finding."""
        said = finding.stall
        return cls(
            app=finding.app,
            name=AppId.from_key(finding.app).name,
            kind=finding.kind,
            what=finding.what,
            first_seen=finding.first_seen,
            since=finding.since,
            next_at=next_at,
            meaning=said.meaning,
            what_to_do=said.advice(AppId.from_key(finding.app)),
            lines=said.lines,
        )


class OneAppAnswer(AppAnswer):
    """One app, with what a list leaves out."""

    findings: tuple[FindingAnswer, ...]


@dataclass(frozen=True)
class FindingsApi:
    """Every method raises operators.errors; problems.py makes the answers of those."""

    house: House

    async def list(self, url: str, query: Mapping[str, str]) -> Page[FindingAnswer]:
        """GET /api/findings: every app's, by app."""
        paging = Paging.parse(url, query)
        found: list[tuple[str, FindingAnswer]] = []
        next_at = self._next_at()
        async for place, finding in self.house.records.findings.all(paging.skip or ""):
            if finding.since is not None:
                found.append((place, FindingAnswer.of(finding, next_at)))
            if len(found) > paging.top:
                break
        after = found[paging.top][0] if len(found) > paging.top else None
        return Page(value=tuple(answer for _, answer in found[: paging.top]), next_link=paging.next_link(url, after))

    async def with_findings(self, app: AppAnswer) -> OneAppAnswer:
        """The app's answer and its open findings."""
        findings = await self.house.records.findings.of(app.id)
        next_at = self._next_at()
        shown = tuple(FindingAnswer.of(one, next_at) for one in findings if one.since is not None)
        return OneAppAnswer.model_validate(dict(app) | {"findings": shown})

    def _next_at(self) -> datetime | None:
        return self.house.settings.next_drift_check(self.house.now())
