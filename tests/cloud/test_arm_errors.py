"""What an answer that is an error says, and which error of ours it is. Bodies are those of recorded traffic."""

import json
from datetime import timedelta

import pytest

from operators.cloud.arm_errors import ErrorAnswer, read_answer, refusal
from operators.errors import (
    Busy,
    Conflict,
    Deploying,
    Forbidden,
    NotFound,
    Permanent,
    PulleyError,
    Temporary,
    Throttled,
    Unauthenticated,
)
from tests.cloud.arm_samples import AUTHORIZATION_FAILED, IN_PROGRESS, OPERATION_IN_PROGRESS, SUBNET, THROTTLED

RESOURCE_NOT_FOUND = {
    "error": {
        "code": "ResourceNotFound",
        "message": "The Resource 'Microsoft.Web/sites/nonexist' under resource group 'javacsmrg1704' was not found.",
    }
}
PLAN_NOT_FOUND = {
    "Code": "NotFound",
    "Message": "Cannot find ServerFarm with name java-webapp-5783plan5e187773d1.",
    "Target": None,
    "Details": [
        {"Message": "Cannot find ServerFarm with name java-webapp-5783plan5e187773d1."},
        {"Code": "NotFound"},
        {
            "ErrorEntity": {
                "ExtendedCode": "51004",
                "MessageTemplate": "Cannot find {0} with name {1}.",
                "Parameters": ["ServerFarm", "java-webapp-5783plan5e187773d1"],
                "Code": "NotFound",
                "Message": "Cannot find ServerFarm with name java-webapp-5783plan5e187773d1.",
            }
        },
    ],
    "Innererror": None,
}
LOCKED = {
    "Code": "429",
    "Message": "Cannot acquire exclusive lock to create, update or delete this site. Retry the request later.",
    "Target": None,
    "Details": [
        {"Message": "Cannot acquire exclusive lock to create, update or delete this site. Retry the request later."},
        {"Code": "429"},
        {
            "ErrorEntity": {
                "ExtendedCode": "59206",
                "MessageTemplate": "Cannot acquire exclusive lock to create, update or delete this site."
                " Retry the request later.",
                "Parameters": [],
                "Code": "429",
                "Message": "Cannot acquire exclusive lock to create, update or delete this site."
                " Retry the request later.",
            }
        },
    ],
    "Innererror": None,
}
DEPLOYING = "There is a deployment currently in progress. Please try again when it completes."
AUTO_SWAP = "There is an auto swap deployment currently ongoing please try again when it completes."
LOCK = "Cannot acquire exclusive lock to create, update or delete this site. Retry the request later."
ANOTHER_OPERATION = {
    "error": {
        "code": "AnotherOperationInProgress",
        "message": "Another operation on this or dependent resource is in progress. To retrieve status of the operation"
        " use uri: https://management.azure.com/subscriptions/x/providers/Microsoft.Web/locations/y/operations/z",
    }
}
DUE_TO_ANOTHER = {
    "error": {"code": "RetryableErrorDueToAnotherOperation", "message": "Operation on shop is superseded by another."}
}
SCOPE_LOCKED = {
    "error": {
        "code": "ScopeLocked",
        "message": "The scope '/x' cannot perform write operation because following scope(s) are locked: '/x'. Please"
        " remove the lock and try again.",
    }
}
RUN_FROM_ZIP = (
    "Run-From-Zip is set to a remote URL using WEBSITE_RUN_FROM_PACKAGE app setting. Deployment is not supported"
)
SLOTS_LIMIT = {
    "Code": "Conflict",
    "Message": "Cannot complete the operation because the site will exceed the number of slots allowed for the"
    " 'Standard' SKU.",
}
RECORD_SET_EXISTS = {
    "code": "PreconditionFailed",
    "message": "The Record set documents exists already and hence cannot be created again.",
}
INVALID_RECORDS = {
    "Code": "DomainResellerWebService_INVALID_RECORDS",
    "Message": "One or more of the given records is invalid",
    "Target": None,
    "Details": [
        {"Message": "One or more of the given records is invalid"},
        {"Code": "DomainResellerWebService_INVALID_RECORDS"},
        {"ErrorEntity": [{"code": "INVALID_RECORDS", "message": "Invalid [ipaddress]", "path": "records"}]},
    ],
    "Innererror": None,
}
TAG_UNKNOWN = {"errors": [{"code": "TAG_UNKNOWN", "message": "the specified tag does not exist"}]}
EXPIRED = {
    "error": {
        "code": "ExpiredAuthenticationToken",
        "message": "The access token expiry UTC time '11/24/2025 11:31:00 PM' is earlier than current UTC time"
        " '11/28/2025 5:28:45 AM'.",
    }
}
NOT_REGISTERED = {
    "error": {
        "code": "MissingSubscriptionRegistration",
        "message": "The subscription is not registered to use namespace 'Microsoft.DomainRegistration'."
        " See https://aka.ms/rps-not-found for how to register subscriptions.",
    }
}
GATEWAY_TIMEOUT = {
    "error": {
        "code": "GatewayTimeout",
        "message": "The gateway did not receive a response from 'Microsoft.Web' within the specified time period.",
    }
}


