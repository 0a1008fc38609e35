"""What time it is at Azure: everything is timed by its clock, since Azure's own times are what is compared with.

Every answer of ARM says when it was written, in its Date header, in whole seconds (RFC 9110, 6.6.1). The machines that
start containers and the one that answers are both Azure's: what they differ by is `CLOCKS_DIFFER` at most.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from operators.core.clocks import CLOCKS_DIFFER

_log = logging.getLogger(__name__)
_SECOND: Final = timedelta(seconds=1)


class AzureClock:
    """One per process: the machine's clock, set right by what ARM says. Before its first answer it is the machine's."""

    def __init__(self, machine: Callable[[], datetime]) -> None:
        self.machine = machine
        self._ahead = timedelta()

    def now(self) -> datetime:
        """The present moment by Azure's clock, as well as it is known: to a second and what an answer takes."""
        return self.machine() + self._ahead

    def told(self, date: datetime, sent: datetime) -> None:
        """An answer was written within the second after `date`, between `sent` by the machine's clock and now.

        The clock moves no further than that proves, so one that is right stays as it is.
        """
        least, most = date - self.machine(), date + _SECOND - sent
        ahead = min(max(self._ahead, least), most)
        if abs(ahead) > CLOCKS_DIFFER >= abs(self._ahead):
            _log.warning("this machine's clock is %+.0f s off Azure's, which is gone by", -ahead.total_seconds())
        self._ahead = ahead


class ClockPolicy(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Tells the clock of every answer, be it an error."""

    def __init__(self, clock: AzureClock) -> None:
        super().__init__()
        self._clock = clock

    async def send(self, request: PipelineRequest[HttpRequest]) -> PipelineResponse[HttpRequest, AsyncHttpResponse]:
        """Send it, and read the Date of its answer; one without is told nothing of."""
        sent = self._clock.machine()
        response = await self.next.send(request)
        if date := _date(response.http_response.headers.get("Date", "")):
            self._clock.told(date, sent)
        return response


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else None
