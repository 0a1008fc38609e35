"""What one instance of an app says about itself: an item of `siteStatus`, or a state line of the platform log.

`GET {site}/siteStatus` is the only per-instance runtime status ARM has, for Linux; it is in no SDK. Source: azure-cli,
`az webapp list-instances --show-status` (command_modules/appservice/custom.py), which reads the same item shapes.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from operators.core import cutting
from operators.core.clocks import CLOCKS_DIFFER
from operators.core.model import Instant, Model, Unknown

_US_TIME = r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}"
_STARTED_AT = re.compile(rf"\bSite started at ({_US_TIME})")
_BLOCKED_UNTIL = re.compile(rf"\b(?:will be blocked for .*? till|scheduled to be unblocked at) ({_US_TIME})")

_BLOCK_LASTS = timedelta(minutes=5)
"""For a block whose end is not told; those that tell it last for two minutes, then longer."""


class InstanceState(StrEnum):
    """The states seen so far. The platform's set is open: `InstanceStatus.state` keeps whatever word it gives."""

    STARTING = "Starting"
    STARTED = "Started"
    STOPPING = "Stopping"
    STOPPED = "Stopped"
    BLOCKED = "Blocked"
    UPDATING = "Updating"
    UNKNOWN = "Unknown"
    FAILED = "Failed"
    CRASHED = "Crashed"
    UNHEALTHY = "Unhealthy"


class InstanceStatus(Model):
    """One instance's own account of its start."""

    instance_id: str
    state: str
    action: str | None = None
    """What it is doing: "PullingImage", "WaitingForSiteWarmUpProbeSuccess"; None for the platform's "None"."""
    last_error: str | None = None
    """The last error ever, not the present one: it outlives later healthy starts. Compare `last_error_at`."""
    last_error_details: str | None = None
    last_error_at: Instant | None = None
    details: str | None = None

    @property
    def started_at(self) -> datetime | None:
        """When the running container's start was finished, in whole seconds; None where the details don't say."""
        return _first_time(_STARTED_AT, self.details)

    @property
    def blocked_until(self) -> datetime | None:
        """Until when the platform refuses to start the site after repeated cold start failures."""
        return _first_time(_BLOCKED_UNTIL, self.details)

    def error_since(self, t0: datetime) -> bool:
        """Whether `last_error` happened at or after `t0`. Its time has whole seconds, so t0's fraction is cut."""
        if self.last_error is None or self.last_error_at is None:
            return False
        return self.last_error_at >= t0.replace(microsecond=0)

    def __str__(self) -> str:
        """One line of evidence, in the platform's words."""
        doing = f", {self.action}" if self.action else ""
        details = f": {self.details}" if self.details else ""
        error = f" [{self.last_error} at {self.last_error_at or 'no time'}]" if self.last_error else ""
        return cutting.line(f"instance {self.instance_id[:8] or '?'} {self.state}{doing}{details}{error}")


def read_site_status(payload: object) -> tuple[InstanceStatus, ...]:
    """The statuses in an answer of `siteStatus`: `properties` is a list, or one item where one instance was asked for.

    Raises ValueError where the answer has another shape.
    """
    properties = payload.get("properties") if isinstance(payload, Mapping) else None
    items = [properties] if isinstance(properties, Mapping) else properties
    if not isinstance(items, list):
        raise ValueError(f"siteStatus answered without properties: {str(payload)[:200]}")
    return tuple(_read_item(item) for item in items if item)


def parse_time(text: str | None) -> datetime | None:
    """Read a time as the platform writes it, ISO or `MM/DD/YYYY HH:MM:SS`, in UTC where it names no zone.

    None where there is none: empty, the year 1 (the platform's "never"), or no time at all.
    """
    at = _parse_iso(text.strip()) or _parse_us(text.strip()) if text else None
    return at if at is not None and at.year > 1 else None


def _read_item(item: object) -> InstanceStatus:
    if not isinstance(item, Mapping) or not isinstance(item.get("state"), str):
        raise ValueError(f"siteStatus answered an item without state: {str(item)[:200]}")
    return status_from_words(
        instance_id=str(item.get("instanceId") or ""),
        state=item["state"],
        action=item.get("action"),
        last_error=item.get("lastError"),
        last_error_details=item.get("lastErrorDetails"),
        last_error_at=item.get("lastErrorTimestamp"),
        details=item.get("details"),
    )


def status_from_words(
    *,
    instance_id: str,
    state: str,
    action: str | None,
    last_error: str | None,
    last_error_details: str | None,
    last_error_at: str | None,
    details: str | None,
) -> InstanceStatus:
    """A status from the platform's words, where an empty word and "None" both mean that there is nothing to say."""
    return InstanceStatus(
        instance_id=instance_id,
        state=state,
        action=_word(action),
        last_error=_word(last_error),
        last_error_details=_word(last_error_details),
        last_error_at=parse_time(last_error_at),
        details=_word(details),
    )


def _word(text: str | None) -> str | None:
    stripped = (text or "").strip()
    return stripped if stripped not in ("", "None") else None


def shown(statuses: Sequence[InstanceStatus], most: int = 8) -> tuple[str, ...]:
    """Lines of evidence of the first of them and how many more there are, so that others' words have room too."""
    more = (f"and {len(statuses) - most} more instances",) if len(statuses) > most else ()
    return (*map(str, statuses[:most]), *more)


def blocked_until(statuses: tuple[InstanceStatus, ...] | Unknown, now: datetime) -> datetime | None:
    """Until when the platform refuses to start any of these instances; None where it does not, or that is not known.

    The state alone tells of a block; one that does not tell its end gets some minutes from now. It is over when it is
    by everybody's clock.
    """
    if isinstance(statuses, Unknown):
        return None
    untold = now + _BLOCK_LASTS
    ends = [one.blocked_until or untold for one in statuses if one.blocked_until or one.state == InstanceState.BLOCKED]
    return max((end for end in ends if end + CLOCKS_DIFFER > now), default=None)


def block_to_wait_for(
    statuses: tuple[InstanceStatus, ...] | Unknown, now: datetime, waiting_until: datetime | None
) -> datetime | None:
    """Until when an act has to wait for a block to end; None where it has not. `waiting_until` is how long it does.

    A container that fails at once is blocked again before anybody looks, so a second block is not waited for: what is
    written into it is started by the platform itself when it ends, and a restart is left to it.
    """
    until = blocked_until(statuses, now)
    if until is None or waiting_until is None:
        return until
    return min(until, waiting_until) if waiting_until > now else None


def left_to_platform(statuses: tuple[InstanceStatus, ...] | Unknown, now: datetime) -> datetime | None:
    """Until when a restart would start nothing; None where there is no block, or an instance that runs all the same."""
    if isinstance(statuses, Unknown) or any(one.state == InstanceState.STARTED for one in statuses):
        return None
    return blocked_until(statuses, now)


def _first_time(pattern: re.Pattern[str], text: str | None) -> datetime | None:
    match = pattern.search(text or "")
    return parse_time(match[1]) if match else None


def _parse_iso(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _parse_us(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%m/%d/%Y %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return None
