"""What a registry tells about tags and manifests below /acr/v1 (azure-rest-api-specs: containerregistry.json)."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.responses import JSONResponse, Response

from local.azure.acr.call import RegistryCall
from local.azure.acr.errors import VERSION, registry_error
from local.azure.world.images import Manifest
from local.azure.world.names import iso7
from local.azure.world.registries import TagView

_ANY = {"deleteEnabled": True, "writeEnabled": True, "readEnabled": True, "listEnabled": True}


def tag(call: RegistryCall) -> Response:
    """Get one tag."""
    view = call.registry.tag(call.repository, call.place["tag"], call.now)
    if view is None:
        return _tag_unknown()
    return JSONResponse(call.named(tag=_tag_row(view)), headers=VERSION)


def untag(call: RegistryCall) -> Response:
    """Remove a tag; its manifest stays, and no event tells of it (azure-docs: container-registry-webhook-reference)."""
    view = call.registry.tag(call.repository, call.place["tag"], call.now)
    if view is None:
        return _tag_unknown()
    call.registry.remove_tag(call.repository, view.name, call.now)
    return Response(status_code=202, headers=VERSION | {"x-ms-int-docker-content-digest": view.digest})


def tags(call: RegistryCall) -> Response:
    """List the tags of a repository, or those of one digest."""
    rows = call.registry.tags(call.repository, call.now)
    if not rows and not call.registry.manifests(call.repository, call.now):
        return name_unknown(call)
    digest = call.query.get("digest")
    wanted = [row for row in rows if digest is None or row.digest == digest]
    if call.query.get("orderby") == "timedesc":
        wanted.sort(key=lambda row: row.updated, reverse=True)
    page, link = call.page(_path(call, "_tags"), [row.name for row in wanted])
    shown = [_tag_row(row) for row in wanted if row.name in page]
    return JSONResponse(call.named(tags=shown), headers=VERSION | link)


def manifests(call: RegistryCall) -> Response:
    """List the manifests of a repository."""
    rows = call.registry.manifests(call.repository, call.now)
    if not rows:
        return name_unknown(call)
    page, link = call.page(_path(call, "_manifests"), [manifest.digest for manifest, _ in rows])
    shown = [_manifest_row(call, *row) for row in rows if row[0].digest in page]
    return JSONResponse(call.named(manifests=shown), headers=VERSION | link)


def manifest(call: RegistryCall) -> Response:
    """Tell about one manifest."""
    digest = call.place["digest"]
    for row in call.registry.manifests(call.repository, call.now):
        if row[0].digest == digest:
            return JSONResponse(call.named(manifest=_manifest_row(call, *row)), headers=VERSION)
    detail = {"name": call.repository, "revision": digest}
    return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown", detail)


def name_unknown(call: RegistryCall) -> Response:
    """Refuse a repository that is not there."""
    text = "repository name not known to registry"
    return registry_error(404, "NAME_UNKNOWN", text, {"name": call.repository})


def _tag_unknown() -> Response:
    return registry_error(404, "TAG_UNKNOWN", "the specified tag does not exist")


def _path(call: RegistryCall, kind: str) -> str:
    return f"/acr/v1/{quote(call.repository, safe='')}/{kind}"


def _tag_row(view: TagView) -> dict[str, Any]:
    return {
        "name": view.name,
        "digest": view.digest,
        "createdTime": iso7(view.created),
        "lastUpdateTime": iso7(view.updated),
        "signed": False,
        "changeableAttributes": _ANY,
    }


def _manifest_row(call: RegistryCall, manifest: Manifest, came: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {"digest": manifest.digest, "imageSize": manifest.size, "createdTime": iso7(came)}
    row |= {"lastUpdateTime": iso7(came), "mediaType": manifest.media_type, "changeableAttributes": _ANY}
    if manifest.platform:
        system, _, architecture = manifest.platform.partition("/")
        row |= {"architecture": architecture, "os": system}
    tags = [one.name for one in call.registry.tags(call.repository, call.now) if one.digest == manifest.digest]
    if tags:
        row["tags"] = tags
    if call.registry.told.quarantine_enabled:
        inside = call.registry.in_quarantine(call.repository, manifest.digest, call.now)
        row["changeableAttributes"] = _ANY | {"quarantineState": "Quarantined" if inside else "Passed"}
    return row
