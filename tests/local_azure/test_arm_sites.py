"""Sites, slots and configuration at ARM, read and written with the real SDK client."""

from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError

from tests.local_azure.worlds import IMAGE, arm, site, story, web_client, world_of

SITE = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/apps/providers/Microsoft.Web/sites/web"


async def test_the_list_shows_what_recorded_rows_show() -> None:
    """A row carries linuxFxVersion twice and the flag; what only config/web tells is null."""
    world, _ = world_of(sites=[site(tags={"pulley": "on"}, health_check_path="/healthz")])
    async with web_client(world) as client:
        (row,) = [one async for one in client.web_apps.list()]
    assert row.tags == {"pulley": "on"}
    assert row.kind == "app,linux,container"
    config: dict[str, Any] = row["properties"]["siteConfig"]
    told = {name for name, value in config.items() if value is not None}
    assert told >= {"linuxFxVersion", "acrUseManagedIdentityCreds", "alwaysOn", "numberOfWorkers", "http20Enabled"}
    assert not told & {"healthCheckPath", "acrUserManagedIdentityID", "appSettings", "ipSecurityRestrictions"}
    versions = row["properties"]["siteProperties"]["properties"]
    assert versions[0] == {"name": "LinuxFxVersion", "value": f"DOCKER|{IMAGE}"}


async def test_slots_are_listed_where_they_are_in_azure() -> None:
    """The subscription's list has no slots; the group's has them with includeSlots; a slot's names are Azure's."""
    world, _ = world_of(sites=[site(slots=[site(name="staging")])])
    async with web_client(world) as client:
        everywhere = [one.name async for one in client.web_apps.list()]
        without = [one.name async for one in client.web_apps.list_by_resource_group("apps")]
        group = [one.name async for one in client.web_apps.list_by_resource_group("apps", include_slots=True)]
        (slot,) = [one async for one in client.web_apps.list_slots("apps", "web")]
        again = await client.web_apps.get_slot("apps", "web", "staging")
    assert everywhere == without == ["web"]
    assert group == ["web", "web/staging"]
    assert (slot.name, slot["properties"]["name"], slot.type) == ("web/staging", "web(staging)", again.type)
    assert slot.identity is not None
    assert slot.identity.principal_id == world.site("web/staging").principal_id != world.site("web").principal_id


@pytest.mark.parametrize(
    ("identity", "kind", "system", "user"),
    [
        pytest.param({}, None, False, False, id="none"),
        pytest.param({"system": True}, "SystemAssigned", True, False, id="system"),
        pytest.param({"user": ["puller"]}, "UserAssigned", False, True, id="user"),
        pytest.param({"system": True, "user": ["puller"]}, "SystemAssigned, UserAssigned", True, True, id="both"),
    ],
)
async def test_the_identity_has_only_the_keys_that_apply(
    identity: dict[str, Any], kind: str | None, system: bool, user: bool
) -> None:
    """Without an identity the key is missing; without a system identity its ids are."""
    world, _ = world_of(identities=[{"name": "puller"}], sites=[site(identity=identity)], role_assignments=[])
    body = (await arm(world, "GET", SITE, **{"api-version": "2025-05-01"})).json()
    shown = body.get("identity", {})
    assert shown.get("type") == kind
    assert ("principalId" in shown, "userAssignedIdentities" in shown) == (system, user)
    assert all("/resourcegroups/" in key for key in shown.get("userAssignedIdentities", {}))


async def test_a_client_id_is_configured_but_hidden_in_the_site() -> None:
    """config/web tells the user-assigned identity's client id; the site's own body says null."""
    world, _ = world_of(
        identities=[{"name": "puller"}],
        sites=[site(identity={"user": ["puller"]}, acr_user_managed_identity="puller")],
        role_assignments=[{"principal": "puller", "role": "AcrPull", "scope": "store"}],
    )
    async with web_client(world) as client:
        config = await client.web_apps.get_configuration("apps", "web")
        whole = await client.web_apps.get("apps", "web")
    assert config.acr_user_managed_identity_id == world.identities["puller"].client_id
    assert whole["properties"]["siteConfig"]["acrUserManagedIdentityID"] is None


