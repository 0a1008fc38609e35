"""Who else changed an app: what the Activity Log proves, and what it does not."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from operators.core.activity import Activity, Oneself, attribute, begun_by_others
from operators.core.apps import AppId
from operators.core.model import Unknown

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
APP = AppId(subscription="s", resource_group="apps", site="shop", slot=None)
CONFIG_WRITE = "Microsoft.Web/sites/config/write"
OURS = "aaaaaaaa-0000-4000-8000-000000000000"
OUR_APP = "aaaaaaaa-1111-4111-8111-111111111111"
THEIRS = "bbbbbbbb-0000-4000-8000-000000000000"
THEIR_APP = "bbbbbbbb-1111-4111-8111-111111111111"
MIRID = "/subscriptions/s/resourcegroups/ci/providers/Microsoft.ManagedIdentity/userAssignedIdentities/terraform"
US = Oneself(object_id=OURS, app_id=OUR_APP)
COMMAND = f"az monitor activity-log list --resource-id {APP.resource_id} --offset 1d"


def activity(minutes: float, **changes: Any) -> Activity:
    """A write of config/web by an application, so many minutes after noon."""
    usual = {
        "at": NOON + timedelta(minutes=minutes),
        "operation": CONFIG_WRITE,
        "status": "Succeeded",
        "resource_id": f"{APP.resource_id}/config/web",
        "operation_id": f"op-{minutes}",
        "caller": THEIRS,
        "app_id": THEIR_APP,
        "managed_identity": None,
    }
    return Activity.model_validate(usual | changes)


@pytest.mark.parametrize(
    ("changes", "who"),
    [
        pytest.param({"caller": "ana@contoso.com"}, "ana@contoso.com", id="a person, whatever tool it was"),
        pytest.param({"managed_identity": MIRID}, "managed identity terraform", id="a managed identity"),
        pytest.param({}, f"application {THEIR_APP}", id="an application by its id"),
        pytest.param({"caller": None}, f"application {THEIR_APP}", id="nothing but the claim appid"),
        pytest.param({"app_id": None}, f"object {THEIRS}", id="nothing but an object id"),
        pytest.param({"caller": "Microsoft.Insights"}, "Microsoft.Insights", id="a service of Azure"),
        pytest.param({"caller": None, "app_id": None}, "somebody whom the log does not name", id="nobody"),
    ],
)
def test_who_it_was_is_the_best_name_that_the_log_has(changes: dict[str, Any], who: str) -> None:
    """A person's name before an identity's, before an application's id, before an object id."""
    assert activity(1, **changes).who == who


def test_the_evidence_has_what_the_name_leaves_out() -> None:
    """The ids by which a person finds the application in the directory, each once."""
    line = f"2026-05-01 12:01:00 UTC {CONFIG_WRITE} Succeeded by application {THEIR_APP} (object id {THEIRS})"
    assert str(activity(1)) == line


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        pytest.param({"caller": OURS.upper(), "app_id": None}, True, id="our object id"),
        pytest.param({"caller": None, "app_id": OUR_APP}, True, id="our application"),
        pytest.param({}, False, id="somebody else"),
        pytest.param({"caller": None, "app_id": None}, False, id="nobody named"),
    ],
)
def test_what_we_did_ourselves_is_known(changes: dict[str, Any], ours: bool) -> None:
    """By object or application id, in any case."""
    assert US.did(activity(1, **changes)) is ours


FIRST, LAST = activity(1), activity(61)


