"""How does one delivery go, from the first attempt to its end?"""

import asyncio
from datetime import timedelta
from typing import Any

from local.azure.event_grid.calls import Answer, Caller, Outcome
from local.azure.event_grid.deliveries import Attempt, Delivery
from local.azure.event_grid.destinations import Destination
from local.azure.event_grid.requests import notification
from local.azure.event_grid.retries import EXPIRED, GiveUp
from local.azure.world.clock import Clock

type _Calls = set[asyncio.Task[Answer]]


class Delivering:
    """Tries, and tries again; `pace` is a factor on the pauses and on the time to live."""

    def __init__(self, clock: Clock, caller: Caller, pace: float) -> None:
        self._clock = clock
        self._caller = caller
        self._pace = pace

    async def run(self, delivery: Delivery, to: Destination, delay: float) -> None:
        """Bring a delivery to its end, the first attempt after `delay` seconds."""
        unanswered: _Calls = set()
        try:
            await self._clock.sleep(delay)
            await self._until_it_ends(delivery, to, unanswered)
        finally:
            for call in unanswered:
                call.cancel()
            await asyncio.gather(*unanswered, return_exceptions=True)

    async def _until_it_ends(self, delivery: Delivery, to: Destination, unanswered: _Calls) -> None:
        while True:
            answer = await self._attempt(delivery, to, unanswered)
            if answer.outcome is Outcome.DELIVERED:
                return delivery.arrive()
            decision = to.retry_policy.after(answer.status, len(delivery.attempts))
            if isinstance(decision, GiveUp):
                return delivery.give_up(decision.reason, dead_lettering=to.dead_lettering)
            if await self._is_answered_within(decision.after * self._pace, delivery, unanswered):
                return delivery.arrive("the answer came late")
            age = (self._clock.now() - delivery.published).total_seconds()
            if age > to.retry_policy.time_to_live * self._pace:
                return delivery.give_up(EXPIRED.reason, dead_lettering=to.dead_lettering)

    async def _attempt(self, delivery: Delivery, to: Destination, unanswered: _Calls) -> Answer:
        began = self._clock.now()
        message = notification(delivery.event, to.schema, to.url, to.subscription, len(delivery.attempts))
        call = self._caller.start(message)
        unanswered.add(call)
        answer = await self._caller.in_time(call)
        if call.done():
            unanswered.remove(call)
        delivery.attempts.append(Attempt(began, answer.outcome, answer.status))
        return answer

    async def _is_answered_within(self, seconds: float, delivery: Delivery, unanswered: _Calls) -> bool:
        """Wait for the next attempt; true where a late answer to an earlier one makes it needless."""
        delivery.next_attempt = self._clock.now() + timedelta(seconds=seconds)
        pause = asyncio.create_task(self._clock.sleep(seconds))
        try:
            while not pause.done():
                waiting: set[asyncio.Task[Any]] = {pause, *unanswered}
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                answered = {call for call in unanswered if call.done()}
                unanswered -= answered
                if any(call.result().outcome is Outcome.DELIVERED for call in answered):
                    return True
            return False
        finally:
            pause.cancel()
            delivery.next_attempt = None
