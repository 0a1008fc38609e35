"""Resources are taken away at ARM: 200, or 204 where there was nothing; a resource group takes its time (recorded)."""

from starlette.responses import Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door, needs_quiet
from local.azure.world.names import same, stable_guid, subscription_id

_RETRY_AFTER = "15"


def delete_group(call: ArmCall) -> Response:
    """Take a group away with all that is in it: 202, and a Location that answers 200 in the end."""
    group = call.needs_group()
    call.world.remove_group(group)
    number = stable_guid("deletion", group.id, call.world.now().isoformat())
    call.world.deletions.add(number)
    place = f"{subscription_id(call.subscription)}/operationresults/{number}"
    location = f"https://management.azure.com{place}?api-version={call.query['api-version']}"
    return Response(status_code=202, headers={"location": location, "retry-after": _RETRY_AFTER})


def deletion_result(call: ArmCall) -> Response:
    """Tell how far the deletion of a group is: it is done at once here."""
    if call.place["operation"] not in call.world.deletions:
        raise front_door(404, "NotFound", f"The operation '{call.place['operation']}' could not be found.")
    return Response()


def delete_site(call: ArmCall) -> Response:
    """Take a site away with its slots, or one slot."""
    found = next((one for one in call.world.sites if same(one.id, call.path)), None)
    if found is None:
        return Response(status_code=204)
    needs_quiet(found, call.world.now())
    call.world.remove_site(found)
    return Response()


def delete_plan(call: ArmCall) -> Response:
    """Take a plan away that no site runs on."""
    plan = call.world.plans.find(call.path)
    if plan is None:
        return Response(status_code=204)
    if any(same(one.plan_id, plan.id) for one in call.world.sites):
        text = f"Server farm '{plan.name}' cannot be deleted because it has web app(s) assigned to it."
        raise front_door(409, "Conflict", text)
    call.world.plans.remove(plan)
    return Response()


def delete_registry(call: ArmCall) -> Response:
    """Take a registry away."""
    found = next((one for one in call.world.registries if same(one.id, call.path)), None)
    if found is None:
        return Response(status_code=204)
    call.world.remove_registry(found)
    return Response()


def delete_identity(call: ArmCall) -> Response:
    """Take a user-assigned identity away; sites that have it keep its name."""
    name = next((name for name, one in call.world.identities.items() if same(one.id, call.path)), None)
    if name is None:
        return Response(status_code=204)
    del call.world.identities[name]
    return Response()
