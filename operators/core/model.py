"""The base of every value that travels through the house."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

Digest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
"""A content digest as registries write it (OCI image-spec, descriptor.md); ACR knows only sha256."""

Instant = AwareDatetime
"""A point in time. Naive datetimes are refused; Azure's are UTC."""


class Model(BaseModel):
    """A frozen value. Unknown fields are an error: what comes from outside is parsed at the edge, field by field."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Unknown(Model):
    """A read that gave no answer. It is not no and not yes: whoever decides on it has to say "unknown" too."""

    what: str
    """What was read, in the field's words: "siteStatus", "role assignments at demo.azurecr.io"."""
    reason: str
    """Why there is no answer, fit for a person: "403 AuthorizationFailed: … needs Microsoft.Authorization/*/read"."""
    temporary: bool = False
    """Whether asking again later may give the answer: throttled, timed out, the service's own fault."""
    throttled: bool = False
    """Whether too much was asked of Azure: the same read gives an answer once it has room again."""
    missing: bool = False
    """Whether the answer is that there is no such thing (404)."""
    action: str | None = None
    """The right that the operator lacks for it: "Microsoft.Web/sites/read"; None where that is not why, or not told."""
    scope: str | None = None
    """The id of what it was tried on; None where it was not told."""
    retry_after_seconds: float | None = None
    """How long the other side asked us to wait; None where it did not say."""

    @property
    def retry_after(self) -> timedelta | None:
        """The same as a duration."""
        return timedelta(seconds=self.retry_after_seconds) if self.retry_after_seconds is not None else None


def asked_wait(reads: Iterable[object]) -> timedelta:
    """The longest that the other side asked us to wait with any of these reads; nothing where it asked for nothing."""
    asked = (read.retry_after for read in reads if isinstance(read, Unknown))
    return max((wait for wait in asked if wait is not None), default=timedelta())
