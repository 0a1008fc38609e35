"""GET /api/apps/{app}/doctor: the real SDK clients over the simulated Azure."""

from typing import Any

import pytest

from local.azure.world.kudu import password_of
from operators.core.doctor.checks import Code
from operators.errors import NotFound
from tests.web.clinic import DB, HEALTHY, OPERATOR_SITE, PORT, SECRET, Clinic, site, story

GUID = "88888888-8888-4888-8888-888888888888"
LEFTOVERS = site(
    always_on=False,
    health_check_path=None,
    container_logging=False,
    app_settings=PORT | DB | {"DOCKER_ENABLE_CI": "true", "DOCKER_REGISTRY_SERVER_PASSWORD": SECRET, "API_KEY": SECRET},
)
"""What following the tutorial to its end, and then on, leaves behind."""
HOOKS = [
    {"name": "webappshop", "app": "shop"},
    {
        "name": "misspelt",
        "service_uri": f"https://$shop:{SECRET}@shop.scm.azurewebsites.net/api/registry/webhok",
        "custom_headers": {"X-Key": SECRET},
    },
    {"name": "chatter", "service_uri": f"https://hooks.example.com/{SECRET}?sig={SECRET}"},
]
TUTORIAL = story(
    sites=[LEFTOVERS],
    registries=[{"name": "contoso", "tags": {"shop:stable": "v1"}, "webhooks": HOOKS}],
    role_assignments=[{"principal": "shop", "role": "AcrPull", "scope": "contoso"}],
    event_subscriptions=[],
)


async def test_a_healthy_app_is_all_ok() -> None:
    """Every check of the catalogue, once and in order, finds nothing."""
    clinic = await Clinic.open(story())
    answer = await clinic.examine()
    assert {check.code: check.status for check in answer.checks} == dict.fromkeys(Code, "ok")
    assert [check.code for check in answer.checks] == list(Code)
    assert (answer.name, answer.status) == ("shop", "ok")
    assert all(check.documentation.startswith("https://") and check.question for check in answer.checks)


async def test_the_tutorials_leftovers_are_each_named() -> None:
    """One look finds all of them, each with the commands that mend it, and finds nothing else."""
    clinic = await Clinic.open(TUTORIAL)
    answer = await clinic.examine()
    found = {check.code: check for check in answer.checks if check.status != "ok"}
    assert {code: check.status for code, check in found.items()} == {
        "registry_credentials": "warning",
        "key_vault_references": "problem",
        "always_on": "warning",
        "health_check": "warning",
        "logs": "warning",
        "events": "problem",
        "webhooks": "warning",
        "webhook_addresses": "problem",
        "continuous_deployment": "warning",
    }
    assert all(check.fix for check in found.values())
    assert answer.status == "problem"
    subscription = clinic.world.default_subscription
    principal = clinic.world.directory.principal_id("shop")
    expected = {
        "webhooks": f"az acr webhook delete --registry contoso --subscription {subscription} --name webappshop",
        "webhook_addresses": f"az acr webhook delete --registry contoso --subscription {subscription} --name misspelt",
        "key_vault_references": (
            f"az role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal"
            f" --role 'Key Vault Secrets User' --scope {clinic.world.vaults[0].id}"
        ),
    }
    assert {code: found[code].fix[0] for code in expected} == expected
    assert "DATABASE_URL (AccessToKeyVaultDenied)" in found["key_vault_references"].sentence


async def test_no_secret_is_in_the_answers() -> None:
    """Neither the publishing password, nor a setting's value, a header, a query or a path that may be one."""
    clinic = await Clinic.open(TUTORIAL)
    password = password_of(clinic.world.site("shop"))
    answers = [await clinic.examine(), await clinic.api.apps("https://pulley/api/doctor", {})]
    text = "".join(answer.json_text() for answer in answers)
    assert "webappshop" in text
    assert SECRET not in text
    assert password not in text


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        pytest.param(
            "/sites/shop$",
            {"identity", "access", "stage", "resource_tags", "access_restrictions", "operations"},
            id="the site",
        ),
        pytest.param(
            "/config/web$",
            {"identity", "access", "image", "always_on", "health_check", "access_restrictions", "events", "webhooks"}
            | {"webhook_addresses", "webhook_quota"},
            id="config/web",
        ),
        pytest.param(
            "/config/appsettings/list$",
            {"registry_credentials", "port", "start_time_limit", "continuous_deployment"},
            id="app settings",
        ),
        pytest.param("/configreferences/", {"key_vault_references"}, id="Key Vault references"),
        pytest.param("/config/logs$", {"logs"}, id="config/logs"),
        pytest.param("/instances$", {"instances"}, id="instances"),
        pytest.param("/siteStatus$", {"instances"}, id="siteStatus"),
        pytest.param("/deploymentStatus$", {"operations"}, id="deploymentStatus"),
        pytest.param("/listUsages$", {"webhook_quota"}, id="the quota"),
        pytest.param("/webhooks$", {"webhooks", "webhook_addresses"}, id="webhooks"),
        pytest.param("/contoso/providers/Microsoft.EventGrid/eventSubscriptions$", {"events"}, id="subscriptions"),
        pytest.param("/roleAssignments$", {"access"}, id="role assignments"),
        pytest.param(
            "/registries$",
            {"access", "image", "events", "webhooks", "webhook_addresses", "webhook_quota"},
            id="registries",
        ),
    ],
)
async def test_a_read_that_is_refused_is_unknown_and_nothing_else(path: str, unknown: set[str]) -> None:
    """What depends on it names the missing right and is never ok; everything else is as it was."""
    clinic = await Clinic.open(story())
    clinic.refuse(path)
    checks = {check.code: check for check in (await clinic.examine()).checks if check.status != "ok"}
    assert {code: check.status for code, check in checks.items()} == dict.fromkeys(unknown, "unknown")
    assert all("Some/right/read" in check.sentence for check in checks.values())


