"""How does one invocation run: within its time, logged, with an outcome?"""

import asyncio
import logging
import time
import uuid
from datetime import timedelta

from local.host import worker
from local.host.functions import Function
from local.host.payloads import Outcome, Payload

_logger = logging.getLogger("host")


class Invocations:
    """Runs functions, each at most for functionTimeout (None: for ever)."""

    def __init__(self, timeout: timedelta | None) -> None:
        self._timeout = timeout

    async def run(self, function: Function, payload: Payload, reason: str) -> Outcome:
        """Run a function once and answer its outcome; only cancellation is raised.

        A function without `async` that runs out of time is answered for, but its thread cannot be ended: it goes on.
        """
        invocation_id = str(uuid.uuid4())
        _logger.info("Executing 'Functions.%s' (Reason='%s', Id=%s)", function.name, reason, invocation_id)
        started = time.perf_counter()
        try:
            outcome = await self._in_time(function, payload, invocation_id)
        except asyncio.CancelledError:
            _logger.warning("Executed 'Functions.%s' (Cancelled, Id=%s)", function.name, invocation_id)
            raise
        milliseconds = round((time.perf_counter() - started) * 1000)
        self._log(function, outcome, invocation_id, milliseconds)
        return outcome

    async def _in_time(self, function: Function, payload: Payload, invocation_id: str) -> Outcome:
        seconds = self._timeout.total_seconds() if self._timeout else None
        try:
            async with asyncio.timeout(seconds):
                return await worker.call(function, payload, invocation_id)
        except TimeoutError:  # ours: what the function raises, the worker turns into an outcome
            return Outcome.failed(f"Timeout value of {self._timeout} exceeded by function 'Functions.{function.name}'")

    def _log(self, function: Function, outcome: Outcome, invocation_id: str, milliseconds: int) -> None:
        if outcome.succeeded:
            _logger.info(
                "Executed 'Functions.%s' (Succeeded, Id=%s, Duration=%dms)", function.name, invocation_id, milliseconds
            )
            return
        _logger.error(
            "Executed 'Functions.%s' (Failed, Id=%s, Duration=%dms): %s%s",
            function.name,
            invocation_id,
            milliseconds,
            outcome.error,
            f"\n{outcome.trace.rstrip()}" if outcome.trace else "",
        )
