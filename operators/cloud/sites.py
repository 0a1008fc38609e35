"""Microsoft.Web: sites and slots, what they are set to, what their instances do, and the two acts on them.

Sources: azure-rest-api, web/resource-manager (2025-05-01). siteStatus is in no SDK: azure-cli asks for it with a plain
GET (command_modules/appservice/custom.py). Its rows are read as raw JSON: the SDK's models rename with every major.
"""

import logging
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest

from operators.cloud.arm import CALL, Transport, arm_policies
from operators.cloud.arm_errors import parsed, translated
from operators.cloud.azure_clock import AzureClock
from operators.cloud.site_containers import site_container
from operators.cloud.throttling import Throttling
from operators.core.apps import (
    AppId,
    IpRestriction,
    Site,
    SiteConfig,
    SiteContainer,
    SiteIdentity,
    SiteNetwork,
    UserAssignedIdentity,
)
from operators.core.clouds import PUBLIC, Cloud
from operators.core.instances import InstanceStatus, parse_time, read_site_status
from operators.errors import BadInput, NotFound

if TYPE_CHECKING:
    from azure.mgmt.web.aio import WebSiteManagementClient

_ACT: Final = CALL | {"read_timeout": 60}
_SITE_STATUS_VERSION = "2024-11-01"
_LOG_TAIL = 256 * 1024
"""Bytes of the platform's log that are kept, from its end: a start fills a small part of it."""
_USAGE_STATES = {"0": "Normal", "1": "Exceeded"}