async def test_a_patch_changes_what_it_names_and_restarts() -> None:
    """PATCH config/web keeps the rest, answers with the site's own id and the etag of before, and restarts."""
    world, clock = world_of()
    digest = world.push("store", "team/web", "latest", "v2").digest
    pinned = f"DOCKER|store.azurecr.io/team/web@{digest}"
    before = (await arm(world, "GET", SITE, **{"api-version": "2025-05-01"})).headers["etag"]
    path = f"{SITE}/config/web"
    answer = await arm(
        world, "PATCH", path, {"properties": {"linuxFxVersion": pinned}}, **{"api-version": "2025-05-01"}
    )
    assert (answer.json()["id"], answer.json()["type"], answer.headers["etag"]) == (SITE, "Microsoft.Web/sites", before)
    config = (await arm(world, "GET", path, **{"api-version": "2025-05-01"})).json()
    assert (config["id"], config["name"], config["type"]) == (path, "web", "Microsoft.Web/sites/config")
    assert config["properties"]["linuxFxVersion"] == pinned
    assert config["properties"]["acrUseManagedIdentityCreds"] is True
    clock.advance(10)
    assert [view.serving.digest for view in world.instances("web") if view.serving] == [digest]


async def test_restart_stop_and_start_answer_200_without_a_body() -> None:
    """The SDK accepts their answers, and each does what it says."""
    world, clock = world_of()
    async with web_client(world) as client:
        await client.web_apps.restart("apps", "web", soft_restart=False, synchronous=False, retry_total=0)
        clock.advance(10)
        await client.web_apps.stop("apps", "web")
        assert (await client.web_apps.get("apps", "web")).state == "Stopped"
        await client.web_apps.start("apps", "web")
        clock.advance(10)
    assert world.instances("web")[0].starts == 3


async def test_a_soft_restart_restarts_nothing() -> None:
    """softRestart applies configuration only where necessary, and here it always is applied."""
    world, _ = world_of()
    async with web_client(world) as client:
        await client.web_apps.restart("apps", "web", soft_restart=True)
    assert world.instances("web")[0].starts == 1


@pytest.mark.parametrize("tail", ["/siteStatus", "/slots/staging/siteStatus"])
async def test_site_status_lists_every_instance(tail: str) -> None:
    """`properties` is a list over all instances, an object for one, and 404 for an unknown one."""
    world, _ = world_of(sites=[site(instances=2, slots=[site(name="staging", instances=2)])])
    version = {"api-version": "2024-11-01"}
    rows = (await arm(world, "GET", SITE + tail, **version)).json()["properties"]
    assert [row["state"] for row in rows] == ["Started", "Started"]
    assert rows[0].keys() == {
        *("instanceId", "state", "action", "lastError", "lastErrorDetails", "lastErrorTimestamp"),
        *("details", "detailsLevel"),
    }
    one = (await arm(world, "GET", f"{SITE}{tail}/{rows[1]['instanceId']}", **version)).json()
    assert one["properties"] == rows[1]
    assert (await arm(world, "GET", f"{SITE}{tail}/nobody", **version)).status_code == 404


async def test_instances_are_listed_with_their_state() -> None:
    """READY where a container serves, STOPPED where the site was stopped; machine names are not in the SDK's model."""
    world, _ = world_of()
    async with web_client(world) as client:
        (ready,) = [one async for one in client.web_apps.list_instance_identifiers("apps", "web")]
        world.stop("web")
        (stopped,) = [one async for one in client.web_apps.list_instance_identifiers("apps", "web")]
    assert (ready.state, stopped.state) == ("READY", "STOPPED")
    assert ready["properties"]["machineName"] == world.instances("web")[0].machine


async def test_container_logs_are_a_stream_or_nothing() -> None:
    """The log has the platform's and the container's lines; an app that never ran has none: the SDK says None."""
    world, clock = world_of(sites=[site(), site(name="never", state="Stopped")])
    world.push("store", "team/web", "latest", "v2")
    world.restart("web")
    clock.advance(10)
    async with web_client(world) as client:
        stream = await client.web_apps.get_web_site_container_logs("apps", "web")
        assert stream is not None
        text = b"".join([part async for part in stream]).decode()
        assert await client.web_apps.get_web_site_container_logs("apps", "never") is None
    assert "_default_docker.log:\n" in text
    assert "hello from v2" in text
    assert "Site startup probe succeeded after 2.0000000 seconds." in text


