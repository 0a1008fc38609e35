"""What siteStatus says, in the words of the platform."""

from datetime import UTC, datetime, timedelta

import pytest

from operators.core.instances import (
    InstanceStatus,
    block_to_wait_for,
    blocked_until,
    left_to_platform,
    parse_time,
    read_site_status,
)
from operators.core.model import Unknown

PULLING: dict[str, object] = {
    "instanceId": "ab12",
    "state": "Starting",
    "action": "PullingImage",
    "lastError": None,
    "lastErrorDetails": None,
    "lastErrorTimestamp": None,
    "details": "Pulling image",
    "detailsLevel": "Warning",
}
STOPPED: dict[str, object] = {
    "instanceId": "cd34",
    "state": "Stopped",
    "action": "SiteStopped",
    "lastError": "NoResponse",
    "lastErrorDetails": "Worker not reachable",
    "lastErrorTimestamp": "2026-05-20T18:50:44Z",
    "details": "Stopped",
    "detailsLevel": "Error",
}


def status(**changes: object) -> InstanceStatus:
    """One status, read from an item."""
    (read,) = read_site_status({"properties": PULLING | changes})
    return read


def test_a_list_holds_every_instance() -> None:
    """`properties` is a list where all instances were asked for."""
    statuses = read_site_status({"properties": [PULLING, STOPPED]})
    assert [(read.instance_id, read.state, read.action) for read in statuses] == [
        ("ab12", "Starting", "PullingImage"),
        ("cd34", "Stopped", "SiteStopped"),
    ]
    assert statuses[1].last_error == "NoResponse"
    assert statuses[1].last_error_at == datetime(2026, 5, 20, 18, 50, 44, tzinfo=UTC)


def test_one_instance_is_an_object() -> None:
    """`properties` is an object where one instance was asked for."""
    assert [read.instance_id for read in read_site_status({"properties": STOPPED})] == ["cd34"]


@pytest.mark.parametrize("properties", [[], {}], ids=["empty list", "empty object"])
def test_no_instance_is_an_answer(properties: object) -> None:
    """An empty answer is read as such: no instance has anything to say yet."""
    assert read_site_status({"properties": properties}) == ()


@pytest.mark.parametrize(
    "payload", [None, [], {}, {"properties": None}, {"properties": ["Started"]}, {"properties": [{"instanceId": "a"}]}]
)
def test_another_shape_is_refused(payload: object) -> None:
    """A shape we don't know is an error, never an empty list of instances."""
    with pytest.raises(ValueError, match="siteStatus answered"):
        read_site_status(payload)


def test_an_unknown_state_is_kept_as_given() -> None:
    """The platform's words are an open set."""
    assert status(state="Pending").state == "Pending"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        pytest.param("04/22/2026 05:34:05", datetime(2026, 4, 22, 5, 34, 5, tzinfo=UTC), id="platform log"),
        pytest.param("2026-05-20T18:50:44Z", datetime(2026, 5, 20, 18, 50, 44, tzinfo=UTC), id="siteStatus"),
        pytest.param("2026-05-20T18:50:44.1234567Z", datetime(2026, 5, 20, 18, 50, 44, 123456, UTC), id="ticks"),
        pytest.param("2026-05-20T18:50:44", datetime(2026, 5, 20, 18, 50, 44, tzinfo=UTC), id="no zone is UTC"),
        pytest.param("2019-12-25 04:41:15.131", datetime(2019, 12, 25, 4, 41, 15, 131000, UTC), id="space"),
        pytest.param("01/01/0001 00:00:00", None, id="never, in the log"),
        pytest.param("0001-01-01T00:00:00Z", None, id="never, in siteStatus"),
        pytest.param("0001-01-01T00:00:00", None, id="never, without zone"),
        pytest.param("soon", None, id="no time"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="null"),
    ],
)
def test_times(text: str | None, at: datetime | None) -> None:
    """Both of the platform's formats are read, and its year 1 is never."""
    assert parse_time(text) == at


@pytest.mark.parametrize(
    ("details", "started_at"),
    [
        ("Site started at 04/22/2026 05:34:05 (UTC)", datetime(2026, 4, 22, 5, 34, 5, tzinfo=UTC)),
        ("Pinging warmup path to ensure container is ready to receive requests.", None),
        ("Site started at noon", None),
        (None, None),
    ],
)
def test_start_time_is_read_from_the_details(details: str | None, started_at: datetime | None) -> None:
    """The start time is what tells the new container from the old one."""
    assert status(state="Started", details=details).started_at == started_at


