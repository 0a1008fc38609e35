"""Images are imported into a registry: 202, and a Location that answers 200 once it is done (recorded)."""

from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.arm.call import ArmCall
from local.azure.arm.errors import front_door, provider_error
from local.azure.world.names import stable_guid, subscription_id
from local.azure.world.registries import Registry

_STATUSES = {"Conflict": 409, "NotFound": 404}


def import_image(call: ArmCall) -> Response:
    """Take in the scenario's image that is called as the source is, under every target tag; it is done at once here."""
    registry, body = call.registry(), call.body or {}
    source, tags = _source(body), tuple(str(one) for one in body.get("targetTags") or ())
    if source is None or not tags:
        raise front_door(400, "InvalidRequestContent", "The request content was invalid: source, targetTags.")
    operation = f"registries-{stable_guid('import', registry.id, str(next(call.world.numbers)))}"
    call.world.imports[operation] = _hindrance(call, registry, source, tags, force=body.get("mode") == "Force")
    if call.world.imports[operation] is None:
        for repository, tag in map(_split, tags):
            call.world.push(registry.name, repository, tag, source)
    place = f"{subscription_id(call.subscription)}/providers/Microsoft.ContainerRegistry/locations"
    path = f"{place}/{registry.told.location.replace(' ', '').upper()}/operationResults/{operation}"
    location = f"https://management.azure.com{path}?api-version={call.query['api-version']}"
    return Response(status_code=202, headers={"location": location})


def import_result(call: ArmCall) -> Response:
    """Tell what became of an import."""
    operation = call.place["operation"]
    if operation not in call.world.imports:
        raise front_door(404, "ResourceNotFound", f"The operation {operation} was not found.")
    hindrance = call.world.imports[operation]
    if hindrance is not None:
        code, resource, text = hindrance
        # quoted by people for a tag that is there
        raise provider_error(_STATUSES[code], code, f"Operation {operation} failed. Resource {resource} {text}")
    return JSONResponse({"status": "Succeeded"})


def _source(body: dict[str, Any]) -> str | None:
    """Answer the whole name of the source, as `docker pull` takes it."""
    source = body.get("source") or {}
    if not source.get("registryUri") or not source.get("sourceImage"):
        return None
    return f"{source['registryUri']}/{source['sourceImage']}"


def _hindrance(
    call: ArmCall, registry: Registry, source: str, tags: tuple[str, ...], *, force: bool
) -> tuple[str, str, str] | None:
    """Answer (code, resource, text) where it cannot be done."""
    if source not in call.world.scenario.images:
        return "NotFound", registry.id, f"Image {source} is not found."
    taken = [] if force else [tag for tag in tags if registry.tag(*_split(tag), call.world.now()) is not None]
    return ("Conflict", registry.id, f"Tag {taken[0]} already exists in target registry.") if taken else None


def _split(target: str) -> tuple[str, str]:
    repository, _, tag = target.partition(":")
    return repository, tag or "latest"
