"""What is made in the subscription, given, withheld, and taken away again?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local.live.management import Management, ManagementError

_RESOURCES = "2021-04-01"
_WEB = "2025-05-01"
_REGISTRY = "2025-11-01"
_ROLES = "2022-04-01"
_ACR_PULL = "7f951dda-4ed3-4680-a7ca-43fe172d538d"  # azure-docs: role-based-access-control/built-in-roles
_RUNTIME = "PYTHON|3.13"
"""What an app runs before it may pull: code on a built-in image, as in the tutorial."""

SLOT = "staging"
TAG = "stable"


@dataclass(frozen=True)
class Image:
    """A public image of Microsoft's own registry."""

    name: str
    about: str


WELCOME = Image("azuredocs/aci-helloworld:latest", "a page, on port 80")
PLACEHOLDER = Image("appsvc/staticsite:latest", "App Service's placeholder, on port 80")
ENDS = Image("hello-world:latest", "says hello and ends")


@dataclass(frozen=True)
class Names:
    """What everything is called; `run` is a few small letters and digits, as some names are the whole world's."""

    subscription: str
    location: str
    run: str

    @property
    def group(self) -> str:
        """The resource group's name."""
        return f"pulley-live-{self.run}"

    @property
    def registry(self) -> str:
        """The registry's name."""
        return f"pulleylive{self.run}"

    @property
    def login_server(self) -> str:
        """The registry's address."""
        return f"{self.registry}.azurecr.io"

    @property
    def site(self) -> str:
        """The app's name."""
        return self.group

    @property
    def group_id(self) -> str:
        """The resource group's id."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.group}"

    @property
    def registry_id(self) -> str:
        """The registry's id."""
        return f"{self.group_id}/providers/Microsoft.ContainerRegistry/registries/{self.registry}"

    @property
    def plan_id(self) -> str:
        """The plan's id."""
        return f"{self.group_id}/providers/Microsoft.Web/serverfarms/{self.group}"

    @property
    def site_id(self) -> str:
        """The app's id."""
        return f"{self.group_id}/providers/Microsoft.Web/sites/{self.site}"

    @property
    def slot_id(self) -> str:
        """The slot's id."""
        return f"{self.site_id}/slots/{SLOT}"


@dataclass(frozen=True)
class WebApp:
    """A site or slot that was made: what follows which repository, as whom, and where it answers."""

    id: str
    name: str
    """As the operator calls it."""
    repository: str
    principal_id: str
    host: str


class Resources:
    """Everything of one run, by its names. Every method raises ManagementError."""

    def __init__(self, management: Management, names: Names) -> None:
        self._management = management
        self.names = names

    async def make_group(self) -> None:
        """Make the resource group, which everything else is in."""
        await self._put(self.names.group_id, _RESOURCES, {"tags": {"made-by": "pulley-make-live"}})

    async def make_registry(self) -> None:
        """Make the registry."""
        sku = {"sku": {"name": "Basic"}, "properties": {"adminUserEnabled": False}}
        await self._put(self.names.registry_id, _REGISTRY, sku)

    async def make_plan(self) -> None:
        """Make the plan: the smallest that has slots."""
        sku = {"name": "S1", "tier": "Standard", "capacity": 1}
        await self._put(self.names.plan_id, _WEB, {"kind": "linux", "sku": sku, "properties": {"reserved": True}})

    async def make_app(self, resource_id: str, name: str, repository: str) -> WebApp:
        """Make a site or slot with an identity of its own, and stop it: the first to answer is to be its container."""
        properties = {
            "serverFarmId": self.names.plan_id,
            "reserved": True,
            "httpsOnly": True,
            "siteConfig": {"linuxFxVersion": _RUNTIME, "alwaysOn": True},
        }
        made = await self._put(
            resource_id,
            _WEB,
            {
                "kind": "app,linux",
                "tags": {"pulley": "on"},
                "identity": {"type": "SystemAssigned"},
                "properties": properties,
            },
        )
        await self._management.call("POST", f"{resource_id}/stop", _WEB)
        host = made["properties"]["defaultHostName"]
        return WebApp(resource_id, name, repository, made["identity"]["principalId"], host)

    async def run_image(self, app: WebApp) -> None:
        """Have an app start with the tag of its repository, pulled with its identity; what it writes is kept."""
        logs = {"httpLogs": {"fileSystem": {"enabled": True, "retentionInDays": 1, "retentionInMb": 35}}}
        await self._management.call("PUT", f"{app.id}/config/logs", _WEB, {"properties": logs})
        config = {
            "linuxFxVersion": f"DOCKER|{self.names.login_server}/{app.repository}:{TAG}",
            "acrUseManagedIdentityCreds": True,
            "healthCheckPath": "/",
        }
        await self._management.call("PATCH", f"{app.id}/config/web", _WEB, {"properties": config})
        await self._management.call("POST", f"{app.id}/start", _WEB)

    async def restart(self, app: WebApp) -> None:
        """Restart an app as a person would."""
        await self._management.call("POST", f"{app.id}/restart", _WEB)

    async def bring(self, image: Image, repository: str) -> None:
        """Import a public image, so that the tag that is followed in the repository shows it."""
        source = {"registryUri": "mcr.microsoft.com", "sourceImage": image.name}
        body = {"source": source, "targetTags": [f"{repository}:{TAG}"], "mode": "Force"}
        await self._management.call("POST", f"{self.names.registry_id}/importImage", _REGISTRY, body)

    async def give_pull(self, app: WebApp) -> str:
        """Give an app AcrPull at the registry; answer the assignment's id."""
        role = f"/subscriptions/{self.names.subscription}/providers/Microsoft.Authorization/roleDefinitions/{_ACR_PULL}"
        assignment = f"{self.names.registry_id}/providers/Microsoft.Authorization/roleAssignments/{uuid4()}"
        # the type spares the wait until the directory knows the identity (azure-docs: role-assignments-template)
        who = {"principalId": app.principal_id, "principalType": "ServicePrincipal"}
        body = {"properties": {"roleDefinitionId": role, **who}}
        await self._management.call("PUT", assignment, _ROLES, body)
        return assignment

    async def withhold_pull(self, assignment: str) -> None:
        """Take a role away again."""
        await self._management.call("DELETE", assignment, _ROLES)

    async def delete_group(self) -> None:
        """Delete everything, and wait until it is gone; nothing to do where it is gone already."""
        try:
            await self._management.call("DELETE", self.names.group_id, _RESOURCES)
        except ManagementError as error:
            if error.status != 404:
                raise

    async def _put(self, path: str, version: str, body: Mapping[str, Any]) -> dict[str, Any]:
        return await self._management.call("PUT", path, version, {"location": self.names.location} | dict(body))
