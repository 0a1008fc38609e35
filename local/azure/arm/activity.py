"""Microsoft.Insights: the Activity Log of a subscription, and what gets into it.

Each write is two events, its begin and its end (azure-docs: azure-monitor/platform/activity-log-schema). Which right a
reader needs goes by the filter: one over the resource or group that is asked for (as the refusals of Azure name it).
"""

import re
from datetime import datetime
from typing import Any

from starlette.responses import Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import forbidden, provider_error
from local.azure.arm.operation import Operation, scope_of
from local.azure.world import World
from local.azure.world.activity_log import Activity
from local.azure.world.names import group_id, is_within, iso7, iso_seconds, same, stable_guid, subscription_id

READ = "Microsoft.Insights/eventtypes/values/read"
_OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_TERM = re.compile(
    r"eventTimestamp (?P<bound>ge|le) '(?P<time>[^']+)'"
    r"|resourceUri eq '?(?P<resource>/[^']+)'?"
    r"|resourceGroupName eq '?(?P<group>[^']+)'?",
    re.IGNORECASE,
)


def list_events(call: ArmCall) -> Response:
    """List what was done in a span of time, newest first: to one resource, in one group, or anywhere."""
    terms = _terms(call)
    scope = _scope(call, terms)
    if not call.world.roles.allows(call.caller, READ, scope, call.world.now()):
        raise forbidden(call.caller, READ, scope)
    since, until = _time(terms["ge"]), _time(terms.get("le", call.world.now().isoformat()))
    wanted = [
        entry
        for entry in call.world.activity_log.seen(call.world.now())
        if since <= entry.at <= until and _is_asked(entry, scope, exactly="resource" in terms)
    ]
    rows = [row for entry in wanted for row in _events(call.world, entry)]
    names = {name.strip() for name in call.query.get("$select", "").split(",") if name.strip()}
    return call.page([{key: row[key] for key in row if key in names} for row in rows] if names else rows)


def note(call: ArmCall, operation: Operation, claims: dict[str, Any], status: int) -> None:
    """Take what somebody asked for into the log. Reads are in no log."""
    action = operation.action_at(call.place)
    if action is None or action.lower().endswith("/read"):
        return
    world = call.world
    mirid = _managed_identity(world, call.caller)
    said = {"appid": str(claims.get("appid", "")), _OBJECT_ID: call.caller, "idtyp": str(claims.get("idtyp", ""))}
    world.activity_log.add(
        Activity(
            at=world.now(),
            operation=action,
            resource_id=scope_of(call.path),
            caller=call.caller,
            claims=said | ({"xms_mirid": mirid} if mirid else {}),
            status=status,
        )
    )


def _terms(call: ArmCall) -> dict[str, str]:
    """Read the filter; raises the 400 for one without a begin, or with a term that is not supported."""
    text = call.query.get("$filter") or ""
    found: dict[str, str] = {}
    for term in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE):
        match = _TERM.fullmatch(term)
        if match is None:
            raise provider_error(400, "BadRequest", f"The filter '{text}' is not supported.")
        found |= {name: value for name, value in match.groupdict().items() if value and name not in ("bound", "time")}
        if match["bound"]:
            found[match["bound"].lower()] = match["time"]
    if "ge" not in found:
        raise provider_error(400, "BadRequest", "The start time of the query has to be given: eventTimestamp ge '…'.")
    return found


def _scope(call: ArmCall, terms: dict[str, str]) -> str:
    if "resource" in terms:
        return terms["resource"]
    if "group" in terms:
        return group_id(call.subscription, terms["group"])
    return subscription_id(call.subscription)


def _is_asked(entry: Activity, scope: str, exactly: bool) -> bool:
    return same(entry.resource_id, scope) if exactly else is_within(entry.resource_id, scope)


def _time(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise provider_error(400, "BadRequest", f"'{text}' is no time.") from error
    if at.tzinfo is None:
        raise provider_error(400, "BadRequest", f"'{text}' names no zone.")
    return at


def _managed_identity(world: World, object_id: str) -> str | None:
    """Answer the resource whose identity the caller is."""
    identities = [(one.principal_id, one.id) for one in world.identities.values()]
    systems = [(site.principal_id, site.id) for site in world.sites]
    return next((resource for oid, resource in (*identities, *systems) if oid and same(oid, object_id)), None)


def _events(world: World, entry: Activity) -> list[dict[str, Any]]:
    ended = "Succeeded" if entry.status < 400 else "Failed"
    return [_event(world, entry, "EndRequest", ended), _event(world, entry, "BeginRequest", "Started")]


def _event(world: World, entry: Activity, name: str, status: str) -> dict[str, Any]:
    correlation = stable_guid("activity", iso7(entry.at), entry.operation, entry.resource_id, entry.caller)
    event = stable_guid(correlation, name)
    ticks = int(entry.at.timestamp() * 10_000_000) + 621_355_968_000_000_000
    return {
        "authorization": {"action": entry.operation, "scope": entry.resource_id},
        "caller": entry.caller,
        "channels": "Operation",
        "claims": entry.claims,
        "correlationId": correlation,
        "description": "",
        "eventDataId": event,
        "eventName": _word(name),
        "category": _word("Administrative"),
        "eventTimestamp": iso7(entry.at),
        "id": f"{entry.resource_id}/events/{event}/ticks/{ticks}",
        "level": "Error" if status == "Failed" else "Informational",
        "operationId": correlation,
        "operationName": _word(entry.operation),
        "resourceGroupName": entry.resource_id.split("/")[4] if entry.resource_id.count("/") > 3 else "",
        "resourceProviderName": _word(entry.operation.partition("/")[0]),
        "resourceType": _word(entry.operation.rpartition("/")[0]),
        "resourceId": entry.resource_id,
        "status": _word(status),
        "subStatus": _word("" if status == "Started" else str(entry.status)),
        "submissionTimestamp": iso_seconds(entry.at + world.activity_log.lag),
        "subscriptionId": entry.resource_id.split("/")[2],
        "tenantId": world.scenario.tenant,
        "properties": {},
        "relatedEvents": [],
    }


def _word(value: str) -> dict[str, str]:
    return {"value": value, "localizedValue": value}
