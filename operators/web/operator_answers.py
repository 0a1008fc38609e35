"""The shapes of what the admin API says about the operator itself, and of what it did just now."""

from pydantic import AwareDatetime

from operators.web.answer import Answer


class ReceiptAnswer(Answer):
    """What became of one event."""

    result: str
    detail: str
    field: str | None = None
    apps: tuple[str, ...] = ()


class LookAnswer(Answer):
    """An app was marked; its rollout appears in the history in a moment."""

    app: str
    detail: str


class DriftAnswer(Answer):
    """What a drift check saw."""

    seen: int
    looked_after: int
    first_seen: tuple[str, ...]
    gone: tuple[str, ...]
    unread: tuple[str, ...]
    tags: int
    marked: tuple[str, ...]
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    findings: tuple[str, ...]
    """New ones: `GET /api/findings` tells all of them."""


class RefusalAnswer(Answer):
    """Something that came in as an event and could not be used."""

    at: AwareDatetime
    reason: str
    detail: str


class FreezeAnswer(Answer):
    """The freeze switch, and who threw or lifted it last."""

    frozen: bool
    by: str | None = None
    why: str | None = None
    at: AwareDatetime | None = None


class HealthAnswer(Answer):
    """Whether the operator itself works."""

    status: str
    """`ok`, or `degraded` where a part gave no answer."""
    mode: str
    storage: str
    freeze: FreezeAnswer | None
    overdue: int | None
    """Apps whose next step is late by more than a minute."""
    undelivered_notices: int | None = None
    """News that the receiver at PULLEY_NOTIFY_URL did not take, about; none where nobody is to be told."""
    version: str
