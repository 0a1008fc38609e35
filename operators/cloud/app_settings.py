"""What an app's settings say about pulling and starting its container, and nothing else of them: they hold secrets.

Source: azure-rest-api, web, listApplicationSettings (2025-05-01). No value is kept, logged or put into an error but
those of `SHOWN_SETTINGS` and the host of DOCKER_REGISTRY_SERVER_URL. The name in DOCKER_REGISTRY_SERVER_USERNAME is
compared with the registry's, and forgotten with the question.
"""

from operators.cloud.arm import Arm, Json
from operators.cloud.arm_errors import parsed
from operators.cloud.web_addresses import host_of
from operators.core.app_settings import (
    CREDENTIAL_SETTINGS,
    SHOWN_SETTINGS,
    ContainerSettings,
    PullSettings,
    is_reference,
)
from operators.core.apps import AppId

_API_VERSION = "2025-05-01"
_SERVER, _USER_NAME, _PASSWORD = "DOCKER_REGISTRY_SERVER_URL", *CREDENTIAL_SETTINGS


class AppSettings:
    """Reads the settings that bear on a container, always afresh. Raises operators.errors.

    Needs Microsoft.Web/sites/config/list/action (or sites/slots/…), which Reader does not give.
    """

    def __init__(self, arm: Arm) -> None:
        self._arm = arm

    async def for_pulling(self, app: AppId) -> PullSettings:
        """What they say about signing in and about the way to the registry."""
        return parsed(f"app settings of {app.name}", _pull_settings, await self._list(app))

    async def of_container(self, app: AppId) -> ContainerSettings:
        """The few that the doctor looks at; of user name and password, whether they are set."""
        return parsed(f"app settings of {app.name}", _container_settings, await self._list(app))

    async def _list(self, app: AppId) -> Json:
        return await self._arm.ask(f"{app.resource_id}/config/appsettings/list", _API_VERSION)


def _pull_settings(answer: Json) -> PullSettings:
    values = _values(answer)
    user_name = values.get(_USER_NAME, "")
    return PullSettings(
        server=_server(values),
        user_name=None if is_reference(user_name) else user_name or None,
        has_user_name=bool(user_name),
        has_password=bool(values.get(_PASSWORD)),
        pull_over_vnet=values.get("WEBSITE_PULL_IMAGE_OVER_VNET", "").lower() in ("true", "1"),
    )


def _container_settings(answer: Json) -> ContainerSettings:
    values = _values(answer)
    return ContainerSettings(
        values={name: values[name] for name in SHOWN_SETTINGS if name in values},
        server=_server(values),
        credentials=tuple(name for name in CREDENTIAL_SETTINGS if values.get(name)),
    )


def _values(answer: Json) -> dict[str, str]:
    """By name in upper case: the platform compares the names of its own settings without it."""
    return {str(name).upper(): str(value or "") for name, value in (answer["properties"] or {}).items()}


def _server(values: dict[str, str]) -> str | None:
    """The host alone: an address may carry a password."""
    url = values.get(_SERVER, "")
    return None if is_reference(url) else host_of(url)
