"""Posting to an address that must never be told: what is sent, what each answer means, and what is never said."""

import asyncio

import pytest
from azure.core.exceptions import ServiceRequestError, ServiceResponseTimeoutError
from pydantic import SecretStr

from local.azure.asgi import Answer
from local.in_process import Asked, InProcessTransport
from operators.cloud.webhook import Webhook
from operators.errors import Permanent, Temporary

URL = "https://hooks.example.com/pulley/{room}?token=s3cr3t%2Fword"


class Listener:
    """A receiver that answers with a status, or raises."""

    def __init__(self, answer: int | Exception) -> None:
        self.answer = answer
        self.asked: list[Asked] = []

    async def __call__(self, asked: Asked) -> Answer:
        """Take one request."""
        self.asked.append(asked)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Answer(self.answer)


def webhook(listener: Listener) -> Webhook:
    """The webhook of that receiver."""
    return Webhook(SecretStr(URL), InProcessTransport(listener, asyncio.sleep))


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_what_is_taken(status: int) -> None:
    """Any 2xx is taken; the address arrives as it was given, the body with its content type."""
    listener = Listener(status)
    await webhook(listener).post('{"a": "ä"}', "application/cloudevents+json")
    (asked,) = listener.asked
    assert (asked.method, asked.url, asked.body) == ("POST", URL, '{"a": "ä"}'.encode())
    assert asked.header("content-type") == "application/cloudevents+json"


@pytest.mark.parametrize(
    ("answer", "raised"),
    [
        pytest.param(408, Temporary, id="408: it was too slow"),
        pytest.param(429, Temporary, id="429: too many"),
        pytest.param(500, Temporary, id="500: its own fault"),
        pytest.param(503, Temporary, id="503: away"),
        pytest.param(ServiceRequestError(f"cannot connect to {URL}"), Temporary, id="no connection"),
        pytest.param(ServiceResponseTimeoutError(f"{URL} timed out"), Temporary, id="no answer in time"),
        pytest.param(TimeoutError(URL), Temporary, id="ten seconds are over"),
        pytest.param(302, Permanent, id="302: redirects are not followed"),
        pytest.param(400, Permanent, id="400: it does not want this"),
        pytest.param(401, Permanent, id="401: the token is wrong"),
        pytest.param(404, Permanent, id="404: nobody is there"),
        pytest.param(410, Permanent, id="410: never again"),
    ],
)
async def test_what_is_not_taken(answer: int | Exception, raised: type[Temporary | Permanent]) -> None:
    """Sent again later, or given up; one request each, and no word of the address in what is raised."""
    listener = Listener(answer)
    with pytest.raises(raised) as caught:
        await webhook(listener).post("{}", "application/json")
    assert len(listener.asked) == 1
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    for part in ("hooks.example.com", "s3cr3t", "room"):
        assert part not in f"{caught.value!r} {caught.value}"
