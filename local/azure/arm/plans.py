"""App Service plans at ARM."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import ArmError, web_body, web_not_found
from local.azure.arm.shapes import shape
from local.azure.world.locations import display_name, short_name
from local.azure.world.names import file_time, same, stable_guid
from local.azure.world.plans import Plan


def list_subscription(call: ArmCall) -> Response:
    """List the plans of a subscription."""
    return call.page([_body(call, one) for one in call.world.plans.of(call.subscription)])


def list_group(call: ArmCall) -> Response:
    """List the plans of a resource group."""
    group = call.needs_group().name
    return call.page([_body(call, one) for one in call.world.plans.of(call.subscription, group)])


def get_plan(call: ArmCall) -> Response:
    """Get one plan."""
    found = call.world.plans.find(call.path)
    if found is None:
        raise web_not_found("ServerFarm", call.place["plan"])
    return JSONResponse(_body(call, found))


def put_plan(call: ArmCall) -> Response:
    """Make a plan or change it: 200 either way (recorded)."""
    group, asked = call.needs_group().name, call.body or {}
    sku, properties = asked.get("sku") or {}, asked.get("properties") or {}
    if not asked.get("location"):
        message = "The parameter Location has an invalid value."
        template = "The parameter {0} has an invalid value."
        raise ArmError(400, web_body("BadRequest", message, "51021", template, "Location"))
    there = call.world.plans.find(call.path)
    plan = Plan(
        subscription=call.subscription,
        resource_group=group,
        name=call.place["plan"],
        location=asked["location"],
        sku=str(sku.get("name") or "F1"),
        capacity=int(sku.get("capacity") or 1),
        is_linux=bool(properties.get("reserved")),
        created=there.created if there else call.world.now(),
    )
    call.world.plans.put(plan)
    return JSONResponse(_body(call, plan), headers={"etag": f'"{file_time(call.world.now()):X}"'})


def _body(call: ArmCall, plan: Plan) -> dict[str, Any]:
    sku = {"name": plan.sku, "tier": plan.tier, "size": plan.sku, "family": plan.family, "capacity": plan.capacity}
    kind = "linux" if plan.is_linux else "app"
    number = int(stable_guid(plan.id)[:4], 16)
    region = display_name(plan.location)
    own = {
        "serverFarmId": number,
        "name": plan.name,
        "sku": sku,
        "numberOfWorkers": plan.capacity,
        "currentNumberOfWorkers": plan.capacity,
        "webSpace": f"{plan.resource_group}-{region.replace(' ', '')}webspace{'-Linux' if plan.is_linux else ''}",
        "subscription": plan.subscription,
        "geoRegion": region,
        "numberOfSites": sum(same(site.plan_id, plan.id) for site in call.world.sites),
        "kind": kind,
        "resourceGroup": plan.resource_group,
        "reserved": plan.is_linux,
        "mdmId": f"waws-prod-local-001_{number}",
        "createdTime": plan.created.strftime("%Y-%m-%dT%H:%M:%S.%f"),
    }
    return {
        "id": plan.id,
        "name": plan.name,
        "type": "Microsoft.Web/serverfarms",
        "kind": kind,
        "location": short_name(plan.location),
        "properties": shape("plan.json") | own,
        "sku": sku,
    }