def _answer(status: int, body: object, **headers: str) -> ErrorAnswer:
    return read_answer(status, headers, body if isinstance(body, str) else json.dumps(body))


@pytest.mark.parametrize(
    ("status", "body", "code", "extended_code", "message"),
    [
        pytest.param(404, RESOURCE_NOT_FOUND, "ResourceNotFound", None, "The Resource", id="ARM's front door"),
        pytest.param(404, PLAN_NOT_FOUND, "NotFound", "51004", "Cannot find ServerFarm", id="Microsoft.Web"),
        pytest.param(412, RECORD_SET_EXISTS, "PreconditionFailed", None, "The Record set", id="without an envelope"),
        pytest.param(404, TAG_UNKNOWN, "TAG_UNKNOWN", None, "the specified tag", id="a registry"),
        pytest.param(
            400,
            INVALID_RECORDS,
            "DomainResellerWebService_INVALID_RECORDS",
            None,
            "One or more",
            id="Microsoft.Web with a list of entities",
        ),
        pytest.param(404, "404 page not found\n", None, None, "404 page not found", id="plain text"),
        pytest.param(502, "<html>\n<h1>502</h1>", None, None, "<html> <h1>502</h1>", id="a proxy's page"),
        pytest.param(404, "", None, None, "", id="nothing: the answer to HEAD"),
        pytest.param(500, "[1, 2]", None, None, "[1, 2]", id="JSON of no known shape"),
        pytest.param(500, {"error": "oops", "errors": []}, None, None, '{"error"', id="half an envelope"),
    ],
)
def test_read_answer(status: int, body: object, code: str | None, extended_code: str | None, message: str) -> None:
    """Code, extended code and message are found in every shape, and nothing is guessed where there are none."""
    answer = _answer(status, body)
    assert (answer.status, answer.code, answer.extended_code) == (status, code, extended_code)
    assert answer.message.startswith(message)


