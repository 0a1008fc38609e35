"""Microsoft.Web: what a site is set to beside config/web, and what is being deployed to it.

Sources: azure-rest-api, web/resource-manager (2025-05-01): WebApps_ListApplicationSettings,
WebApps_GetAppSettingsKeyVaultReferences, WebApps_GetDiagnosticLogsConfiguration,
WebApps_ListProductionSiteDeploymentStatuses, each with its twin for slots.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from operators.cloud.arm import Arm
from operators.cloud.arm_errors import parsed
from operators.core.apps import AppId
from operators.core.doctor.facts import (
    CREDENTIAL_SETTINGS,
    SHOWN_SETTINGS,
    AppSettings,
    Deployment,
    KeyVaultReference,
    LogSettings,
)
from operators.errors import NotFound

_API_VERSION = "2025-05-01"


class SiteDetails:
    """Reads, one call each and one more for each further page. Raises operators.errors."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def app_settings(self, app: AppId) -> AppSettings:
        """The few settings that are no secrets; the others leave this method only as whether they are set.

        Needs Microsoft.Web/sites/config/list/action, which Reader does not give, for it shows every secret.
        """
        path = f"{app.resource_id}/config/appsettings/list"
        return parsed(f"app settings of {app.name}", _app_settings, await self._arm.ask(path, _API_VERSION))

    async def key_vault_references(self, app: AppId) -> tuple[KeyVaultReference, ...]:
        """The app settings that refer to secrets, and whether the platform could read them."""
        path = f"{app.resource_id}/config/configreferences/appsettings"
        rows = [row async for row in self._arm.pages(path, _API_VERSION)]
        what = f"Key Vault references of {app.name}"
        return tuple(parsed(what, _key_vault_reference, row) for row in rows)

    async def logs(self, app: AppId) -> LogSettings:
        """Its config/logs."""
        answer = await self._arm.get(f"{app.resource_id}/config/logs", _API_VERSION)
        return parsed(f"config/logs of {app.name}", _logs, answer)

    async def deployments(self, app: AppId) -> tuple[Deployment, ...]:
        """The deployments of code or packages that the platform keeps a status of; restarts are none of them."""
        try:
            rows = [row async for row in self._arm.pages(f"{app.resource_id}/deploymentStatus", _API_VERSION)]
        except NotFound:
            return ()  # there is no such thing until something was deployed (recorded: azure-dev)
        what = f"deploymentStatus of {app.name}"
        return tuple(parsed(what, _deployment, row) for row in rows)


def _app_settings(answer: Mapping[str, Any]) -> AppSettings:
    given = {name.upper(): value for name, value in answer["properties"].items()}
    values = {name: str(given[name]) for name in SHOWN_SETTINGS if given.get(name) is not None}
    if server := values.get("DOCKER_REGISTRY_SERVER_URL"):
        values["DOCKER_REGISTRY_SERVER_URL"] = _without_secrets(server)
    return AppSettings(values=values, credentials=tuple(name for name in CREDENTIAL_SETTINGS if given.get(name)))


def _without_secrets(url: str) -> str:
    """The host alone: some write the password into the address. Never raises, for the error would quote it."""
    try:
        return urlsplit(url if "://" in url else f"https://{url}").hostname or ""
    except ValueError:
        return ""


def _key_vault_reference(row: Mapping[str, Any]) -> KeyVaultReference:
    """`reference` and `details` stay behind: a reference with a wrong syntax may be the secret itself."""
    properties = row["properties"]
    return KeyVaultReference(
        setting=row["name"], status=properties["status"], vault=properties.get("vaultName") or None
    )


def _logs(answer: Mapping[str, Any]) -> LogSettings:
    http = (answer["properties"].get("httpLogs") or {}).get("fileSystem") or {}
    return LogSettings(http_file_system=bool(http.get("enabled")))


def _deployment(row: Mapping[str, Any]) -> Deployment:
    return Deployment(id=row["id"], status=row["properties"]["status"])
