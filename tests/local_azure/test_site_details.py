"""What ARM tells of a site beside its configuration: logs, and deployments of code."""

from typing import Any

import pytest
from azure.mgmt.web.models import (
    FileSystemHttpLogsConfig,
    HttpLogsConfig,
    SiteLogsConfig,
    SiteLogsConfigProperties,
)

from local.azure.world import World
from tests.local_azure.worlds import arm, site, web_client, world_of

VERSION = {"api-version": "2025-05-01"}
RUN = "77777777-1111-4111-8111-111111111111"


async def logs_of(world: World) -> str:
    """Read the container logs."""
    async with web_client(world) as client:
        stream = await client.web_apps.get_web_site_container_logs("apps", "web")
        assert stream is not None
        return b"".join([part async for part in stream]).decode()


async def test_output_is_kept_only_with_logging_on() -> None:
    """config/logs decides whether the container's own lines are in its logs; the platform's always are."""
    world, clock = world_of(sites=[site(container_logging=False)])
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(10)
    assert "hello from v2" not in await logs_of(world)
    assert "Site started." in await logs_of(world)
    starts = world.instances("web")[0].starts
    async with web_client(world) as client:
        files = FileSystemHttpLogsConfig(enabled=True, retention_in_mb=100, retention_in_days=3)
        asked = SiteLogsConfig(properties=SiteLogsConfigProperties(http_logs=HttpLogsConfig(file_system=files)))
        await client.web_apps.update_diagnostic_logs_config("apps", "web", asked)
        got = await client.web_apps.get_diagnostic_logs_configuration("apps", "web")
    assert got.http_logs.file_system.as_dict() == {"retentionInMb": 100, "retentionInDays": 3, "enabled": True}
    assert got.application_logs.file_system.level == "Off"
    assert "hello from v2" in await logs_of(world)
    assert world.instances("web")[0].starts == starts


async def test_config_web_says_the_same_of_logging() -> None:
    """httpLoggingEnabled and config/logs are one setting."""
    world, _ = world_of(sites=[site(container_logging=False)])
    path = f"{world.site('web').id}/config"
    await arm(world, "PUT", f"{path}/logs", {"properties": {"httpLogs": {"fileSystem": {"enabled": True}}}}, **VERSION)
    web = (await arm(world, "GET", f"{path}/web", **VERSION)).json()["properties"]
    logs = (await arm(world, "GET", f"{path}/logs", **VERSION)).json()["properties"]
    assert web["httpLoggingEnabled"] is logs["httpLogs"]["fileSystem"]["enabled"] is True
    assert set(logs) == {"applicationLogs", "httpLogs", "failedRequestsTracing", "detailedErrorMessages"}


@pytest.mark.parametrize(("status", "answer"), [("BuildInProgress", 202), ("RuntimeSuccessful", 200)])
async def test_a_deployment_of_code(status: str, answer: int) -> None:
    """The recorded shape: 202 with its own location while under way, 200 at the end; the list has it too."""
    world, _ = world_of(sites=[site(deployment={"id": RUN, "status": status, "instances_successful": 1})])
    path = f"{world.site('web').id}/deploymentStatus"
    got = await arm(world, "GET", f"{path}/{RUN}", **VERSION)
    assert (got.status_code, "location" in got.headers) == (answer, answer == 202)
    assert got.json()["properties"] == {
        "deploymentId": RUN,
        "status": status,
        "numberOfInstancesInProgress": 0,
        "numberOfInstancesSuccessful": 1,
        "numberOfInstancesFailed": 0,
        "failedInstancesLogs": None,
        "errors": None,
    }
    assert (await arm(world, "GET", path, **VERSION)).json()["value"] == [got.json()]


@pytest.mark.parametrize(("status", "number"), [("BuildInProgress", 1), ("BuildFailed", 3), ("RuntimeSuccessful", 4)])
async def test_the_deployments_list_tells_since_when(status: str, number: int) -> None:
    """A start, and an end once it is over; no row where the story tells no start."""
    begun = {"id": RUN, "status": status, "started": "2026-05-01T10:00:00Z"}
    world, _ = world_of(sites=[site(deployment=begun)])
    (row,) = (await arm(world, "GET", f"{world.site('web').id}/deployments", **VERSION)).json()["value"]
    assert (row["name"], row["properties"]["status"]) == (RUN, number)
    assert row["properties"]["start_time"] == "2026-05-01T10:00:00.0000000Z"
    assert (row["properties"]["end_time"] is None) is (number == 1)
    world.change_app("web", deployment={"id": RUN})
    assert (await arm(world, "GET", f"{world.site('web').id}/deployments", **VERSION)).json()["value"] == []


async def test_there_is_none_until_there_is_one() -> None:
    """An empty list, Microsoft.Web's own 404 for any id; a story may begin one later."""
    world, _ = world_of()
    path = f"{world.site('web').id}/deploymentStatus"
    assert (await arm(world, "GET", path, **VERSION)).json() == {"value": []}
    missing: dict[str, Any] = (await arm(world, "GET", f"{path}/{RUN}", **VERSION)).json()
    assert missing["Details"][2]["ErrorEntity"]["ExtendedCode"] == "01025"
    world.change_app("web", deployment={"id": RUN})
    assert (await arm(world, "GET", f"{path}/{RUN}", **VERSION)).status_code == 202
