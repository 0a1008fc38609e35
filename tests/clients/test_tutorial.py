"""The App Service tutorial for custom containers, command by command, each on what the one before it left."""

import zipfile
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.clients.shop import GROUP, IMAGE, PLAN, REGISTRY, Shop
from tests.end_to_end.place import eventually

APP = f"--resource-group {GROUP} --name tutorial-az"
REFERENCE = "@Microsoft.KeyVault(SecretUri=https://contoso-kv.vault.azure.net/secrets/db/)"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def principal(shop: Shop) -> str:
    """The app, made from the image with a system-assigned identity; the identity's object id."""
    made = await shop.az(
        f"webapp create {APP} --plan {PLAN} --container-image-name {IMAGE} --assign-identity [system] "
        "--tags owner=tutorial"
    )
    assert (made["state"], made["location"], made["tags"]) == ("Running", "eastus2", {"owner": "tutorial"})
    shown = await shop.az(f"webapp identity show {APP}")
    assert shown["type"] == "SystemAssigned"
    return str(shown["principalId"])


async def test_the_app_runs_the_image(shop: Shop, principal: str) -> None:
    """What was asked for is shown by the three commands that show it."""
    config = await shop.az(f"webapp config show {APP}")
    site = await shop.az(f"webapp show {APP}")
    (container,) = [row for row in await shop.az(f"webapp config container show {APP}") if "IMAGE" in row["name"]]
    assert config["linuxFxVersion"] == container["value"] == f"DOCKER|{IMAGE}"
    assert (site["kind"], site["identity"]["principalId"]) == ("app,linux,container", principal)
    assert [row["name"] for row in await shop.az(f"webapp list --resource-group {GROUP}")].count("tutorial-az") == 1


async def test_it_pulls_once_it_may(shop: Shop, principal: str) -> None:
    """Without the role the platform says why it cannot pull; with it the app serves."""
    config = "--generic-configurations '{\"acrUseManagedIdentityCreds\": true}'"
    assert (await shop.az(f"webapp config set {APP} {config}"))["acrUseManagedIdentityCreds"] is True

    async def refused() -> Any:
        (instance,) = (await shop.az(f"webapp troubleshoot status {APP}"))["instances"]
        return instance if instance["lastError"] else None

    assert (await eventually(refused, "the pull is refused"))["lastError"] == "ImagePullUnauthorizedFailure"
    digest = await shop.push("hello-v1")
    given = await shop.az(
        f"role assignment create --assignee-object-id {principal} --assignee-principal-type ServicePrincipal "
        f"--role AcrPull --scope {shop.registry_id}"
    )
    assert (given["principalId"], given["scope"]) == (principal, shop.registry_id)
    await shop.start_again("tutorial-az")
    await shop.serves("tutorial-az", digest)


async def test_roles_from_above_are_listed(shop: Shop, principal: str) -> None:
    """--include-inherited adds what is given at the group; without it the registry's own are all."""
    group = shop.registry_id.partition("/providers/")[0]
    who = f"--assignee-object-id {principal}"
    await shop.az(
        f"role assignment create {who} --assignee-principal-type ServicePrincipal --role Reader --scope {group}"
    )
    here = f"role assignment list {who} --scope {shop.registry_id} --fill-principal-name false"
    own, all_of_them = await shop.az(here), await shop.az(f"{here} --include-inherited")
    assert {row["roleDefinitionName"] for row in own} == {"AcrPull"}
    assert {row["roleDefinitionName"] for row in all_of_them} == {"AcrPull", "Reader"}


async def test_settings_with_key_vault_references(shop: Shop, principal: str) -> None:
    """Settings keep their values, references included, and are told apart by what stays in a slot."""
    await shop.az(f"webapp config appsettings set {APP} --settings WEBSITES_PORT=80 'DB={REFERENCE}'")
    await shop.az(f"webapp config appsettings set {APP} --slot-settings STAGE=production")
    settings = {row["name"]: row for row in await shop.az(f"webapp config appsettings list {APP}")}
    assert (settings["WEBSITES_PORT"]["value"], settings["DB"]["value"]) == ("80", REFERENCE)
    assert {name for name, row in settings.items() if row["slotSetting"]} == {"STAGE"}


