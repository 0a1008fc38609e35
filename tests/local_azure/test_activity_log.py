"""The Activity Log: who changed what through ARM, when it can be read, and by whom."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from azure.core.rest import AsyncHttpResponse

from local.azure.world import World
from tests.local_azure.worlds import NOON, arm, world_of

SITE = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/web"
LOG = "/subscriptions/11111111-1111-4111-8111-111111111111/providers/Microsoft.Insights/eventtypes/management/values"
SINCE = f"eventTimestamp ge '{NOON:%Y-%m-%dT%H:%M:%SZ}'"
TERRAFORM = {"name": "terraform"}
GRANTS = [
    {"principal": "web", "role": "AcrPull", "scope": "store"},
    {"principal": "terraform", "role": "Website Contributor", "scope": "web"},
]


async def read(world: World, terms: str, principal: str | None = None, **query: str) -> AsyncHttpResponse:
    """GET the log with a filter."""
    given = {"api-version": "2015-04-01", "$filter": terms}
    return await arm(world, "GET", LOG, principal_id=principal, **given | query)


async def rows(world: World, terms: str, **query: str) -> list[dict[str, Any]]:
    """The events of a filter."""
    answer = await read(world, terms, **query)
    found: list[dict[str, Any]] = answer.json()["value"]
    return found


async def configure(world: World, principal: str | None = None) -> None:
    """Write the configuration through ARM."""
    body = {"properties": {"alwaysOn": False}}
    await arm(world, "PATCH", f"{SITE}/config/web", body, principal, **{"api-version": "2025-05-01"})


async def test_a_write_is_two_events_that_name_who_did_it() -> None:
    """Begin and end with one correlation id, the caller's object id, its application and its identity's resource."""
    world, _ = world_of(identities=[TERRAFORM], role_assignments=GRANTS)
    terraform = next(one for one in world.identities.values() if one.name == "terraform")
    await configure(world, terraform.principal_id)
    ended, begun = await rows(world, f"{SINCE} and resourceUri eq '{SITE}/config/web'")
    assert [one["status"]["value"] for one in (ended, begun)] == ["Succeeded", "Started"]
    assert ended["correlationId"] == begun["correlationId"]
    assert ended["operationName"]["value"] == "Microsoft.Web/sites/config/write"
    assert (ended["caller"], ended["claims"]["xms_mirid"]) == (terraform.principal_id, terraform.id)
    assert ended["eventTimestamp"] == "2026-05-01T12:00:00.0000000Z"


async def test_reads_are_in_no_log() -> None:
    """Only what changes something, or asks for secrets."""
    world, _ = world_of()
    await arm(world, "GET", SITE, **{"api-version": "2025-05-01"})
    await arm(world, "POST", f"{SITE}/config/appsettings/list", **{"api-version": "2025-05-01"})
    names = {one["operationName"]["value"] for one in await rows(world, SINCE)}
    assert names == {"Microsoft.Web/sites/config/list/action"}


async def test_what_was_refused_is_there_as_failed() -> None:
    """Somebody without the right tried it."""
    world, _ = world_of()
    await configure(world, "99999999-9999-4999-8999-999999999999")
    assert (await rows(world, SINCE))[0]["status"]["value"] == "Failed"


@pytest.mark.parametrize(
    ("terms", "found"),
    [
        pytest.param(f"resourceUri eq '{SITE}/config/web'", 2, id="the resource itself"),
        pytest.param(f"resourceUri eq '{SITE}'", 0, id="not one above it"),
        pytest.param("resourceGroupName eq 'apps'", 2, id="its group"),
        pytest.param("resourceGroupName eq 'other'", 0, id="another group"),
        pytest.param("eventTimestamp le '2026-05-01T11:00:00Z'", 0, id="later than asked"),
    ],
)
async def test_filters(terms: str, found: int) -> None:
    """The patterns that Azure documents."""
    world, _ = world_of()
    await configure(world)
    assert len(await rows(world, f"{SINCE} and {terms}")) == found


@pytest.mark.parametrize(
    "terms", ["", f"resourceUri eq '{SITE}'", "eventTimestamp ge 'noon'", f"{SINCE} and caller eq 'x'"]
)
async def test_a_filter_without_a_begin_or_of_another_kind_is_refused(terms: str) -> None:
    """400, as for anything but the documented patterns."""
    world, _ = world_of()
    assert (await read(world, terms)).status_code == 400


async def test_pages_and_selected_properties() -> None:
    """nextLink leads on with the same filter; `$select` leaves the rest out."""
    world, _ = world_of(page_size=1)
    await configure(world)
    answer = (await read(world, SINCE, **{"$select": "caller,status"})).json()
    assert set(answer["value"][0]) == {"caller", "status"}
    again = await arm(world, "GET", LOG, **dict(parse_qsl(urlsplit(answer["nextLink"]).query)))
    assert [one["status"]["value"] for one in again.json()["value"]] == ["Started"]


async def test_it_lags() -> None:
    """What was done can be read when the scenario's time is over."""
    world, clock = world_of(activity_log_lag_seconds=300)
    await configure(world)
    assert await rows(world, SINCE) == []
    clock.advance(300)
    found = await rows(world, SINCE)
    assert {one["submissionTimestamp"] for one in found} == {"2026-05-01T12:05:00Z"}


async def test_who_may_read_it() -> None:
    """The right is needed where the filter looks: a reader of the app reads the app's, and not the subscription's."""
    grants = [*GRANTS, {"principal": "88888888-8888-4888-8888-888888888888", "role": "Reader", "scope": "web"}]
    world, _ = world_of(identities=[TERRAFORM], role_assignments=grants)
    reader = "88888888-8888-4888-8888-888888888888"
    assert (await read(world, f"{SINCE} and resourceUri eq '{SITE}'", reader)).status_code == 200
    refused = await read(world, SINCE, reader)
    assert refused.status_code == 403
    assert "Microsoft.Insights/eventtypes/values/read" in refused.json()["error"]["message"]
