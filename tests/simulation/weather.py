"""The storm: which call meets which fault, how long things take, and when it is over."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum

from azure.core.exceptions import (
    AzureError,
    ServiceRequestError,
    ServiceResponseError,
    ServiceResponseTimeoutError,
)

from local.azure.acr.errors import registry_body
from local.azure.arm.errors import arm_body, web_body
from local.azure.asgi import Answer


class Place(Enum):
    """What is on the other side of a call."""

    ARM = "arm"
    REGISTRY = "registry"
    APP = "app"
    TABLES = "tables"
    QUEUES = "queues"


_LATE = 20
"""Seconds that a call may be late, after its sender gave up."""
STORAGE = frozenset({Place.TABLES, Place.QUEUES})


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one call."""

    name: str
    happens: bool
    """Whether the call has its effect all the same."""
    answer: Answer | None = None
    error: type[AzureError] | None = None
    times_out: bool = False
    """The error comes only when the caller's time has run out."""
    late: bool = False
    """The call arrives after that, whatever its sender did meanwhile, alive or not."""


@dataclass(frozen=True)
class Climate:
    """How bad it gets in one run: the chance of each thing at each call."""

    arm: float
    storage: float
    crash: float
    """That the process dies with a call's effect just done."""
    lost_messages: float
    repeated_messages: float
    slow: float

    @classmethod
    def drawn(cls, chance: random.Random) -> "Climate":
        """From mild to severe."""
        return cls(
            arm=chance.choice((0.0, 0.02, 0.1, 0.25)),
            storage=chance.choice((0.0, 0.005, 0.03, 0.1)),
            crash=chance.choice((0.0, 0.0, 0.002, 0.01)),
            lost_messages=chance.choice((0.0, 0.02, 0.2)),
            repeated_messages=chance.choice((0.0, 0.02, 0.2)),
            slow=chance.choice((0.0, 0.02, 0.1)),
        )


class Weather:
    """Draws from the run's chance; once it is calm, nothing goes wrong any more."""

    def __init__(self, chance: random.Random, climate: Climate) -> None:
        self._chance = chance
        self._climate = climate
        self.calm = False
        self.out: set[Place] = set()
        """Where nothing is answered at the moment: an outage."""
        self._on_the_way: dict[asyncio.Task[object], None] = {}

    def delay(self) -> float:
        """How long a call is on its way, in seconds; this is what lets invocations interleave."""
        if self._chance.random() < self._climate.slow:
            return self._chance.uniform(0.5, 8)
        return self._chance.uniform(0.002, 0.08)

    def moment(self, within: float) -> float:
        """Some time within so many seconds."""
        return self._chance.uniform(0, within)

    def arrives_late(self, effect: Callable[[], Awaitable[object]], after: float) -> None:
        """Let a call have its effect some time after its sender gave up."""

        async def arrive() -> None:
            await asyncio.sleep(after + self.moment(_LATE))
            await effect()

        task = asyncio.get_running_loop().create_task(arrive())
        self._on_the_way[task] = None
        task.add_done_callback(lambda done: self._on_the_way.pop(done, None))

    def crashes(self) -> bool:
        """Whether the process dies here."""
        return not self.calm and self._chance.random() < self._climate.crash

    def gives_no_token(self) -> bool:
        """Whether the identity endpoint fails."""
        return not self.calm and self._chance.random() < self._climate.arm

    def loses_message(self) -> bool:
        """Whether a message that was sent is gone."""
        return not self.calm and self._chance.random() < self._climate.lost_messages

    def repeats_message(self) -> bool:
        """Whether a message that was sent comes once more, some time."""
        return not self.calm and self._chance.random() < self._climate.repeated_messages

    def fault(self, place: Place, *, acts: bool) -> Fault | None:
        """What goes wrong with this call; `acts` says that it changes an app."""
        if self.calm:
            return None
        if place in self.out:
            return _NO_CONNECTION if self._chance.random() < 0.5 else _unavailable(place)
        rate = self._climate.storage if place in STORAGE else self._climate.arm
        if self._chance.random() >= rate:
            return None
        if place in STORAGE:
            return self._chance.choice(
                (_unavailable(place), _LOST, _TIMED_OUT, _TIMED_OUT_UNDONE, _NO_CONNECTION, _LATER)
            )
        faults = [_unavailable(place), _unavailable(place, 500), _NO_CONNECTION, _LOST, _TIMED_OUT, _TIMED_OUT_UNDONE]
        if place is not Place.APP:
            faults.append(_throttled(place, self._chance.choice((1, 17, 60, 300))))
        if acts:
            faults += [_BUSY, _BUSY, _LOST, _TIMED_OUT]
        return self._chance.choice(faults)


_NO_CONNECTION = Fault("no connection", happens=False, error=ServiceRequestError)
_LOST = Fault("answer lost", happens=True, error=ServiceResponseError)
_TIMED_OUT = Fault("timed out, done", happens=True, error=ServiceResponseTimeoutError, times_out=True)
_LATER = Fault("timed out, done later", happens=False, error=ServiceResponseTimeoutError, times_out=True, late=True)
_TIMED_OUT_UNDONE = Fault("timed out, not done", happens=False, error=ServiceResponseTimeoutError, times_out=True)


def _json(status: int, body: object, **headers: str) -> Answer:
    named = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return Answer(status, [("Content-Type", "application/json"), *named], [json.dumps(body).encode()])


_BUSY = Fault(
    "409 busy",
    happens=False,
    answer=_json(
        409, web_body("Conflict", "Cannot modify this site because another operation is in progress.", "59203")
    ),
)


def _throttled(place: Place, seconds: int) -> Fault:
    message = "The request is being throttled."
    body = (
        registry_body("TOOMANYREQUESTS", message) if place is Place.REGISTRY else arm_body("TooManyRequests", message)
    )
    return Fault(f"429 for {seconds} s", happens=False, answer=_json(429, body, retry_after=str(seconds)))


def _unavailable(place: Place, status: int = 503) -> Fault:
    message = "The server is busy."
    match place:
        case Place.TABLES:
            body: object = {"odata.error": {"code": "ServerBusy", "message": {"lang": "en-US", "value": message}}}
        case Place.QUEUES:
            error = f"<?xml version='1.0'?><Error><Code>ServerBusy</Code><Message>{message}</Message></Error>"
            answer = Answer(status, [("Content-Type", "application/xml")], [error.encode()])
            return Fault(f"{status}", happens=False, answer=answer)
        case Place.REGISTRY:
            body = registry_body("UNAVAILABLE", message)
        case _:
            body = arm_body("ServiceUnavailable", message)
    return Fault(f"{status}", happens=False, answer=_json(status, body))
