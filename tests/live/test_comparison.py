"""What two recordings of the same story differ in is found, whatever their order and their number of looks."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from local.live.comparison import differences, operations
from local.live.known import Known, read_known
from local.live.outcomes import Outcome
from local.live.performance import Performance
from local.live.recording import Exchange
from local.live.report import report

RUN = "ab12cd"
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
GROUP = f"/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/pulley-live-{RUN}"
SITE = f"{GROUP}/providers/Microsoft.Web/sites"
JSON = {"content-type": "application/json; charset=utf-8"}


def exchange(**changes: Any) -> Exchange:
    """One look at the app's state."""
    usual: dict[str, Any] = {
        "at": NOON,
        "seconds": 0.1,
        "asked_by": "pulley",
        "method": "GET",
        "host": "management.azure.com",
        "path": f"{SITE}/pulley-live-{RUN}/siteStatus",
        "query": "api-version=2024-11-01",
        "status": 200,
        "headers": JSON,
        "answered": {"properties": [{"state": "Started", "lastError": None}]},
    }
    return Exchange.model_validate(usual | changes)


def found(azure: list[Exchange], ours: list[Exchange]) -> list[str]:
    """The differences as they are written."""
    return [str(one) for one in differences(operations(azure, RUN), operations(ours, RUN))]


HERE = "GET /Microsoft.Web/sites/pulley-live/siteStatus"


@pytest.mark.parametrize(
    ("azure", "ours", "expected"),
    [
        pytest.param({}, {}, [], id="the same"),
        pytest.param(
            {"status": 404}, {}, [f"{HERE}: status 200 is added", f"{HERE}: status 404 is missing"], id="status"
        ),
        pytest.param(
            {"headers": JSON | {"etag": '"1"'}}, {}, [f"{HERE}: 200: header etag is missing"], id="a header less"
        ),
        pytest.param(
            {},
            {"headers": JSON | {"retry-after": "5"}},
            [f"{HERE}: 200: header retry-after is added"],
            id="a header more",
        ),
        pytest.param({"headers": JSON | {"etag": "1"}}, {"headers": JSON | {"etag": "2"}}, [], id="an etag's value"),
        pytest.param(
            {}, {"headers": {"content-type": "text/json"}}, [f"{HERE}: 200: header content-type is text/json"]
        ),
        pytest.param(
            {"answered": {"properties": [{"state": 1}]}},
            {},
            [f"{HERE}: 200: properties[].state is string instead of number"],
            id="a type",
        ),
        pytest.param({"answered": {}}, {}, [f"{HERE}: 200: added properties"], id="a field more"),
        pytest.param({"answered": {"properties": None}}, {}, [], id="null may be anything"),
    ],
)
def test_what_is_a_difference(azure: dict[str, Any], ours: dict[str, Any], expected: list[str]) -> None:
    """Statuses, steering headers, names and types; not values, not null."""
    assert found([exchange(**azure)], [exchange(**ours)]) == expected


def test_answers_count_together() -> None:
    """A field that shows now and then is no difference: one place was only looked at more often."""
    error = {"properties": [{"state": "Started", "lastError": "ContainerTimeout"}]}
    later = NOON + timedelta(minutes=1)
    assert found([exchange(), exchange(at=later, answered=error)], [exchange(answered=error)]) == []


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/v2/app/manifests/sha256%3A{digest}", id="digest"),
        pytest.param("/operationresults/{operation}", id="operation"),
        pytest.param(f"{SITE}/pulley-live-{RUN}/instances/{{operation}}/containers", id="instance"),
        pytest.param(f"{SITE}/pulley-live-{RUN}/providers/Microsoft.Authorization/roleAssignments/{{guid}}", id="guid"),
    ],
)
def test_operations_have_one_name(path: str) -> None:
    """Ids, digests and operations are other ones in every run, the operation is the same."""
    one, other = (
        path.format(
            digest=letter * 64, operation=f"instance-{letter}", guid=f"00000000-0000-4000-8000-00000000000{letter}"
        )
        for letter in "12"
    )
    assert found([exchange(path=one)], [exchange(path=other)]) == []


@pytest.mark.parametrize("slot", ["", "-staging"])
def test_an_app_has_one_address(slot: str) -> None:
    """Newer apps have a hash and a region in theirs."""
    old = exchange(host=f"pulley-live-{RUN}{slot}.azurewebsites.net", path="/", answered="Hello")
    new = exchange(host=f"pulley-live-{RUN}{slot}-a1b2c3d4e5.westeurope-01.azurewebsites.net", path="/", answered="Hi")
    assert found([new], [old]) == []
    assert list(operations([old], RUN)) == [f"GET pulley-live{slot}.azurewebsites.net/"]


def test_what_only_one_was_asked() -> None:
    """An operation that the story needed at one place only is told as such."""
    restart = exchange(method="POST", path=f"{SITE}/pulley-live-{RUN}/restart", answered=None)
    assert found([exchange(), restart], [exchange()]) == [
        "POST /Microsoft.Web/sites/pulley-live/restart: never asked of the simulated Azure"
    ]
    assert found([exchange()], [exchange(), restart]) == [
        "POST /Microsoft.Web/sites/pulley-live/restart: never asked of Azure"
    ]


def test_the_report_tells_news_from_what_is_known() -> None:
    """Both places' ends, what nothing explains, what is explained with its reason, and every operation."""
    outcome = Outcome(act="A push is rolled out", expected="succeeded", seen="succeeded", seconds=61, reached=True)
    done = Performance("Azure", Path("a"), [outcome])
    ours = Performance("the simulated Azure", Path("b"), [outcome.model_copy(update={"seen": "failed | why"})], "gone")
    seen = operations([exchange(status=500), exchange()], RUN), operations([exchange(status=404), exchange()], RUN)
    known = (Known(reason="It never breaks.", differences=("* status 500 is missing",)),)
    text = report(NOON, (done, ours), seen, list(differences(*seen)), known)
    assert "1 differences that nothing explains, 1 that known.yaml explains" in text
    assert "| A push is rolled out | succeeded | ✓ succeeded, 61 s | ✗ failed \\| why, 61 s |" in text
    assert f"## Explained: It never breaks.\n\n| operation | simulated, beside Azure |\n|---|---|\n| {HERE} |" in text
    assert f"| {HERE} | 200 (1), 500 (1) | 200 (1), 404 (1) |" in text
    assert "the simulated Azure was not played to its end: gone" in text


@pytest.mark.parametrize(
    ("azure", "is_known"),
    [
        pytest.param({"path": "/subscriptions/x/operationResults/1", "status": 202}, True, id="a second look"),
        pytest.param({"host": f"pulley-live-{RUN}.azurewebsites.net", "path": "/", "status": 503}, True, id="a start"),
        pytest.param({"status": 202}, False, id="anything else"),
    ],
)
def test_what_is_known(azure: dict[str, Any], *, is_known: bool) -> None:
    """The list knows operations by the names that the comparison gives them."""
    changed = exchange(**azure)
    ours = exchange(**azure | {"status": 200})
    (missing,) = differences(operations([changed, ours], RUN), operations([ours], RUN))
    assert any(entry.covers(missing) for entry in read_known()) == is_known
