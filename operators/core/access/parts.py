"""The parts of a verdict (as whom, the roles, the road, the image), and what they come to together."""

from collections.abc import Iterable, Mapping

from pydantic import Field

from operators.core.access import Access, AccessFacts, Evidence, Reason, Verdict
from operators.core.access.catalogue import CATALOGUE
from operators.core.access.own_rights import fix_reads
from operators.core.apps import AppId
from operators.core.model import Instant, Model, Unknown

WEIGHT = {Verdict.ALLOWED: 0, Verdict.UNKNOWN: 1, Verdict.PROPAGATING: 2, Verdict.DENIED: 3}
"""A denial outweighs all else, for nothing else helps then; what spreads is worth waiting for whatever else is open."""


class Part(Model):
    """What one look says."""

    reason: Reason | None = None
    """None where nothing speaks against the pull, and nothing for it by itself."""
    words: Mapping[str, str] = Field(default_factory=dict)
    """What the reason's sentence is filled in with, beside the names that every sentence may use."""
    evidence: tuple[Evidence, ...] = ()
    fix: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    failed_reads: tuple[Unknown, ...] = ()
    until: Instant | None = None

    @property
    def verdict(self) -> Verdict:
        """What it would be, were this all."""
        return CATALOGUE[self.reason].verdict if self.reason else Verdict.ALLOWED


def read_failed(*failed: Unknown, evidence: tuple[Evidence, ...] = ()) -> Part:
    """A look that could not be had."""
    return Part(reason=Reason.READ_FAILED, words=reads(failed), evidence=evidence, failed_reads=failed)


def not_asked(what: str) -> Unknown:
    """Things that the verdict would have needed, and that nobody looked for."""
    return Unknown(what=what, reason="they were not asked for")


def reads(failed: Iterable[Unknown]) -> dict[str, str]:
    """Which reads gave no answer, and why."""
    return {"reads": "; ".join(f"{read.what}: {read.reason}" for read in failed)}


def concluded(facts: AccessFacts, parts: tuple[Part, ...]) -> Access:
    """The verdict: that of the weightiest part, the first of several. What else is wrong is said beside it."""
    main = max((part for part in parts if part.reason), key=lambda part: WEIGHT[part.verdict])
    assert main.reason is not None
    others = [part for part in parts if part is not main and part.verdict is not Verdict.ALLOWED]
    same = [part for part in parts if part.verdict is main.verdict]
    return Access(
        verdict=main.verdict,
        reason=main.reason,
        sentence=_sentence(facts, main),
        evidence=tuple(one for part in parts for one in part.evidence),
        fix=tuple(dict.fromkeys(command for part in same for command in _fix(facts, part))),
        warnings=(*(_sentence(facts, part) for part in others), *(one for part in parts for one in part.warnings)),
        until=main.until,
        failed_reads=tuple(read for part in same for read in part.failed_reads),
    )


def unread(app: AppId, image: str, failed: Unknown, operator_id: str | None) -> Access:
    """The verdict where a read kept us from knowing what to ask about."""
    entry = CATALOGUE[Reason.READ_FAILED]
    return Access(
        verdict=entry.verdict,
        reason=Reason.READ_FAILED,
        sentence=entry.sentence.format(app=app.name, image=image, **reads((failed,))),
        fix=fix_reads(operator_id, None, (failed,)),
        failed_reads=(failed,),
    )


def _fix(facts: AccessFacts, part: Part) -> tuple[str, ...]:
    if part.reason is not Reason.READ_FAILED:
        return part.fix
    return fix_reads(facts.operator_id, facts.registry, part.failed_reads)


def _sentence(facts: AccessFacts, part: Part) -> str:
    assert part.reason is not None
    image = facts.image
    names = {"app": facts.whose, "image": str(image), "repository": image.repository, "registry": image.registry}
    return CATALOGUE[part.reason].sentence.format_map(names | dict(part.words))