async def test_lists_are_paged() -> None:
    """The SDK follows nextLink to the last page, which has none."""
    sites = [site(name=f"web{n}", identity={}) for n in range(7)]
    world, _ = world_of(page_size=3, sites=sites, role_assignments=[])
    async with web_client(world) as client:
        names = [one.name async for one in client.web_apps.list()]
    assert names == [f"web{n}" for n in range(7)]
    assert len(world.journal.of("sites.list")) == 3


async def test_what_does_not_exist_is_told_by_the_front_door() -> None:
    """A missing site is the SDK's ResourceNotFoundError, answered by the gateway."""
    world, _ = world_of()
    async with web_client(world) as client:
        with pytest.raises(ResourceNotFoundError, match="ResourceNotFound"):
            await client.web_apps.get("apps", "nope")
        with pytest.raises(ResourceNotFoundError, match="ResourceGroupNotFound"):
            _ = [one async for one in client.web_apps.list_by_resource_group("nope")]
    missing = await arm(world, "GET", f"{SITE}2", **{"api-version": "2025-05-01"})
    assert missing.headers["x-ms-failure-cause"] == "gateway"


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "code"),
    [
        pytest.param("GET", SITE, {"api-version": ""}, 400, "MissingApiVersionParameter", id="no api-version"),
        pytest.param("GET", SITE, {"api-version": "1999-01-01"}, 400, "InvalidApiVersionParameter", id="unknown one"),
        pytest.param("POST", SITE, {"api-version": "2025-05-01"}, 405, "MethodNotAllowed", id="wrong method"),
        pytest.param("POST", f"{SITE}/nowhere", {"api-version": "2025-05-01"}, 404, "NotFound", id="unknown path"),
        pytest.param(
            *("GET", f"/subscriptions/{'9' * 8}-0000-4000-8000-000000000000/providers/Microsoft.Web/sites"),
            *({"api-version": "2025-05-01"}, 404, "SubscriptionNotFound"),
            id="another subscription",
        ),
    ],
)
async def test_arm_refuses_as_azure_does(method: str, path: str, query: dict[str, str], status: int, code: str) -> None:
    """What is wrong with a call is told in ARM's envelope."""
    world, _ = world_of()
    answer = await arm(world, method, path, **query)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


async def test_a_bad_linux_fx_version_is_microsoft_webs_own_400() -> None:
    """Microsoft.Web's own errors have no envelope."""
    world, _ = world_of()
    change = {"properties": {"linuxFxVersion": "nonsense"}}
    answer = await arm(world, "PATCH", f"{SITE}/config/web", change, **{"api-version": "2025-05-01"})
    body = answer.json()
    assert (answer.status_code, body["Code"], body["Innererror"]) == (400, "BadRequest", None)
    assert world.site("web").linux_fx_version == f"DOCKER|{IMAGE}"


async def test_a_caller_without_the_right_is_refused() -> None:
    """Rights are evaluated for ARM too: Reader may look, but neither restart nor read logs."""
    stranger = "55555555-5555-4555-8555-555555555555"
    reads = {"principal": stranger, "role": "Reader", "scope": "apps"}
    world, _ = world_of(role_assignments=[*story()["role_assignments"], reads])
    version = {"api-version": "2025-05-01"}
    assert (await arm(world, "GET", SITE, principal_id=stranger, **version)).status_code == 200
    for tail in ("/restart", "/containerlogs"):
        refused = await arm(world, "POST", SITE + tail, principal_id=stranger, **version)
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "AuthorizationFailed")
    assert world.instances("web")[0].starts == 1


async def test_every_call_is_in_the_journal() -> None:
    """Calls are counted by operation, with their status; secrets in queries are not kept."""
    world, _ = world_of()
    await arm(world, "GET", SITE, **{"api-version": "2025-05-01", "code": "hidden"})
    await arm(world, "GET", f"{SITE}2", **{"api-version": "2025-05-01"})
    assert [(call.operation, call.status) for call in world.calls] == [("sites.get", 200), ("sites.get", 404)]
    assert "hidden" not in world.calls[0].query
    assert world.calls[0].user_agent.startswith("azsdk-python")
