"""What comes of one call to a subscriber?

An answer is awaited for 30 seconds; one that comes within three minutes still counts (azure-docs: delivery-and-retry).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import httpx

from local.azure.event_grid.requests import Message

ANSWER_WITHIN = 30.0
LATE_ANSWER_WITHIN = 180.0
_SUCCESS = frozenset({200, 201, 202, 203, 204})


class Outcome(StrEnum):
    """What became of an attempt, in the words of a dead letter's lastDeliveryOutcome."""

    DELIVERED = "Delivered"
    BAD_REQUEST = "BadRequest"
    UNAUTHORIZED = "Unauthorized"
    FORBIDDEN = "Forbidden"
    NOT_FOUND = "NotFound"
    TIMED_OUT = "TimedOut"
    PAYLOAD_TOO_LARGE = "PayloadTooLarge"
    BUSY = "Busy"
    SOCKET_ERROR = "SocketError"
    GENERIC_ERROR = "GenericError"
    """Not in the table of azure-docs, but in its issue 60595, from the logs of somebody's subscription."""


_OUTCOMES = {
    400: Outcome.BAD_REQUEST,
    401: Outcome.UNAUTHORIZED,
    403: Outcome.FORBIDDEN,
    404: Outcome.NOT_FOUND,
    408: Outcome.TIMED_OUT,
    413: Outcome.PAYLOAD_TOO_LARGE,
    429: Outcome.BUSY,
    503: Outcome.BUSY,
}


@dataclass(frozen=True)
class Answer:
    """How a call ended: with a status and a body, or with why there was none."""

    outcome: Outcome
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class Caller:
    """Sends messages, and waits for their answers no longer than Event Grid does."""

    def __init__(self, client: httpx.AsyncClient, answer_within: float, late_answer_within: float) -> None:
        self._client = client
        self._answer_within = answer_within
        self._late_answer_within = late_answer_within

    def start(self, message: Message) -> asyncio.Task[Answer]:
        """Send a message; the task ends with its answer, however late, and never fails."""
        return asyncio.create_task(self._send(message))

    async def in_time(self, call: asyncio.Task[Answer]) -> Answer:
        """Wait for the answer while it is in time; the call goes on after that."""
        done, _ = await asyncio.wait({call}, timeout=self._answer_within)
        return call.result() if done else Answer(Outcome.TIMED_OUT)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _send(self, message: Message) -> Answer:
        try:
            # httpx limits each step of a call, never the whole of it
            async with asyncio.timeout(self._late_answer_within):
                answer = await self._client.request(
                    message.method, message.url, headers=message.headers, content=message.body, timeout=None
                )
        except TimeoutError:
            return Answer(Outcome.TIMED_OUT)
        except httpx.HTTPError:
            return Answer(Outcome.SOCKET_ERROR)
        return Answer(outcome_of(answer.status_code), answer.status_code, answer.headers, answer.content)


def outcome_of(status: int) -> Outcome:
    """Name a status; all but 200 to 204 are failures, redirections too."""
    if status in _SUCCESS:
        return Outcome.DELIVERED
    return _OUTCOMES.get(status, Outcome.GENERIC_ERROR)
