"""What azure-core raises, in our words: an error that keeps its cause, or a read that is unknown."""

import json
from datetime import timedelta
from typing import Any

import pytest
from azure.core import exceptions as sdk

from operators.cloud.arm_errors import read_or_unknown, translate, translated
from operators.core.model import Unknown
from operators.errors import Busy, Forbidden, NotFound, PulleyError, Temporary, Throttled
from tests.cloud.arm_samples import AUTHORIZATION_FAILED, OPERATION_IN_PROGRESS, THROTTLED


class _Response:
    """What azure-core's exceptions hold of an answer."""

    reason = "a reason"
    request = None

    def __init__(self, status_code: int, body: str, unread: bool = False) -> None:
        self.status_code = status_code
        self.headers = {"Retry-After": "5"}
        self._body = body
        self._unread = unread

    def text(self, encoding: str | None = None) -> str:
        """The body, as azure-core gives it."""
        if self._unread:
            raise sdk.ResponseNotReadError(self)
        return self._body


def _raised(status_code: int, body: object, **more: bool) -> sdk.HttpResponseError:
    response: Any = _Response(status_code, json.dumps(body), **more)
    return sdk.HttpResponseError(response=response)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        pytest.param(sdk.ServiceRequestError("Cannot connect to host"), Temporary, id="no connection"),
        pytest.param(sdk.ServiceResponseTimeoutError("Timeout on reading"), Temporary, id="no answer in time"),
        pytest.param(sdk.IncompleteReadError("cut"), Temporary, id="half an answer"),
        pytest.param(sdk.ClientAuthenticationError("identity endpoint: 500"), Temporary, id="no token to ask with"),
        pytest.param(sdk.DecodeError("JSON", response=_raised(200, "x").response), Temporary, id="200 and no JSON"),
        pytest.param(_raised(409, OPERATION_IN_PROGRESS), Busy, id="an answer"),
        pytest.param(_raised(403, AUTHORIZATION_FAILED), Forbidden, id="another"),
        pytest.param(_raised(503, "", unread=True), Temporary, id="an answer whose body was not read"),
    ],
)
def test_translate(error: sdk.AzureError, expected: type[PulleyError]) -> None:
    """What an SDK raises without an answer is temporary; with one, the answer decides."""
    assert type(translate("restart of shop", error)) is expected


def test_translated_keeps_the_cause() -> None:
    """The SDK's exception stays behind ours, for the log."""
    cause = _raised(429, THROTTLED)
    with pytest.raises(Temporary) as caught, translated("sites"):
        raise cause
    assert caught.value.__cause__ is cause
    assert caught.value.retry_after == timedelta(seconds=5)


async def _fail(error: Exception) -> int:
    raise error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Forbidden("x", "403"), Unknown(what="roles", reason="403")),
        (NotFound("x", "404"), Unknown(what="roles", reason="404", missing=True)),
        (Temporary("x", "503"), Unknown(what="roles", reason="503", temporary=True)),
        (
            Temporary("x", "429", timedelta(seconds=9)),
            Unknown(what="roles", reason="429", temporary=True, retry_after_seconds=9),
        ),
        (
            Throttled("x", "429", timedelta(seconds=9)),
            Unknown(what="roles", reason="429", temporary=True, throttled=True, retry_after_seconds=9),
        ),
    ],
    ids=["a missing right", "not there", "temporary", "temporary with a delay", "throttled"],
)
async def test_read_or_unknown(error: PulleyError, expected: Unknown) -> None:
    """A read without an answer is a fact of its own: unknown, with its reason and whether to ask again."""
    assert await read_or_unknown("roles", _fail(error)) == expected


async def test_read_or_unknown_hides_no_defect() -> None:
    """Only errors of ours become unknown; a defect stays one."""
    with pytest.raises(KeyError):
        await read_or_unknown("roles", _fail(KeyError("id")))
