"""App settings at ARM, and the fate of the Key Vault references among them."""

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.web.models import StringDictionary

from tests.local_azure.worlds import arm, seen, site, web_client, world_of

VERSION = {"api-version": "2025-05-01"}
OLD, NEW = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
VAULT = {"name": "safe", "secrets": {"db-url": [OLD, NEW]}}
USER = {"principal": "web", "role": "Key Vault Secrets User", "scope": "safe"}
PULL = {"principal": "web", "role": "AcrPull", "scope": "store"}
BY_URI = "@Microsoft.KeyVault(SecretUri=https://safe.vault.azure.net/secrets/db-url)"
BY_NAME = "@Microsoft.KeyVault(VaultName=safe;SecretName=db-url)"


async def test_settings_are_listed_and_replaced() -> None:
    """A PUT replaces the whole set, answers with the etag from before, and restarts the app if anything differs."""
    world, clock = world_of(sites=[site(app_settings={"A": "1", "B": "2"})])
    async with web_client(world) as client:
        assert (await client.web_apps.list_application_settings("apps", "web")).properties == {"A": "1", "B": "2"}
        starts = seen(world).starts
        put = await client.web_apps.update_application_settings("apps", "web", StringDictionary(properties={"A": "3"}))
        clock.advance(10)
        assert put.properties == {"A": "3"}
        assert put.id == f"{world.site('web').id}/config/appsettings"
        assert (await client.web_apps.list_application_settings("apps", "web")).properties == {"A": "3"}
        assert seen(world).starts == starts + 1
        await client.web_apps.update_application_settings("apps", "web", StringDictionary(properties={"A": "3"}))
        clock.advance(10)
    assert seen(world).starts == starts + 1


async def test_listing_needs_more_than_reading() -> None:
    """Reader may read a site and its references, not its settings' values."""
    world, _ = world_of(operator={"roles": ["Reader"]}, sites=[site(app_settings={"A": BY_URI})])
    base = f"{world.site('web').id}/config"
    refused = await arm(world, "POST", f"{base}/appsettings/list", **VERSION)
    assert refused.status_code == 403
    assert (
        f"action 'Microsoft.Web/sites/config/list/action' over scope '{base}/appsettings'"
        in refused.json()["error"]["message"]
    )
    assert (await arm(world, "GET", f"{base}/configreferences/appsettings", **VERSION)).status_code == 200


async def test_a_settings_change_counts_for_the_start_it_causes() -> None:
    """The port that the platform probes is a setting."""
    world, clock = world_of()
    world.set_app_settings("web", {"WEBSITES_PORT": "5000", "WEBSITES_CONTAINER_START_TIME_LIMIT": "5"})
    clock.advance(10)
    status = seen(world).status
    assert status is not None
    assert (status.state, status.last_error) == ("Stopped", "ContainerTimeout")


@pytest.mark.parametrize("operation", ["patch", "settings", "restart"])
async def test_nothing_is_changed_while_an_operation_is_in_progress(operation: str) -> None:
    """Microsoft.Web refuses with 409 and its code 59203 until the operation is over."""
    world, _ = world_of(sites=[site(in_progress_operation_id="88888888-8888-4888-8888-888888888888")])
    site_id = world.site("web").id
    calls: dict[str, tuple[str, str, Any]] = {
        "patch": ("PATCH", f"{site_id}/config/web", {"properties": {"alwaysOn": False}}),
        "settings": ("PUT", f"{site_id}/config/appsettings", {"properties": {}}),
        "restart": ("POST", f"{site_id}/restart", None),
    }
    refused = await arm(world, *calls[operation], **VERSION)
    assert refused.status_code == 409
    assert refused.json()["Details"][2]["ErrorEntity"]["ExtendedCode"] == "59203"
    world.change_app("web", in_progress_operation_id=None)
    assert (await arm(world, *calls[operation], **VERSION)).status_code == 200