async def test_a_right_to_the_app_that_is_missing_comes_with_its_command() -> None:
    """Whoever runs Pulley is told how to give it, as GET /api/apps/{app}/access tells."""
    clinic = await Clinic.open(story())
    site = clinic.world.site("shop").id
    clinic.refuse("/sites/shop$", "Microsoft.Web/sites/read", site)
    (access,) = [check for check in (await clinic.examine()).checks if check.code == Code.ACCESS]
    assert access.fix == (await clinic.admin.access("shop")).fix
    assert access.fix[0].endswith(f"--role Reader --scope {site}")


async def test_a_subscription_that_the_portal_made_is_found() -> None:
    """The portal makes it at the registry's system topic."""
    subscription = {
        "name": "portal",
        "registry": "contoso",
        "system_topic": "contoso-topic",
        "endpoint": f"https://{OPERATOR_SITE}.azurewebsites.net/runtime/webhooks/EventGrid?code={SECRET}",
    }
    clinic = await Clinic.open(story(event_subscriptions=[subscription]))
    assert await clinic.statuses() == {}


async def test_what_reader_alone_cannot_see() -> None:
    """Settings and the addresses of webhooks show secrets, so Reader may not read them: unknown, and no more."""
    told = TUTORIAL | {"operator": {"roles": ["Reader"]}, "sites": [site(app_settings=PORT)]}
    clinic = await Clinic.open(told)
    checks = {check.code: check for check in (await clinic.examine()).checks if check.status == "unknown"}
    settings = {"registry_credentials", "port", "start_time_limit", "continuous_deployment"}
    assert set(checks) == settings | {"webhooks", "webhook_addresses", "events"}
    assert all("Microsoft.Web/sites/config/list/action" in checks[code].sentence for code in settings)
    assert "registries/webhooks/getCallbackConfig/action" in checks["webhooks"].sentence


async def test_a_slot_is_an_app_of_its_own() -> None:
    """Its settings, its identity and its deployment site are read, not the site's."""
    slot = site(name="staging", image="contoso.azurecr.io/shop:stable", app_settings={"DOCKER_ENABLE_CI": "true"})
    hooks = [{"name": "webappslot", "app": "shop/staging"}]
    told = story(
        sites=[site(slots=[slot])],
        registries=[{"name": "contoso", "tags": {"shop:stable": "v1"}, "webhooks": hooks}],
    )
    clinic = await Clinic.open(told)
    assert await clinic.statuses("shop") == {}
    assert await clinic.statuses("shop:staging") == {
        "access": "problem",
        "webhooks": "warning",
        "continuous_deployment": "warning",
    }


@pytest.mark.parametrize(
    ("changes", "code", "status", "part"),
    [
        pytest.param({"in_progress_operation_id": "op"}, "operations", "warning", "operation", id="an operation"),
        pytest.param(
            {"deployment": {"id": GUID, "status": "BuildInProgress"}},
            "operations",
            "warning",
            "deployment",
            id="a deployment",
        ),
        pytest.param(
            {"ip_security_restrictions": [{"ip_address": "10.0.0.0/8", "name": "office"}]},
            "access_restrictions",
            "warning",
            "only whom it names",
            id="only the office is let in",
        ),
        pytest.param(
            {"public_network_access": "Disabled"}, "access_restrictions", "warning", "not open", id="a private app"
        ),
        pytest.param({"target_swap_slot": "staging"}, "operations", "warning", "swap", id="a swap with preview"),
        pytest.param({"usage_state": "Exceeded"}, "instances", "problem", "quota", id="no quota left"),
        pytest.param({"state": "Stopped"}, "instances", "warning", "was stopped", id="stopped"),
        pytest.param(
            {"identity": {"user": ["puller"]}},
            "identity",
            "problem",
            "has none",
            id="another identity than it pulls with",
        ),
        pytest.param({"acr_use_managed_identity_creds": False}, "identity", "problem", "as nobody", id="no flag"),
        pytest.param({"image": "contoso.azurecr.io/shop:gone"}, "image", "problem", "has no", id="no such tag"),
        pytest.param(
            {"app_settings": PORT | {"WEBSITES_CONTAINER_START_TIME_LIMIT": "20"}},
            "start_time_limit",
            "warning",
            "20 s",
            id="little time",
        ),
    ],
)
async def test_what_is_wrong_with_the_site_is_named(changes: dict[str, Any], code: str, status: str, part: str) -> None:
    """Facts from the platform's own answers reach their check."""
    roles = [] if "identity" in changes else HEALTHY["role_assignments"]
    told = story(sites=[site(**changes)], role_assignments=roles, identities=[{"name": "puller"}])
    clinic = await Clinic.open(told)
    check = next(check for check in (await clinic.examine()).checks if check.code == code)
    assert check.status == status
    assert part in check.sentence


async def test_an_app_that_nobody_knows_is_not_found() -> None:
    """Its name is answered with what to do."""
    clinic = await Clinic.open(story())
    with pytest.raises(NotFound):
        await clinic.examine("nobody")