class Sites:
    """Reads and acts, one call each unless said otherwise. Raises operators.errors; nothing is ever retried here.

    azure-mgmt-web is imported at the first call: it is large, and most pushes never need it.
    """

    def __init__(
        self,
        credential: AsyncTokenCredential,
        transport: Transport | None = None,
        throttling: Throttling | None = None,
        cloud: Cloud = PUBLIC,
        clock: AzureClock | None = None,
    ) -> None:
        self._credential = credential
        self._cloud = cloud
        self._transport = transport
        self._throttling = throttling
        self._clock = clock
        self._clients: dict[str, WebSiteManagementClient] = {}

    async def list_sites(self, scope: str) -> AsyncIterator[Site]:
        """The sites and slots of a subscription or resource group; an error in the middle means: not listed whole.

        One call a page, and for a subscription, whose list leaves slots out, one more a page of every resource group
        with a Linux site, whatever that runs itself: never more than asking every such site for its slots.
        """
        subscription, group = _scope(scope)
        if group:
            async for site in self._in_group(subscription, group):
                yield site
            return
        groups: dict[str, None] = {}
        rows = self._client(subscription).web_apps.list(**CALL)
        async for site in _sites(f"sites of {subscription}", rows):
            if site.linux_fx_version:
                groups[site.id.resource_group] = None
            yield site
        for one in groups:
            try:
                async for site in self._in_group(subscription, one):
                    if site.id.slot:
                        yield site
            except NotFound:
                continue  # the group went away between the two lists, and its sites with it

    async def site(self, app: AppId) -> Site:
        """The site or slot."""
        what = f"site {app.name}"
        with translated(what):
            return parsed(what, _site, await self._operation(app, "get")(**CALL))

    async def config(self, app: AppId) -> SiteConfig:
        """Its config/web."""
        what = f"config/web of {app.name}"
        with translated(what):
            return parsed(what, _config, await self._operation(app, "get_configuration")(**CALL))

    async def containers(self, app: AppId) -> tuple[SiteContainer, ...]:
        """The containers of a sidecar-enabled site, without the user names and passwords that they may have."""
        what = f"sitecontainers of {app.name}"
        with translated(what):
            rows = self._operation(app, "list_site_containers")(**CALL)
            return tuple([parsed(what, site_container, row) async for row in rows])

    async def instances(self, app: AppId) -> int:
        """How many instances run it, or are to."""
        with translated(f"instances of {app.name}"):
            rows = self._operation(app, "list_instance_identifiers")(**CALL)
            return len({row["name"] async for row in rows})

    async def site_status(self, app: AppId) -> tuple[InstanceStatus, ...]:
        """What every instance says about itself. NotFound where the platform has no siteStatus for this app."""
        what = f"siteStatus of {app.name}"
        request = HttpRequest("GET", f"{app.resource_id}/siteStatus", params={"api-version": _SITE_STATUS_VERSION})
        with translated(what):
            response = await self._client(app.subscription).send_request(request, **CALL)
            response.raise_for_status()
            payload = response.json()
        return parsed(what, read_site_status, payload)

    async def container_logs(self, app: AppId) -> str | None:
        """The last lines of the platform's log, 256 KiB at most; None where there are none.

        Needs Microsoft.Web/sites/containerlogs/action, which Reader does not give.
        """
        with translated(f"containerlogs of {app.name}"):
            chunks: AsyncIterator[bytes] | None = await self._operation(app, "get_web_site_container_logs")(**CALL)
            return None if chunks is None else await _tail(chunks)

    async def restart(self, app: AppId) -> None:
        """Restart it anew, which pulls the configured tag again; answered before that is done."""
        with translated(f"restart of {app.name}"):
            await _accepted(self._operation(app, "restart")(soft_restart=False, **_ACT))

    async def set_linux_fx_version(self, app: AppId, linux_fx_version: str) -> None:
        """Make it run another image, and change nothing else. The same value again does nothing at Azure."""
        body = {"properties": {"linuxFxVersion": linux_fx_version}}
        with translated(f"linuxFxVersion of {app.name}"):
            await _accepted(self._operation(app, "update_configuration")(body, **_ACT))

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients.values():
            await client.close()

    async def _in_group(self, subscription: str, group: str) -> AsyncIterator[Site]:
        rows = self._client(subscription).web_apps.list_by_resource_group(group, include_slots=True, **CALL)
        async for site in _sites(f"sites of {subscription}/{group}", rows):
            yield site

    def _client(self, subscription: str) -> "WebSiteManagementClient":
        if subscription not in self._clients:
            from azure.mgmt.web.aio import WebSiteManagementClient

            # It logs a traceback for every error answer whose body is empty.
            logging.getLogger("azure.mgmt.web._utils.model_base").setLevel(logging.CRITICAL)
            options: dict[str, Any] = {"transport": self._transport} if self._transport else {}
            policies = arm_policies(self._credential, self._cloud, self._throttling, self._clock)
            self._clients[subscription] = WebSiteManagementClient(
                self._credential, subscription, self._cloud.arm_url, policies=policies, **options
            )
        return self._clients[subscription]

    def _operation(self, app: AppId, name: str) -> Callable[..., Any]:
        """The SDK's operation on this site, or its twin for slots."""
        web_apps = self._client(app.subscription).web_apps
        if app.slot is None:
            return partial(getattr(web_apps, name), app.resource_group, app.site)
        return partial(getattr(web_apps, f"{name}_slot"), app.resource_group, app.site, app.slot)


async def _accepted(act: Any) -> None:
    """Await an act. The SDK takes every 2xx but 200 for a failure."""
    try:
        await act
    except HttpResponseError as error:
        if error.status_code is None or not 200 <= error.status_code < 300:
            raise


async def _tail(chunks: AsyncIterator[bytes]) -> str:
    tail = b""
    cut = False
    async for chunk in chunks:
        tail += chunk
        cut = cut or len(tail) > _LOG_TAIL
        tail = tail[-_LOG_TAIL:]
    text = tail.decode(errors="replace")
    return text.partition("\n")[2] if cut else text


async def _sites(what: str, rows: AsyncIterator[Any]) -> AsyncIterator[Site]:
    with translated(what):
        async for row in rows:
            yield parsed(what, _site, row)


def _scope(scope: str) -> tuple[str, str | None]:
    """Subscription and resource group of a scope's id."""
    parts = scope.strip("/").split("/")
    kinds = [kind.lower() for kind in parts[0::2]]
    if kinds == ["subscriptions"] and len(parts) == 2:
        return parts[1], None
    if kinds == ["subscriptions", "resourcegroups"] and len(parts) == 4:
        return parts[1], parts[3]
    raise BadInput("scope", f"{scope!r} is neither a subscription's nor a resource group's id")