@pytest.mark.parametrize(
    ("value", "changes", "status"),
    [
        pytest.param(BY_URI, {}, "Resolved", id="by uri"),
        pytest.param(BY_URI.replace("db-url", "db-url/"), {}, "Resolved", id="by uri, with a slash"),
        pytest.param(BY_URI.replace("db-url", f"db-url/{OLD}"), {}, "Resolved", id="by uri and version"),
        pytest.param(BY_NAME, {}, "Resolved", id="by name"),
        pytest.param(BY_NAME.replace(")", f";SecretVersion={NEW})"), {}, "Resolved", id="by name and version"),
        pytest.param(BY_NAME.replace(";", ","), {}, "InvalidSyntax", id="a comma"),
        pytest.param(BY_URI[:-1], {}, "InvalidSyntax", id="no bracket at the end"),
        pytest.param("@Microsoft.KeyVault(https://safe.vault.azure.net)", {}, "InvalidSyntax", id="no key"),
        pytest.param(BY_URI, {"sites": {"identity": {}}, "role_assignments": []}, "MSINotEnabled", id="no identity"),
        pytest.param(
            *(BY_URI, {"sites": {"key_vault_reference_identity": "puller"}}, "MSINotEnabled"),
            id="an identity that is not the site's",
        ),
        pytest.param(BY_URI, {"key_vaults": [], "role_assignments": []}, "VaultNotFound", id="no vault"),
        pytest.param(BY_URI, {"role_assignments": []}, "AccessToKeyVaultDenied", id="no role"),
        pytest.param(
            *(BY_URI, {"role_assignments": [USER | {"role": "Key Vault Reader"}]}, "AccessToKeyVaultDenied"),
            id="a role for metadata",
        ),
        pytest.param(
            *(BY_URI, {"key_vaults": [VAULT | {"enable_rbac_authorization": False}]}, "AccessToKeyVaultDenied"),
            id="a role where access policies count",
        ),
        pytest.param(
            BY_URI,
            {"key_vaults": [VAULT | {"enable_rbac_authorization": False, "secret_readers": ["web"]}]},
            "Resolved",
            id="an access policy",
        ),
        pytest.param(
            *(BY_URI, {"key_vaults": [VAULT | {"public_network_access": "Disabled"}]}, "AccessToKeyVaultDenied"),
            id="a vault behind a private endpoint",
        ),
        pytest.param(
            BY_URI,
            {
                "key_vaults": [VAULT | {"public_network_access": "Disabled"}],
                "sites": {"virtual_network_subnet": "net/apps"},
            },
            "Resolved",
            id="reached through the VNet",
        ),
        pytest.param(BY_NAME.replace("db-url", "db"), {}, "SecretNotFound", id="no such secret"),
        pytest.param(BY_URI.replace("db-url", f"db-url/{'0' * 32}"), {}, "SecretVersionNotFound", id="no such version"),
    ],
)
async def test_what_becomes_of_a_reference(value: str, changes: dict[str, Any], status: str) -> None:
    """Each status that can be described, in the order in which the platform finds out."""
    app = site(app_settings={"DB": value, "PLAIN": "text"}, **changes.get("sites", {}).copy())
    usual: dict[str, Any] = {"key_vaults": [VAULT], "role_assignments": [USER], "identities": [{"name": "puller"}]}
    world, _ = world_of(**usual | changes | {"sites": [app]})
    path = f"{world.site('web').id}/config/configreferences/appsettings"
    (row,) = (await arm(world, "GET", path, **VERSION)).json()["value"]
    assert (row["name"], row["properties"]["status"]) == ("DB", status)
    assert row["properties"]["reference"] == value
    assert (await arm(world, "GET", f"{path}/DB", **VERSION)).json() == row
    assert (await arm(world, "GET", f"{path}/PLAIN", **VERSION)).status_code == 404


async def test_the_shape_of_a_reference() -> None:
    """The keys of the documented model; a resolved one without a version says which is active."""
    app = site(app_settings={"DB": BY_NAME}, identity={"user": ["reader"]}, key_vault_reference_identity="reader")
    grant = USER | {"principal": "reader"}
    world, _ = world_of(sites=[app], identities=[{"name": "reader"}], key_vaults=[VAULT], role_assignments=[grant])
    path = f"{world.site('web').id}/config/configreferences/appsettings"
    (row,) = (await arm(world, "GET", path, **VERSION)).json()["value"]
    assert (row["id"], row["type"]) == (f"{path}/DB", "Microsoft.Web/sites/config/configreferences")
    assert row["properties"] == {
        "reference": BY_NAME,
        "status": "Resolved",
        "vaultName": "safe",
        "secretName": "db-url",
        "secretVersion": None,
        "identityType": "UserAssigned",
        "details": "Reference has been successfully resolved.",
        "source": "KeyVault",
        "activeVersion": NEW,
    }


async def test_what_arm_tells_of_a_vault() -> None:
    """Whether roles or access policies count, and whose policies there are."""
    old = {"name": "old-safe", "enable_rbac_authorization": False, "secret_readers": ["web"]}
    world, _ = world_of(key_vaults=[VAULT, old], role_assignments=[PULL])
    group = f"/subscriptions/{world.default_subscription}"
    rows = (await arm(world, "GET", f"{group}/providers/Microsoft.KeyVault/vaults", **VERSION)).json()["value"]
    assert [row["properties"]["enableRbacAuthorization"] for row in rows] == [True, False]
    (policy,) = (await arm(world, "GET", rows[1]["id"], **VERSION)).json()["properties"]["accessPolicies"]
    assert policy["objectId"] == world.directory.principal_id("web")
    assert (await arm(world, "GET", rows[0]["id"] + "x", **VERSION)).status_code == 404


async def test_the_sdk_says_why_it_may_not_list() -> None:
    """The real client raises what the operator has to translate."""
    world, _ = world_of(operator={"roles": ["Reader"]})
    async with web_client(world) as client:
        with pytest.raises(HttpResponseError) as caught:
            await client.web_apps.list_application_settings("apps", "web")
    assert caught.value.status_code == 403
