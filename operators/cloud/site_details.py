"""Microsoft.Web: what a site is set to beside config/web and its app settings, and what is being deployed to it.

Sources: azure-rest-api, web/resource-manager (2025-05-01): WebApps_GetAppSettingsKeyVaultReferences,
WebApps_GetDiagnosticLogsConfiguration, WebApps_ListProductionSiteDeploymentStatuses,
WebApps_ListDeployments, each with its twin for slots.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from operators.cloud.arm import Arm
from operators.cloud.arm_errors import parsed
from operators.core.app_settings import KeyVaultReference
from operators.core.apps import AppId
from operators.core.doctor.facts import LogSettings
from operators.core.other_work import Deployment
from operators.errors import NotFound

_API_VERSION = "2025-05-01"


class SiteDetails:
    """Reads, one call each and one more for each further page. Raises operators.errors."""

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

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

    async def deployment_began(self, app: AppId, deployment: str) -> datetime | None:
        """When the deployment site began one, which its status does not tell; None where it has no such row."""
        what = f"deployments of {app.name}"
        async for row in self._arm.pages(f"{app.resource_id}/deployments", _API_VERSION):
            if row.get("name", "").rpartition("/")[2].lower() == deployment.lower():
                return parsed(what, _began, row)
        return None


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


def _began(row: Mapping[str, Any]) -> datetime | None:
    properties = row["properties"]
    began = properties.get("start_time") or properties.get("received_time")
    return datetime.fromisoformat(began) if began else None
