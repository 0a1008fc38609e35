"""What is left of each subscription's budget at ARM, as its answers tell, and what is therefore not sent yet.

ARM counts calls by subscription, principal and kind, tells in headers what is left, and refuses what goes beyond with a
429 that says how long to wait; whoever asks sooner waits longer. Source: azure-docs,
azure-resource-manager/management/request-limits-and-throttling. Microsoft.Web adds `-resource-requests`.
"""

import re
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any, Final

from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from operators.cloud.arm_errors import is_busy, read_answer
from operators.core.clocks import in_utc
from operators.core.pacing import ACTS_A_SECOND
from operators.errors import Throttled

WRITES_LEFT_ALONE: Final = 20
"""The last writes of a budget are not spent: an answer that tells of fewer stops acts for a while."""
_REFILLS: Final = timedelta(seconds=10)
"""How long to wait where ARM does not say; by then a bucket holds a hundred writes more."""
_SECOND: Final = timedelta(seconds=1)
_LEFT: Final = tuple(
    f"x-ms-ratelimit-remaining-subscription-{name}" for name in ("writes", "global-writes", "resource-requests")
)
_SUBSCRIPTION: Final = re.compile(r"/subscriptions/([^/?]+)", re.IGNORECASE)
_ACTION: Final = re.compile(r"/(restart|start|stop|slotsswap|applySlotConfig|resetSlotConfig)(\?|$)", re.IGNORECASE)


class Kind(StrEnum):
    """What a call is to ARM's budgets and to ours."""

    READ = "reads"
    ASK = "asks"
    """A POST that changes nothing: ARM counts it as a write. Evidence depends on it, so only a refusal stops it."""
    ACT = "acts"


@dataclass
class _Budget:
    """What is known of one subscription."""

    left: int | None = None
    """Writes, as the last answer told; None before the first."""
    left_at: datetime | None = None
    reads_refused_until: datetime | None = None
    writes_refused_until: datetime | None = None
    acts: deque[datetime] = field(default_factory=lambda: deque(maxlen=ACTS_A_SECOND))
    turn: datetime | None = None
    """The next turn that is free for an act that was put off."""


class Throttling:
    """One per process, shared by every client of ARM."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._budgets: dict[str, _Budget] = defaultdict(_Budget)

    def admit(self, subscription: str, kind: Kind) -> None:
        """Let a call pass, or raise Throttled with how long to wait: nothing was sent."""
        budget, now = self._budgets[subscription], self._now()
        refused_until = budget.reads_refused_until if kind is Kind.READ else budget.writes_refused_until
        if refused_until is not None and now < refused_until:
            what = "reads" if kind is Kind.READ else "writes"
            reason = f"{what} in subscription {subscription} are refused until {in_utc(refused_until)}"
            raise Throttled("throttled", reason, _wait(self._turn(budget, kind, refused_until), now))
        if kind is not Kind.ACT:
            return
        if budget.left is not None and budget.left_at is not None and budget.left < WRITES_LEFT_ALONE:
            refilled = budget.left_at + _REFILLS
            if now < refilled:
                reason = f"{budget.left} writes left in subscription {subscription}"
                raise Throttled("throttled", reason, _wait(self._turn(budget, kind, refilled), now))
        if len(budget.acts) == ACTS_A_SECOND and now < budget.acts[0] + _SECOND:
            reason = f"{ACTS_A_SECOND} acts a second in subscription {subscription} are enough"
            raise Throttled("throttled", reason, _wait(self._turn(budget, kind, budget.acts[0] + _SECOND), now))
        budget.acts.append(now)

    def refused(self, subscription: str, kind: Kind, retry_after: timedelta | None) -> None:
        """Take note of a 429. One that comes later, of a call that was in flight, shortens no wait."""
        budget, until = self._budgets[subscription], self._now() + (retry_after or _REFILLS)
        if kind is Kind.READ:
            budget.reads_refused_until = max(budget.reads_refused_until or until, until)
        else:
            budget.writes_refused_until = max(budget.writes_refused_until or until, until)

    def answered(self, subscription: str, kind: Kind, headers: Mapping[str, str]) -> None:
        """Take note of what an answer tells is left."""
        told = [int(headers[name]) for name in _LEFT if headers.get(name, "").isdecimal()]
        if kind is not Kind.READ and told:
            budget = self._budgets[subscription]
            budget.left, budget.left_at = min(told), self._now()

    def _turn(self, budget: _Budget, kind: Kind, earliest: datetime) -> datetime:
        """When to come again. Acts get a turn each, so that those put off together do not come back together."""
        if kind is not Kind.ACT:
            return earliest
        turn = max(earliest, budget.turn) if budget.turn else earliest
        budget.turn = turn + _SECOND / ACTS_A_SECOND
        return turn


class ThrottlingPolicy(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Stands first in the pipeline of every client of ARM, so that a call that is put off costs nothing."""

    def __init__(self, throttling: Throttling) -> None:
        super().__init__()
        self._throttling = throttling

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Send it, unless it has to wait: then Throttled is raised. Calls to no subscription always pass."""
        asked = request.http_request
        found = _SUBSCRIPTION.search(asked.url)
        if found is None:
            return await self.next.send(request)
        subscription, kind = found[1].lower(), _kind(asked)
        self._throttling.admit(subscription, kind)
        response = await self.next.send(request)
        answer = response.http_response
        if answer.status_code != 429:
            self._throttling.answered(subscription, kind, answer.headers)
            return response
        said = read_answer(429, answer.headers, await _text(answer))
        if not is_busy(said):
            self._throttling.refused(subscription, kind, said.retry_after)
        return response


def _kind(request: HttpRequest) -> Kind:
    if request.method in ("GET", "HEAD"):
        return Kind.READ
    if request.method == "POST" and not _ACTION.search(request.url):
        return Kind.ASK
    return Kind.ACT


async def _text(answer: Any) -> str:
    """The body, which a client that streams has not read yet."""
    try:
        await answer.read()
        return str(answer.text())
    except (AzureError, ValueError, LookupError):
        return ""  # no text: then it is ARM that refuses, for the lock of Microsoft.Web always says its number


def _wait(until: datetime, now: datetime) -> timedelta:
    """Whole seconds, for that is what a queue can wait."""
    return timedelta(seconds=ceil((until - now).total_seconds()))