@pytest.mark.parametrize(
    "details",
    [
        "Site: demo will be blocked for 2 minutes till 04/04/2026 05:24:41",
        "Site is blocked due to multiple, consecutive cold start failures. "
        "Site scheduled to be unblocked at 04/04/2026 05:24:41",
    ],
    ids=["when it begins", "while it lasts"],
)
def test_end_of_the_block_is_read_from_the_details(details: str) -> None:
    """Both sentences about a block name its end."""
    blocked = status(state="Blocked", details=details)
    assert blocked.blocked_until == datetime(2026, 4, 4, 5, 24, 41, tzinfo=UTC)
    assert blocked.started_at is None


@pytest.mark.parametrize(
    ("error", "age", "since"),
    [
        pytest.param("ContainerTimeout", timedelta(seconds=30), True, id="after we acted"),
        pytest.param("ContainerTimeout", timedelta(seconds=-1), False, id="left over from before"),
        pytest.param("ContainerTimeout", timedelta(0), True, id="in the same second"),
        pytest.param(None, timedelta(seconds=30), False, id="no error"),
    ],
)
def test_an_error_counts_only_from_our_start_on(error: str | None, age: timedelta, since: bool) -> None:
    """`lastError` outlives later healthy starts, so only its time says whether it is ours."""
    t0 = datetime(2026, 4, 4, 5, 50, 0, 700000, tzinfo=UTC)
    at = (t0 + age).strftime("%m/%d/%Y %H:%M:%S")
    assert status(lastError=error, lastErrorTimestamp=at).error_since(t0) is since


def test_an_error_that_never_happened_does_not_count() -> None:
    """An error word with the platform's "never" beside it is no error of ours."""
    t0 = datetime(2026, 4, 4, tzinfo=UTC)
    assert not status(lastError="ContainerTimeout", lastErrorTimestamp="0001-01-01T00:00:00").error_since(t0)


def site_blocked(until: datetime | None) -> InstanceStatus:
    """An instance that the platform refuses to start, with or without its word for how long."""
    details = f"Site scheduled to be unblocked at {until:%m/%d/%Y %H:%M:%S}" if until else "Site is blocked."
    return InstanceStatus(instance_id="aa", state="Blocked", details=details)


NOW = datetime(2026, 4, 4, 5, 20, 0, tzinfo=UTC)
JUST_OVER, SOON, LATER = NOW - timedelta(seconds=1), NOW + timedelta(minutes=2), NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("statuses", "until"),
    [
        pytest.param((), None, id="no instance"),
        pytest.param((InstanceStatus(instance_id="aa", state="Stopped"),), None, id="not blocked"),
        pytest.param((site_blocked(SOON),), SOON, id="its end is told"),
        pytest.param((site_blocked(JUST_OVER),), JUST_OVER, id="it is over by our clock"),
        pytest.param((site_blocked(NOW - timedelta(seconds=5)),), None, id="it is over by everybody's clock"),
        pytest.param((site_blocked(None),), LATER, id="its end is not told"),
        pytest.param((site_blocked(SOON), site_blocked(None)), LATER, id="one of both"),
        pytest.param(Unknown(what="siteStatus", reason="503", temporary=True), None, id="not known"),
    ],
)
def test_blocked_until(statuses: tuple[InstanceStatus, ...] | Unknown, until: datetime | None) -> None:
    """The state alone tells of a block; without an end it gets five minutes."""
    assert blocked_until(statuses, NOW) == until


@pytest.mark.parametrize(
    ("others", "until"),
    [
        pytest.param((), SOON, id="the only one"),
        pytest.param((status(state="Starting"),), SOON, id="beside one that the platform starts"),
        pytest.param((status(state="Started"),), None, id="beside one that runs"),
    ],
)
def test_what_is_left_to_the_platform(others: tuple[InstanceStatus, ...], until: datetime | None) -> None:
    """A restart that would start nothing; where an instance runs, it is what brings that one the image."""
    assert left_to_platform((site_blocked(SOON), *others), NOW) == until


@pytest.mark.parametrize(
    ("end", "waiting_until", "until"),
    [
        pytest.param(SOON, None, SOON, id="first seen"),
        pytest.param(None, None, LATER, id="first seen, without an end"),
        pytest.param(None, SOON, SOON, id="seen again before its time is over: it does not begin anew"),
        pytest.param(None, NOW, None, id="waited for"),
        pytest.param(LATER, NOW, None, id="a second block"),
    ],
)
def test_a_block_is_waited_for_once(
    end: datetime | None, waiting_until: datetime | None, until: datetime | None
) -> None:
    """From when it was first seen."""
    assert block_to_wait_for((site_blocked(end),), NOW, waiting_until) == until