@pytest.mark.parametrize(
    ("log", "by"),
    [
        pytest.param([FIRST, LAST], LAST, id="the last one counts"),
        pytest.param([LAST, activity(70, caller=OURS, app_id=OUR_APP)], LAST, id="not what we did ourselves"),
        pytest.param([LAST, activity(70, status="Failed")], LAST, id="not what was refused"),
        pytest.param(
            [LAST, activity(70, status="Started", operation_id="x"), activity(70, status="Failed", operation_id="x")],
            LAST,
            id="not what was begun and refused",
        ),
        pytest.param([LAST, activity(70, operation="Microsoft.Web/sites/restart/action")], LAST, id="not a restart"),
        pytest.param(
            [LAST, activity(70, operation="Microsoft.Web/sites/config/list/action")], LAST, id="not a look at settings"
        ),
        pytest.param([activity(61, status="Started")], activity(61, status="Started"), id="its end is not there yet"),
        pytest.param(
            [activity(61, status="Started", operation_id="x"), activity(61, operation_id="x")],
            activity(61, operation_id="x"),
            id="its end says how it ended",
        ),
        pytest.param(
            [activity(61, operation="Microsoft.Web/sites/slots/config/Write")],
            activity(61, operation="Microsoft.Web/sites/slots/config/Write"),
            id="a slot",
        ),
        pytest.param(
            [activity(61, operation="microsoft.web/sites/write")],
            activity(61, operation="microsoft.web/sites/write"),
            id="the whole site",
        ),
        pytest.param(
            [activity(61, operation="Microsoft.Web/sites/slotsswap/action")],
            activity(61, operation="Microsoft.Web/sites/slotsswap/action"),
            id="a swap",
        ),
    ],
)
def test_the_write_that_changed_ours_back(log: list[Activity], by: Activity) -> None:
    """The newest write of the site or its configuration by somebody else, after our own last one."""
    found = attribute(APP, log, US, NOON + timedelta(minutes=60))
    assert found.by == by
    assert found.sentence == f"It was {by.who} at 2026-05-01 13:01:00 UTC ({by.operation})"
    assert found.evidence[0] == str(by)


def test_until_the_last_one_is_there_the_one_before_is_named_as_that() -> None:
    """The log lags: what is older than our own write can't be what changed it back."""
    found = attribute(APP, [FIRST], US, NOON + timedelta(minutes=60))
    assert found.by is None
    assert "is not in the Activity Log yet" in found.sentence
    assert found.sentence.endswith(
        f"before that it was application {THEIR_APP} at 2026-05-01 12:01:00 UTC ({CONFIG_WRITE})"
    )
    assert found.evidence == (str(FIRST),)


def test_without_a_time_of_ours_the_newest_is_taken() -> None:
    """The history may have lost our own write."""
    assert attribute(APP, [FIRST], US, None).by == FIRST


@pytest.mark.parametrize(
    ("log", "us", "said"),
    [
        pytest.param([], US, "is not in the Activity Log", id="nothing there yet"),
        pytest.param([activity(1, caller=OURS)], US, "is not in the Activity Log", id="only ourselves"),
        pytest.param(
            Unknown(what="Activity Log of shop", reason="403: no right"),
            US,
            "could not be read (Activity Log of shop: 403: no right)",
            id="the log could not be read",
        ),
        pytest.param(
            [LAST],
            Unknown(what="own identity", reason="no token"),
            "could not be read (own identity: no token)",
            id="we don't know who we are",
        ),
    ],
)
def test_what_is_not_known_is_said_with_the_command(log: Any, us: Any, said: str) -> None:
    """Nobody is accused without proof."""
    found = attribute(APP, log, us, None)
    assert (found.by, found.evidence) == (None, ())
    assert said in found.sentence
    assert found.sentence.endswith(COMMAND)


def test_at_most_five_writes_are_shown() -> None:
    """The newest ones."""
    found = attribute(APP, [activity(minute) for minute in range(9)], US, None)
    assert found.evidence == tuple(str(activity(minute)) for minute in (8, 7, 6, 5, 4))


RESTART = activity(2, operation="Microsoft.Web/sites/restart/action")


@pytest.mark.parametrize(
    ("log", "found"),
    [
        pytest.param([FIRST, activity(2, caller=OURS)], FIRST, id="not ours"),
        pytest.param([RESTART, FIRST], RESTART, id="whatever it was"),
        pytest.param([FIRST, activity(4)], FIRST, id="not what came later"),
        pytest.param(
            [FIRST, activity(2, operation="Microsoft.Web/sites/config/list/action")], FIRST, id="not a look at settings"
        ),
        pytest.param([activity(2, caller=OURS)], None, id="nobody else"),
    ],
)
def test_who_began_what_is_under_way(log: list[Activity], found: Activity | None) -> None:
    """Somebody else's last operation before it was seen, three minutes after noon."""
    assert begun_by_others(log, US, NOON + timedelta(minutes=3)) == found
