"""What Microsoft.Web says about a site: bodies with every key that recorded answers have, most of them null."""

from datetime import UTC
from functools import cache
from typing import Any

from local.azure.arm.shapes import shape
from local.azure.scenario import SlotSwap
from local.azure.world.names import file_time
from local.azure.world.sites import Site

_SHOWN_IN_SITE = (
    *("numberOfWorkers", "linuxFxVersion", "acrUseManagedIdentityCreds", "alwaysOn", "http20Enabled"),
    *("functionAppScaleLimit", "minimumElasticInstanceCount", "clusteringEnabled"),
)
"""All that siteConfig tells in a site's body; acrUserManagedIdentityID is null there whatever it is (recorded)."""


def site_body(site: Site, tenant: str) -> dict[str, Any]:
    """Write the body of a site or slot, the same in GET and in lists."""
    body: dict[str, Any] = {
        "id": site.id,
        "name": site.name,
        "type": site.type,
        "kind": kind_of(site),
        "location": site.location,
        "properties": _properties(site),
    }
    if site.told.tags:
        body["tags"] = site.told.tags
    identity = identity_body(site, tenant)
    if identity is not None:
        body["identity"] = identity
    return body


def config_body(site: Site, resource_id: str, kind: str) -> dict[str, Any]:
    """Write the body of config/web under the id and type that the operation shows."""
    own = {"publishingUsername": site.publishing_user, "vnetRouteAllEnabled": site.told.vnet_all_traffic}
    properties = shape("config_web.json") | own | site.config
    body = {"id": resource_id, "name": site.name, "type": kind, "location": site.location, "properties": properties}
    return body | ({"tags": site.told.tags} if site.told.tags else {})


@cache
def config_names() -> dict[str, str]:
    """Answer the names of config/web's properties by their lower-case spelling."""
    return {name.lower(): name for name in shape("config_web.json")}


def etag(site: Site) -> str:
    """Answer the etag of a site: its last change in hexadecimal file time."""
    return f"{file_time(site.modified):X}"


def _properties(site: Site) -> dict[str, Any]:
    hosts = [site.host, site.scm_host]
    web_space = f"{site.resource_group}-{site.location.replace(' ', '')}webspace-Linux"
    told = {
        "name": f"{site.site_name}({site.slot})" if site.slot else site.site_name,
        "state": site.state,
        "hostNames": [site.host],
        "webSpace": web_space,
        "selfLink": f"https://waws-prod-local-001.api.azurewebsites.windows.net:454/subscriptions/{site.subscription}"
        f"/webspaces/{web_space}/sites/{site.site_name}",
        "repositorySiteName": site.site_name,
        "enabledHostNames": hosts,
        "siteProperties": {
            "metadata": None,
            "properties": [
                {"name": "LinuxFxVersion", "value": site.config["linuxFxVersion"]},
                {"name": "WindowsFxVersion", "value": site.config["windowsFxVersion"]},
            ],
            "appSettings": None,
        },
        "hostNameSslStates": [_ssl_state(hosts[0], "Standard"), _ssl_state(hosts[1], "Repository")],
        "serverFarmId": site.plan_id,
        "reserved": site.is_linux,
        "hyperV": not site.is_linux,
        "lastModifiedTimeUtc": site.modified.strftime("%Y-%m-%dT%H:%M:%S.%f"),
        "siteConfig": _site_config(site),
        "deploymentId": site.deployment_id,
        "kind": kind_of(site),
        "ftpUsername": f"{site.host_label}\\${site.host_label}",
        "ftpsHostName": "ftps://waws-prod-local-001.ftp.azurewebsites.windows.net/site/wwwroot",
        "tags": site.told.tags or None,
        "resourceGroup": site.resource_group,
        "defaultHostName": site.host,
        "slotName": None,
    }
    return shape("site.json") | site.written | told | _network(site) | _under_way(site)


def _under_way(site: Site) -> dict[str, Any]:
    """What else happens to the site, or happened last."""
    told = site.told
    return {
        "publicNetworkAccess": site.config.get("publicNetworkAccess"),
        "usageState": told.usage_state,
        "keyVaultReferenceIdentity": site.key_vault_reference_identity,
        "inProgressOperationId": told.in_progress_operation_id,
        "targetSwapSlot": told.target_swap_slot,
        "slotSwapStatus": _swap(told.slot_swap_status) if told.slot_swap_status else None,
    }


def _swap(swap: SlotSwap) -> dict[str, str]:
    at = swap.timestamp_utc.astimezone(UTC)
    return {
        "timestampUtc": at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "sourceSlotName": swap.source_slot_name,
        "destinationSlotName": swap.destination_slot_name,
    }


def _network(site: Site) -> dict[str, Any]:
    told = site.told
    possible = told.possible_outbound_ip_addresses or told.outbound_ip_addresses
    return {
        "virtualNetworkSubnetId": site.subnet_id,
        "vnetRouteAllEnabled": told.vnet_all_traffic,
        "vnetImagePullEnabled": told.vnet_image_pull,
        "outboundVnetRouting": {
            "allTraffic": told.vnet_all_traffic,
            "applicationTraffic": False,
            "contentShareTraffic": False,
            "imagePullTraffic": told.vnet_image_pull,
            "backupRestoreTraffic": False,
        },
        "outboundIpAddresses": ",".join(told.outbound_ip_addresses),
        "possibleOutboundIpAddresses": ",".join(possible),
    }


def _site_config(site: Site) -> dict[str, Any]:
    current = shape("config_web.json") | site.config
    return {name: current[name] if name in _SHOWN_IN_SITE else None for name in current}


def identity_body(site: Site, tenant: str) -> dict[str, Any] | None:
    """The key is missing, not null, where there is no identity; ids of a system identity are missing without one."""
    kinds = [*(["SystemAssigned"] if site.principal_id else []), *(["UserAssigned"] if site.user_identities else [])]
    if not kinds:
        return None
    identity: dict[str, Any] = {"type": ", ".join(kinds)}
    if site.principal_id:
        identity |= {"tenantId": tenant, "principalId": site.principal_id}
    if site.user_identities:
        identity["userAssignedIdentities"] = {
            one.id: {"principalId": one.principal_id, "clientId": one.client_id} for one in site.user_identities
        }
    return identity


def kind_of(site: Site) -> str:
    """Answer the kind, which follows what the site runs."""
    if site.told.kind is not None:
        return site.told.kind
    if not site.is_linux:
        return "app,container,windows"
    return "app,linux,container" if site.run_config().image else "app,linux"


def _ssl_state(host: str, kind: str) -> dict[str, Any]:
    nothing = ("ipBasedSslResult", "virtualIP", "virtualIPv6", "thumbprint", "certificateResourceId", "toUpdate")
    rest = dict.fromkeys((*nothing, "toUpdateIpBasedSsl"))
    return {"name": host, "sslState": "Disabled", **rest, "ipBasedSslState": "NotConfigured", "hostType": kind}
