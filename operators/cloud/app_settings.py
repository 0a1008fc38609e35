"""What an app's settings say about its pull, and nothing else of them: they hold secrets.

Source: azure-rest-api, web, listApplicationSettings (2025-05-01). No value is kept, logged or put into an error but the
host of DOCKER_REGISTRY_SERVER_URL and the name in DOCKER_REGISTRY_SERVER_USERNAME.
"""

from urllib.parse import urlsplit

from operators.cloud.arm import Arm, Json
from operators.cloud.arm_errors import parsed
from operators.core.apps import AppId, PullSettings

_API_VERSION = "2025-05-01"
_KEY_VAULT = "@Microsoft.KeyVault("


class AppSettings:
    """Reads the settings that bear on a pull, always afresh. Raises operators.errors.

    Needs Microsoft.Web/sites/config/list/action (or sites/slots/…), which Reader does not give.
    """

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def for_pulling(self, app: AppId) -> PullSettings:
        """What they say about signing in and about the way to the registry."""
        path = f"{app.resource_id}/config/appsettings/list"
        return parsed(f"app settings of {app.name}", _pull_settings, await self._arm.ask(path, _API_VERSION))


def _pull_settings(answer: Json) -> PullSettings:
    values = {str(name).upper(): str(value or "") for name, value in (answer["properties"] or {}).items()}
    user_name = values.get("DOCKER_REGISTRY_SERVER_USERNAME", "")
    return PullSettings(
        server=_host(values.get("DOCKER_REGISTRY_SERVER_URL", "")),
        user_name=None if user_name.startswith(_KEY_VAULT) else user_name or None,
        has_user_name=bool(user_name),
        has_password=bool(values.get("DOCKER_REGISTRY_SERVER_PASSWORD")),
        pull_over_vnet=values.get("WEBSITE_PULL_IMAGE_OVER_VNET", "").lower() in ("true", "1"),
    )


def _host(url: str) -> str | None:
    """The host alone: an address may carry a password."""
    if url.startswith(_KEY_VAULT):
        return None
    return urlsplit(url if "//" in url else f"//{url}").hostname
