"""The shapes of what the admin API says about access: verdicts, and the roles that were given."""

from pydantic import AwareDatetime

from operators.core.access import Access, ContainerAccess
from operators.core.access.catalogue import CATALOGUE
from operators.core.access.granting import Grant
from operators.web.answer import Answer


class EvidenceAnswer(Answer):
    """One thing seen on the way to a verdict."""

    fact: str
    value: str
    source: str


class ContainerAnswer(Answer):
    """Whether the image of one container of a sidecar-enabled site may be pulled."""

    name: str
    is_main: bool
    image: str
    auth_type: str | None
    """As whom: `SystemIdentity`, `UserAssigned`, `UserCredentials`, `Anonymous`; none where Azure does not say."""
    user_managed_identity_client_id: str | None
    access: "AccessAnswer"

    @classmethod
    def of(cls, answer: ContainerAccess) -> "ContainerAnswer":
        """From the verdict."""
        container = answer.container
        return cls(
            name=container.name,
            is_main=container.is_main,
            image=container.image,
            auth_type=container.auth_type,
            user_managed_identity_client_id=container.client_id,
            access=AccessAnswer.of(answer.access),
        )


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
    containers: tuple[ContainerAnswer, ...] | None = None
    """Of a sidecar-enabled site: each of them. The rest is the worst of these."""

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
            containers=tuple(map(ContainerAnswer.of, access.containers)) or None,
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
