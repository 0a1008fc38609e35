"""Resources of every kind in one list, as ARM itself keeps it: no properties of theirs, names of regions in short."""

import re
from typing import Any

from starlette.responses import Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door
from local.azure.arm.registries import registry_body
from local.azure.arm.site_bodies import identity_body, kind_of
from local.azure.world.locations import short_name
from local.azure.world.names import is_within, same, subscription_id

_FILTER = re.compile(
    r"resourceType eq '(?P<type>[^']*)'|tagName eq '(?P<tag>[^']*)'(?: and tagValue eq '(?P<value>[^']*)')?",
    re.IGNORECASE,
)


def list_subscription(call: ArmCall) -> Response:
    """List the resources of a subscription."""
    return _list(call, subscription_id(call.subscription))


def list_group(call: ArmCall) -> Response:
    """List the resources of a resource group."""
    return _list(call, call.needs_group().id)


def _list(call: ArmCall, scope: str) -> Response:
    text = call.query.get("$filter", "")
    match = _FILTER.fullmatch(text)
    if text and match is None:
        raise front_door(400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string.")
    rows = [*_registries(call), *_plans(call), *_sites(call), *_identities(call)]
    return call.page([row for row in rows if is_within(row["id"], scope) and (match is None or _passes(row, match))])


def _passes(row: dict[str, Any], match: re.Match[str]) -> bool:
    if match["type"] is not None:
        return same(row["type"], match["type"])
    value = row.get("tags", {}).get(match["tag"])
    return value is not None and match["value"] in (None, value)


def _registries(call: ArmCall) -> list[dict[str, Any]]:
    kind = "Microsoft.ContainerRegistry/registries"
    rows = []
    for one in call.world.registries:
        row = _row(one.id, one.name, kind, one.told.location)
        who = registry_body(one, call.query["api-version"])["systemData"]
        rows.append(row | {"sku": {"name": one.told.sku, "tier": one.told.sku}, "tags": {}, "systemData": who})
    return rows


def _plans(call: ArmCall) -> list[dict[str, Any]]:
    rows = []
    for one in call.world.plans.of(call.subscription):
        sku = {"name": one.sku, "tier": one.tier, "size": one.sku, "family": one.family, "capacity": one.capacity}
        row = _row(one.id, one.name, "Microsoft.Web/serverFarms", one.location)
        rows.append(row | {"sku": sku, "kind": "linux" if one.is_linux else "app"})
    return rows


def _sites(call: ArmCall) -> list[dict[str, Any]]:
    rows = []
    for one in call.world.sites:
        row = _row(one.id, one.name, one.type, one.location) | {"kind": kind_of(one)}
        identity = identity_body(one, call.world.scenario.tenant)
        row |= {"identity": identity} if identity else {}
        rows.append(row | ({"tags": one.told.tags} if one.told.tags else {}))
    return rows


def _identities(call: ArmCall) -> list[dict[str, Any]]:
    kind = "Microsoft.ManagedIdentity/userAssignedIdentities"
    return [_row(one.id, one.name, kind, one.location) for one in call.world.identities.values()]


def _row(resource_id: str, name: str, kind: str, location: str) -> dict[str, Any]:
    return {"id": resource_id, "name": name, "type": kind, "location": short_name(location)}