async def test_continuous_deployment_by_webhook(shop: Shop, principal: str) -> None:
    """The address that az shows for the app is one that the registry's webhook can call."""
    url = (await shop.az(f"webapp deployment container config {APP} --enable-cd true"))["CI_CD_URL"]
    assert url == (await shop.az(f"webapp deployment container show-cd-url {APP}"))["CI_CD_URL"]
    hook = f"--registry {REGISTRY} --name tutorialhook"
    await shop.az(f"acr webhook create {hook} --uri '{url}' --actions push --scope hello:latest")
    listed = await shop.az(f"acr webhook list --registry {REGISTRY}")
    assert ("tutorialhook", "enabled", ["push"]) in [(row["name"], row["status"], row["actions"]) for row in listed]
    ping = (await shop.az(f"acr webhook ping {hook}"))["id"]

    async def answered() -> Any:
        events = await shop.az(f"acr webhook list-events {hook}")
        return next((row["eventResponseMessage"] for row in events if row["id"] == ping), None)

    assert (await eventually(answered, "the ping is answered"))["statusCode"] == "202"
    await shop.az(f"acr webhook delete {hook}")


async def test_what_the_registry_holds(shop: Shop) -> None:
    """az asks the registry itself, with a token of its own, and gets tags and manifests."""
    shown = await shop.az(f"acr show --name {REGISTRY}")
    digest = await shop.push("hello-v1")
    (tag,) = await shop.az(f"acr repository show-tags --name {REGISTRY} --repository hello --detail")
    (manifest,) = await shop.az(f"acr repository show-manifests --name {REGISTRY} --repository hello")
    assert (shown["id"], shown["loginServer"]) == (shop.registry_id, f"{REGISTRY}.azurecr.io")
    assert (tag["name"], tag["digest"]) == ("latest", digest)
    assert (manifest["digest"], manifest["tags"]) == (digest, ["latest"])


async def test_another_image(shop: Shop, principal: str) -> None:
    """`config container set` changes the image and keeps the settings; the app then serves it."""
    digest = await shop.push("hello-v2", repository="other")
    image = f"{REGISTRY}.azurecr.io/other:latest"
    await shop.az(f"webapp config container set {APP} --container-image-name {image}")
    settings = {row["name"]: row["value"] for row in await shop.az(f"webapp config container show {APP}")}
    assert settings["DOCKER_CUSTOM_IMAGE_NAME"] == f"DOCKER|{image}"
    await shop.serves("tutorial-az", digest)
    (kept,) = [row for row in await shop.az(f"webapp config appsettings list {APP}") if row["name"] == "DB"]
    assert kept["value"] == REFERENCE


async def test_restart_stop_and_start(shop: Shop, principal: str) -> None:
    """The three commands do it, and `show` tells the state that somebody wants."""
    await shop.az(f"webapp restart {APP}")
    await shop.az(f"webapp stop {APP}")
    assert (await shop.az(f"webapp show {APP}"))["state"] == "Stopped"
    await shop.az(f"webapp start {APP}")
    assert (await shop.az(f"webapp show {APP}"))["state"] == "Running"


async def test_instances_and_their_state(shop: Shop, principal: str) -> None:
    """Each instance is listed, and troubleshooting tells its machine, its state and how its starts ended."""
    (instance,) = await shop.az(f"webapp list-instances {APP}")

    async def started() -> Any:
        (found,) = (await shop.az(f"webapp troubleshoot status {APP}"))["instances"]
        return found if found["state"] == "Started" else None

    status = await eventually(started, "the app is started")
    assert status["instanceId"] == instance["name"]
    assert status["machineName"].startswith("lw")
    assert int(status["startup"]["Succeeded"]) > 0


async def test_logs_are_downloaded(shop: Shop, principal: str, tmp_path: Path) -> None:
    """The deployment site packs the platform's log, and the container's own once it is kept."""
    await shop.az(f"webapp log config {APP} --docker-container-logging filesystem")
    file = tmp_path / "logs.zip"
    await shop.az(f"webapp log download {APP} --log-file {file}")
    with zipfile.ZipFile(file) as packed:
        files = {name: packed.read(name).decode() for name in packed.namelist()}
    (platform,) = [text for name, text in files.items() if name.endswith("000_docker.log")]
    (output,) = [text for name, text in files.items() if name.endswith("_default_docker.log")]
    assert "Image pull failed with forbidden or unauthorized" in platform
    assert "hello from v2" in output
