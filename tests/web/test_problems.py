"""Our errors as problem+json: the status, the field, and when to come again."""

import json
from datetime import timedelta
from http import HTTPStatus

import pytest

from operators.errors import (
    BadInput,
    Busy,
    Forbidden,
    Misconfigured,
    NotFound,
    Permanent,
    PulleyError,
    Temporary,
    Unauthenticated,
)
from operators.web.problems import problem

WHAT, REASON, FIX = "restart of shop", "the service said no", "grant Website Contributor"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        pytest.param(BadInput("digest", "too short"), HTTPStatus.BAD_REQUEST, id="bad input"),
        pytest.param(NotFound(WHAT, REASON), HTTPStatus.NOT_FOUND, id="not found"),
        pytest.param(Temporary(WHAT, REASON), HTTPStatus.SERVICE_UNAVAILABLE, id="temporary"),
        pytest.param(Busy(WHAT, REASON), HTTPStatus.SERVICE_UNAVAILABLE, id="busy"),
        pytest.param(Unauthenticated(WHAT, REASON), HTTPStatus.BAD_GATEWAY, id="we are not let in"),
        pytest.param(Forbidden(WHAT, REASON), HTTPStatus.BAD_GATEWAY, id="we lack a right"),
        pytest.param(Permanent(WHAT, REASON), HTTPStatus.BAD_GATEWAY, id="permanent"),
        pytest.param(Misconfigured("PULLEY_PACE", REASON), HTTPStatus.INTERNAL_SERVER_ERROR, id="a setting of ours"),
        pytest.param(PulleyError("what now"), HTTPStatus.INTERNAL_SERVER_ERROR, id="anything else of ours"),
    ],
)
def test_each_error_has_its_status(error: PulleyError, status: HTTPStatus) -> None:
    """Who asks wrongly gets 4xx; what Azure refuses us is a 502 and never the caller's fault (401, 403)."""
    answer = problem(error)
    assert (answer.status, answer.title) == (status, status.phrase)


def test_bad_input_names_its_field() -> None:
    """The field and what is wrong with it are apart, for programs; there is nothing else in the answer."""
    answer = json.loads(problem(BadInput("digest", "too short")).json_text())
    assert answer == {"title": "Bad Request", "status": 400, "detail": "too short", "field": "digest"}


@pytest.mark.parametrize("kind", [NotFound, Unauthenticated, Forbidden, Permanent])
def test_what_has_a_fix_says_it(kind: type[Permanent]) -> None:
    """Where somebody has to change something, the answer says what failed, why, and what to do."""
    answer = problem(kind(WHAT, REASON, FIX))
    assert (answer.detail, answer.fix, answer.retry_after) == (f"{WHAT}: {REASON}", FIX, None)


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        pytest.param(None, 10, id="nobody said how long"),
        pytest.param(timedelta(seconds=17), 17, id="as long as we were asked"),
        pytest.param(timedelta(seconds=2.4), 3, id="never sooner than asked"),
        pytest.param(timedelta(0), 0, id="at once"),
    ],
)
def test_what_is_temporary_says_when_to_come_again(asked: timedelta | None, seconds: int) -> None:
    """Retry-After counts whole seconds."""
    answer = problem(Temporary(WHAT, REASON, asked))
    assert answer.retry_after == seconds
    assert json.loads(answer.json_text())["retryAfter"] == seconds
