"""The shapes of what the admin API says about access: verdicts, and the roles that were given."""

from pydantic import AwareDatetime

from operators.core.access import Access
from operators.core.access.catalogue import CATALOGUE
from operators.core.access.granting import Grant
from operators.web.answer import Answer


class EvidenceAnswer(Answer):
    """One thing seen on the way to a verdict."""

    fact: str
    value: str
    source: str


class AccessAnswer(Answer):
    """Whether the app may pull."""

    verdict: str
    reason: str
    sentence: str
    warnings: tuple[str, ...]
    """What else may keep it from pulling, or what was taken for granted."""
    until: AwareDatetime | None
    """When what is propagating should have spread at the latest."""
    what_to_do: str
    documentation: str
    evidence: tuple[EvidenceAnswer, ...]
    fix: tuple[str, ...]

    @classmethod
    def of(cls, access: Access) -> "AccessAnswer":
        """From the verdict."""
        entry = CATALOGUE[access.reason]
        return cls(
            verdict=access.verdict,
            reason=access.reason,
            sentence=access.sentence,
            warnings=access.warnings,
            until=access.until,
            what_to_do=entry.what_to_do,
            documentation=entry.documentation,
            evidence=tuple(
                EvidenceAnswer(fact=one.fact, value=one.value, source=one.source) for one in access.evidence
            ),
            fix=access.fix,
        )


class GrantAnswer(Answer):
    """A role that was given, or not, to let an app pull."""

    app: str
    role: str
    registry_id: str
    principal_id: str
    condition: str | None
    by: str
    at: AwareDatetime
    state: str
    """`intended` (not given yet, or no word since), `granted`, `refused`."""
    detail: str

    @classmethod
    def of(cls, grant: Grant) -> "GrantAnswer":
        """From the record."""
        return cls(
            app=grant.app,
            role=grant.role.role,
            registry_id=grant.role.registry_id,
            principal_id=grant.role.principal_id,
            condition=grant.role.condition,
            by=grant.by,
            at=grant.at,
            state=grant.state,
            detail=grant.detail,
        )
