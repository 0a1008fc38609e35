"""Failures of the admin API as problem+json (RFC 9457)."""

from datetime import timedelta
from http import HTTPStatus
from math import ceil

from operators.errors import BadInput, Conflict, NotFound, Permanent, PulleyError, Temporary
from operators.web.answer import Answer

_COME_AGAIN = timedelta(seconds=10)


class Problem(Answer):
    """What went wrong, where, and what to do about it."""

    title: str
    status: int
    detail: str
    field: str | None = None
    fix: str | None = None
    retry_after: int | None = None
    """Seconds; also sent as the Retry-After header."""


def problem(error: PulleyError) -> Problem:
    """The answer for one of our errors."""
    match error:
        case BadInput():
            return _problem(HTTPStatus.BAD_REQUEST, error.problem, field=error.field)
        case NotFound():
            return _problem(HTTPStatus.NOT_FOUND, str(error), fix=error.fix)
        case Conflict():
            return _problem(HTTPStatus.CONFLICT, str(error), fix=error.fix)
        case Temporary():
            after = error.retry_after if error.retry_after is not None else _COME_AGAIN
            return _problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), retry_after=ceil(after.total_seconds()))
        case Permanent():
            return _problem(HTTPStatus.BAD_GATEWAY, str(error), fix=error.fix)
        case _:
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, str(error))


def _problem(
    status: HTTPStatus, detail: str, *, field: str | None = None, fix: str | None = None, retry_after: int | None = None
) -> Problem:
    return Problem(title=status.phrase, status=status, detail=detail, field=field, fix=fix, retry_after=retry_after)
