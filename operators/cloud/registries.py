"""Microsoft.ContainerRegistry/registries: which registry answers at a login server."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from azure.core.credentials_async import AsyncTokenCredential

from operators.cloud.arm import CALL, Transport, arm_policies
from operators.cloud.arm_errors import parsed, translated
from operators.cloud.kept import Kept
from operators.cloud.throttling import Throttling
from operators.core.clouds import PUBLIC, Cloud
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
        cloud: Cloud = PUBLIC,
        transport: Transport | None = None,
        throttling: Throttling | None = None,
    ) -> None:
        self._listings = [_Listing(credential, one, now, cloud, transport, throttling) for one in subscriptions]

    async def find(self, login_server: str, not_before: datetime | None = None) -> Registry | None:
        """The registry at a login server, never guessed from its name; None where none of these subscriptions has it.

        A subscription that could not be listed might have: then its error is raised. `not_before` asks for what was
        read since then.
        """
        listings = (one.by_login_server(not_before) for one in self._listings)
        answers = await asyncio.gather(*listings, return_exceptions=True)
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
        cloud: Cloud,
        transport: Transport | None,
        throttling: Throttling | None,
    ) -> None:
        self._credential = credential
        self._subscription = subscription
        self._cloud = cloud
        self._transport = transport
        self._throttling = throttling
        self._client: ContainerRegistryManagementClient | None = None
        self._kept: Kept[Mapping[str, Registry]] = Kept(now, _KEPT)

    async def by_login_server(self, not_before: datetime | None) -> Mapping[str, Registry]:
        """All of them; many that ask at once share one read."""
        return await self._kept.get("", self._read, not_before)

    async def close(self) -> None:
        """Close the connection."""
        if self._client:
            await self._client.close()

    async def _read(self) -> Mapping[str, Registry]:
        what = f"registries of subscription {self._subscription}"
        with translated(what):
            rows = [row async for row in self._connected().registries.list(**CALL)]
        return parsed(what, _by_login_server, rows)

    def _connected(self) -> "ContainerRegistryManagementClient":
        if self._client is None:
            # The import costs a tenth of a second: not before somebody asks.
            from azure.mgmt.containerregistry.aio import ContainerRegistryManagementClient

            options: dict[str, Any] = {"transport": self._transport} if self._transport else {}
            self._client = ContainerRegistryManagementClient(
                self._credential,
                self._subscription,
                self._cloud.arm_url,
                policies=arm_policies(self._credential, self._cloud, self._throttling),
                **options,
            )
        return self._client


def _by_login_server(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Registry]:
    # One that is only being made has no address yet.
    found = [_registry(row) for row in rows if row["properties"].get("loginServer")]
    return {registry.login_server: registry for registry in found}


def _registry(row: Mapping[str, Any]) -> Registry:
    properties = row["properties"]
    rules, policies = properties.get("networkRuleSet") or {}, properties.get("policies") or {}
    return Registry(
        id=row["id"],
        name=row["name"],
        login_server=properties["loginServer"],
        role_assignment_mode=properties.get("roleAssignmentMode"),
        admin_user_enabled=bool(properties.get("adminUserEnabled")),
        anonymous_pull_enabled=bool(properties.get("anonymousPullEnabled")),
        azure_ad_authentication_as_arm=_status(policies, "azureADAuthenticationAsArmPolicy") != "disabled",
        public_network_access=properties.get("publicNetworkAccess"),
        network_default_action=rules.get("defaultAction"),
        ip_rules=tuple(rule["value"] for rule in rules.get("ipRules") or () if rule.get("action", "Allow") == "Allow"),
        private_endpoints=_approved(properties.get("privateEndpointConnections")),
        quarantine_enabled=_status(policies, "quarantinePolicy") == "enabled",
    )


def _status(policies: Mapping[str, Any], name: str) -> str | None:
    status: str | None = (policies.get(name) or {}).get("status")
    return status


def _approved(connections: Iterable[Mapping[str, Any]] | None) -> tuple[str, ...] | None:
    """The private endpoints behind approved connections; None where one of them cannot be told."""
    if connections is None:
        return None
    approved = [one["properties"].get("privateEndpoint") or {} for one in connections if _is_approved(one)]
    return tuple(one["id"] for one in approved) if all("id" in one for one in approved) else None


def _is_approved(connection: Mapping[str, Any]) -> bool:
    state = (connection.get("properties") or {}).get("privateLinkServiceConnectionState") or {}
    return bool(state.get("status") == "Approved")
