"""What a registry lists below /v2: its repositories, the tags of one, and what refers to a manifest."""

import json
from typing import Any

from starlette.responses import JSONResponse, Response

from local.azure.acr.call import RegistryCall
from local.azure.acr.errors import VERSION
from local.azure.acr.properties import name_unknown
from local.azure.world.images import Manifest

_INDEX = "application/vnd.oci.image.index.v1+json"


def repositories(call: RegistryCall) -> Response:
    """List the names of repositories, a page at a time (Azure/acr: docs/AAD-OAuth.md)."""
    names = sorted(name for name in call.registry.repositories if call.registry.manifests(name, call.now))
    page, link = call.page(call.path, names)
    return JSONResponse({"repositories": sorted(page)}, headers=VERSION | link)


def tag_names(call: RegistryCall) -> Response:
    """List the names of tags, a page at a time (Azure/acr: docs/AAD-OAuth.md)."""
    names = [row.name for row in call.registry.tags(call.repository, call.now)]
    if not names and not call.registry.manifests(call.repository, call.now):
        return name_unknown(call)
    page, link = call.page(f"/v2/{call.repository}/tags/list", names)
    return JSONResponse({"name": call.repository, "tags": sorted(page)}, headers=VERSION | link)


def referrers(call: RegistryCall) -> Response:
    """List the manifests whose subject is a digest, as an index; there may be none of them, and no such digest."""
    digest, wanted = call.place["digest"], call.query.get("artifactType")
    attached = [one for one, _ in call.registry.manifests(call.repository, call.now) if one.subject == digest]
    rows = [row for row in map(_descriptor, attached) if wanted is None or row["artifactType"] == wanted]
    headers = VERSION | ({"oci-filters-applied": "artifactType"} if wanted is not None else {})
    body = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": rows}
    return JSONResponse(body, headers=headers, media_type=_INDEX)


def _descriptor(manifest: Manifest) -> dict[str, Any]:
    told = json.loads(manifest.body)
    row = {"mediaType": manifest.media_type, "digest": manifest.digest, "size": manifest.size}
    row["artifactType"] = told.get("artifactType") or told.get("config", {}).get("mediaType", "")
    return row | ({"annotations": told["annotations"]} if told.get("annotations") else {})
