"""How long is a .NET TimeSpan, the unit of host.json and of constant timer schedules?"""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator

_TIME_SPAN = re.compile(r"(?:(?P<d>\d+)\.)?(?P<h>\d{1,2}):(?P<m>\d{1,2})(?::(?P<s>\d{1,2})(?P<f>\.\d{1,7})?)?")


def parse_time_span(text: object) -> timedelta:
    """Read `hh:mm`, `hh:mm:ss` or `d.hh:mm:ss.fffffff`; raises ValueError for anything else.

    A bare number is refused: .NET reads it as days, which nobody means.
    """
    if isinstance(text, timedelta):
        return text
    match = _TIME_SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise ValueError(f"{text!r} is no time span; expected hh:mm:ss")
    hours, minutes = int(match["h"]), int(match["m"])
    seconds = float((match["s"] or "0") + (match["f"] or ""))
    if hours > 23 or minutes > 59 or seconds >= 60:
        raise ValueError(f"{text!r} is no time span; hours end at 23, minutes and seconds at 59")
    return timedelta(days=int(match["d"] or 0), hours=hours, minutes=minutes, seconds=seconds)


TimeSpan = Annotated[timedelta, BeforeValidator(parse_time_span)]
