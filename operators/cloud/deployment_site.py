"""An app's deployment site (Kudu), asked with a token for Azure Resource Manager as azure-cli asks it.

Needs Microsoft.Web/sites/publish/action, and a deployment site that the app's access restrictions let us reach. Source:
azure-cli, command_modules/appservice/custom.py (`_fetch_startup_summaries`, `get_scm_site_headers`).
"""

from typing import Any

from azure.core import AsyncPipelineClient
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.rest import AsyncHttpResponse, HttpRequest

from operators.cloud.arm import CALL, Transport, arm_policies
from operators.cloud.arm_errors import parsed, translated
from operators.core.clouds import PUBLIC, Cloud
from operators.core.startups import Startups, read_startups
from operators.errors import Permanent


class DeploymentSite:
    """Reads, one call each. Raises operators.errors; nothing is retried here, and redirects are not followed."""

    def __init__(
        self, credential: AsyncTokenCredential, transport: Transport | None = None, cloud: Cloud = PUBLIC
    ) -> None:
        self._cloud = cloud
        options: dict[str, Any] = {"transport": transport} if transport else {}
        self._client: AsyncPipelineClient[HttpRequest, AsyncHttpResponse] = AsyncPipelineClient(
            "https://", policies=arm_policies(credential, cloud), **options
        )

    async def startups(self, host_name: str) -> tuple[Startups, ...]:
        """How the starts on each machine ended. NotFound or 400 where its Kudu is too old to tell."""
        what = f"start-up summary at {host_name}"
        # whatever an answer says, no other host gets our token
        if ".scm." not in host_name or not host_name.endswith(self._cloud.site_domains):
            raise Permanent(what, "it is no deployment site of App Service, and gets no token of ours")
        request = HttpRequest("GET", f"https://{host_name}/api/startuplogs/summary")
        with translated(what):
            response = await self._client.send_request(request, **CALL)
            response.raise_for_status()
            answer = response.json()
        return parsed(what, read_startups, answer)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
