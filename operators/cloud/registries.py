"""Microsoft.ContainerRegistry/registries: which registry answers at a login server."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core.credentials_async import AsyncTokenCredential

from operators.cloud.arm import ARM_URL, CALL, Transport, arm_policies
from operators.cloud.arm_errors import translated
from operators.core.registries import Registry
from operators.errors import PulleyError

if TYPE_CHECKING:
    from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient

_KEPT = timedelta(minutes=5)


class Registries:
    """Finds registries of some subscriptions by login server. What they hold is kept for five minutes.

    Needs Microsoft.ContainerRegistry/registries/read. Raises operators.errors.
    """

    def __init__(
        self,
        credential: AsyncTokenCredential,
        subscriptions: Iterable[str],
        now: Callable[[], datetime],
        *,
        base_url: str = ARM_URL,
        transport: Transport | None = None,
    ) -> None:
        self._listings = [_Listing(credential, one, now, base_url, transport) for one in subscriptions]

    async def find(self, login_server: str) -> Registry | None:
        """The registry at a login server, never guessed from its name; None where none of these subscriptions has it.

        A subscription that could not be listed might have: then its error is raised.
        """
        answers = await asyncio.gather(*(one.by_login_server() for one in self._listings), return_exceptions=True)
        failed: PulleyError | None = None
        for answer in answers:
            if isinstance(answer, PulleyError):
                failed = failed or answer
            elif isinstance(answer, BaseException):
                raise answer
            elif login_server.lower() in answer:
                return answer[login_server.lower()]
        if failed:
            raise failed
        return None

    async def close(self) -> None:
        """Close the connections."""
        for listing in self._listings:
            await listing.close()


class _Listing:
    """The registries of one subscription."""

    def __init__(
        self,
        credential: AsyncTokenCredential,
        subscription: str,
        now: Callable[[], datetime],
        base_url: str,
        transport: Transport | None,
    ) -> None:
        self._credential = credential
        self._subscription = subscription
        self._now = now
        self._base_url = base_url
        self._transport = transport
        self._client: ContainerRegistryManagementClient | None = None
        self._kept_until: datetime | None = None
        self._kept: Mapping[str, Registry] = {}
        self._reading = asyncio.Lock()

    async def by_login_server(self) -> Mapping[str, Registry]:
        """All of them; many that ask at once share one read."""
        async with self._reading:
            if self._kept_until is None or self._now() >= self._kept_until:
                self._kept = await self._read()
                self._kept_until = self._now() + _KEPT
            return self._kept

    async def close(self) -> None:
        """Close the connection."""
        if self._client:
            await self._client.close()

    async def _read(self) -> Mapping[str, Registry]:
        with translated(f"registries of subscription {self._subscription}"):
            rows = [row async for row in self._connected().registries.list(**CALL)]
        # One that is only being made has no address yet.
        found = [_registry(row) for row in rows if row["properties"].get("loginServer")]
        return {registry.login_server: registry for registry in found}

    def _connected(self) -> "ContainerRegistryManagementClient":
        if self._client is None:
            # The import costs a tenth of a second: not before somebody asks.
            from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient

            options: dict[str, Any] = {"transport": self._transport} if self._transport else {}
            self._client = ContainerRegistryManagementClient(
                self._credential,
                self._subscription,
                self._base_url,
                policies=arm_policies(self._credential, self._base_url),
                **options,
            )
        return self._client


def _registry(row: Mapping[str, Any]) -> Registry:
    properties = row["properties"]
    return Registry(
        id=row["id"],
        name=row["name"],
        login_server=properties["loginServer"],
        role_assignment_mode=properties.get("roleAssignmentMode"),
        admin_user_enabled=bool(properties.get("adminUserEnabled")),
        anonymous_pull_enabled=bool(properties.get("anonymousPullEnabled")),
        public_network_access=properties.get("publicNetworkAccess"),
    )