def test_messages_are_cut_and_hold_no_tokens() -> None:
    """A body may be long and may quote the token that it refuses; neither reaches a log or a page."""
    message = _answer(400, {"error": {"code": "X", "message": "token eyJhbGciOi.eyJzdWIi.c2ln " + "x" * 5000}}).message
    assert message.startswith("token *** xxx")
    assert len(message) == 500


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry-After": "17"}, timedelta(seconds=17)),
        ({"retry-after": "0"}, timedelta()),
        ({"x-ms-retry-after-ms": "1500", "Retry-After": "2"}, timedelta(milliseconds=1500)),
        (
            {"Retry-After": "Fri, 21 Nov 2026 20:01:30 GMT", "Date": "Fri, 21 Nov 2026 20:00:00 GMT"},
            timedelta(seconds=90),
        ),
        ({"Retry-After": "Fri, 21 Nov 2026 19:00:00 GMT", "Date": "Fri, 21 Nov 2026 20:00:00 GMT"}, timedelta()),
        ({"Retry-After": "Fri, 21 Nov 2026 19:00:00 GMT"}, None),
        ({"Retry-After": "9" * 400}, timedelta(days=1)),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
    ids=[
        "seconds",
        "at once",
        "milliseconds",
        "a date",
        "a date gone by",
        "a date alone",
        "for ever",
        "nonsense",
        "none",
    ],
)
def test_retry_after(headers: dict[str, str], expected: timedelta | None) -> None:
    """The wait is read in every form that Azure uses; a date is compared with the answer's own clock."""
    assert read_answer(429, headers, "").retry_after == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        pytest.param(_answer(409, OPERATION_IN_PROGRESS), Busy, id="another operation on the site"),
        pytest.param(_answer(429, LOCKED), Busy, id="the 429 that is a lock"),
        pytest.param(_answer(409, {"Code": "Conflict", "Message": IN_PROGRESS}), Busy, id="the same without details"),
        pytest.param(
            _answer(409, {"Code": "Conflict", "Message": "Another operation is in progress."}),
            Busy,
            id="with a capital",
        ),
        pytest.param(_answer(409, {"Code": "Conflict", "Message": LOCK}), Busy, id="the lock without details"),
        pytest.param(_answer(429, {"Code": "429", "Message": LOCK}), Busy, id="the 429 that is a lock without details"),
        pytest.param(_answer(409, ANOTHER_OPERATION), Busy, id="ARM's own code for it"),
        pytest.param(_answer(429, DUE_TO_ANOTHER), Busy, id="a provider's 429 that is a lock"),
        pytest.param(_answer(409, {"Code": "Conflict", "Message": DEPLOYING}), Deploying, id="somebody's deployment"),
        pytest.param(_answer(409, DEPLOYING.upper()), Deploying, id="a deployment, whatever its letters' case"),
        pytest.param(_answer(409, DEPLOYING), Deploying, id="a deployment, in the deployment site's bare words"),
        pytest.param(_answer(409, AUTO_SWAP), Deploying, id="the auto swap after a deployment"),
        pytest.param(_answer(429, THROTTLED), Throttled, id="throttled"),
        pytest.param(_answer(504, GATEWAY_TIMEOUT), Temporary, id="gateway timeout"),
        pytest.param(_answer(503, ""), Temporary, id="unavailable"),
        pytest.param(_answer(408, ""), Temporary, id="request timeout"),
        pytest.param(_answer(401, EXPIRED), Unauthenticated, id="expired token"),
        pytest.param(_answer(403, AUTHORIZATION_FAILED), Forbidden, id="missing right"),
        pytest.param(_answer(404, RESOURCE_NOT_FOUND), NotFound, id="not there"),
        pytest.param(_answer(409, NOT_REGISTERED), Conflict, id="provider not registered"),
        pytest.param(_answer(409, SCOPE_LOCKED), Conflict, id="a lock that somebody put on it"),
        pytest.param(_answer(409, RUN_FROM_ZIP), Conflict, id="it runs from a package"),
        pytest.param(_answer(409, SLOTS_LIMIT), Conflict, id="no more slots"),
        pytest.param(_answer(412, RECORD_SET_EXISTS), Permanent, id="precondition"),
        pytest.param(_answer(400, INVALID_RECORDS), Permanent, id="bad request"),
    ],
)
def test_refusal(answer: ErrorAnswer, expected: type[PulleyError]) -> None:
    """Each answer is exactly one kind of error: what has whoever asked to do now?"""
    assert type(refusal("restart of shop", answer)) is expected


def test_busy_keeps_the_platforms_words() -> None:
    """Who waits for a lock wants to know whose: operation, id and time are in the text."""
    error = refusal("restart of shop", _answer(409, OPERATION_IN_PROGRESS))
    assert isinstance(error, Busy)
    assert "OperationName: Update" in error.reason


def test_forbidden_names_the_missing_right() -> None:
    """A person learns which action at which scope the operator's identity lacks, and nothing about who it is."""
    error = refusal("subnet", _answer(403, AUTHORIZATION_FAILED))
    assert isinstance(error, Forbidden)
    assert (error.action, error.scope) == ("Microsoft.Network/virtualNetworks/subnets/read", SUBNET)
    assert error.reason.startswith("403 AuthorizationFailed: the operator's identity needs Microsoft.Network/virtual")
    assert "33e40745" not in str(error)