def _site(row: Mapping[str, Any]) -> Site:
    properties = row["properties"]
    usage_state = str(properties.get("usageState") or "Normal")
    swap = properties.get("slotSwapStatus") or {}
    return Site(
        id=AppId.from_resource_id(row["id"]),
        location=row["location"],
        resource_tags=dict(row.get("tags") or {}),
        default_host_name=properties["defaultHostName"],
        state=str(properties["state"]),
        linux_fx_version=_linux_fx_version(properties),
        identity=_identity(row.get("identity") or {}),
        usage_state=_USAGE_STATES.get(usage_state, usage_state),
        in_progress_operation_id=properties.get("inProgressOperationId") or None,
        swapped_at=parse_time(swap.get("timestampUtc")),
        target_swap_slot=properties.get("targetSwapSlot") or None,
        scm_host_name=_scm_host_name(properties),
        public_network_access=properties.get("publicNetworkAccess") or None,
        key_vault_reference_identity=_key_vault_identity(properties),
        network=_network(properties),
    )


def _network(properties: Mapping[str, Any]) -> SiteNetwork:
    routing = properties.get("outboundVnetRouting") or {}
    over_subnet = (routing.get("imagePullTraffic"), routing.get("allTraffic"), properties.get("vnetImagePullEnabled"))
    return SiteNetwork(
        subnet_id=properties.get("virtualNetworkSubnetId") or None,
        pulls_over_subnet=any(over_subnet),
        in_environment=bool(properties.get("hostingEnvironmentProfile")),
        possible_outbound_ips=_addresses(properties.get("possibleOutboundIpAddresses")),
    )


def _addresses(text: str | None) -> tuple[str, ...]:
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _scm_host_name(properties: Mapping[str, Any]) -> str | None:
    hosts = properties.get("hostNameSslStates") or ()
    return next((one["name"].lower() for one in hosts if one.get("hostType") == "Repository"), None)


def _key_vault_identity(properties: Mapping[str, Any]) -> str | None:
    """A resource id; "SystemAssigned" and nothing mean the same (azure-docs: app-service-key-vault-references)."""
    named = str(properties.get("keyVaultReferenceIdentity") or "")
    return named if named.startswith("/") else None


def _linux_fx_version(properties: Mapping[str, Any]) -> str | None:
    """From siteConfig, or where that is null (older api-versions, some sites) from siteProperties, which repeats it."""
    named = (properties.get("siteConfig") or {}).get("linuxFxVersion")
    repeated = (properties.get("siteProperties") or {}).get("properties") or ()
    return named or next((one["value"] for one in repeated if one["name"] == "LinuxFxVersion"), None) or None


def _identity(identity: Mapping[str, Any]) -> SiteIdentity:
    by_system = "systemassigned" in str(identity.get("type", "")).lower()
    by_users = identity.get("userAssignedIdentities") or {}
    return SiteIdentity(
        system_principal_id=identity.get("principalId") if by_system else None,
        user_assigned=tuple(
            UserAssignedIdentity(resource_id=resource_id, client_id=one["clientId"], principal_id=one["principalId"])
            for resource_id, one in by_users.items()
        ),
    )


def _config(row: Mapping[str, Any]) -> SiteConfig:
    properties = row["properties"]
    return SiteConfig(
        linux_fx_version=properties.get("linuxFxVersion") or None,
        acr_use_managed_identity_creds=bool(properties.get("acrUseManagedIdentityCreds")),
        acr_user_managed_identity_id=properties.get("acrUserManagedIdentityID") or None,
        health_check_path=properties.get("healthCheckPath") or None,
        always_on=bool(properties.get("alwaysOn")),
        ip_restrictions=tuple(_ip_restriction(rule) for rule in properties.get("ipSecurityRestrictions") or ()),
        ip_restrictions_default_action=properties.get("ipSecurityRestrictionsDefaultAction") or None,
        public_network_access=properties.get("publicNetworkAccess") or None,
    )


def _ip_restriction(rule: Mapping[str, Any]) -> IpRestriction:
    source = rule.get("ipAddress") or rule.get("vnetSubnetResourceId") or "unknown"
    return IpRestriction(source=source, action=rule.get("action") or "Allow", name=rule.get("name") or None)
