"""Manifests below /v2: pulled, put and deleted (OCI distribution-spec).

Headers and statuses are those of recorded pushes (azure-sdk-for-net: CanUploadOciManifestWithTag.json), errors those of
CNCF distribution, on which ACR is built, as users of ACR quote them (azure-sdk-for-js issue 25849).
"""

from starlette.responses import JSONResponse, Response

from local.azure.acr.call import RegistryCall
from local.azure.acr.errors import VERSION, registry_body, registry_error
from local.azure.world import pushes
from local.azure.world.images import Manifest
from local.azure.world.manifests import INDEX_TYPES, BlobsUnknown, ManifestInvalid, read_manifest

_DIGEST = "sha256:"


def pull(call: RegistryCall) -> Response:
    """Get a manifest by tag or digest, or its digest alone by HEAD."""
    reference = call.place["reference"]
    manifest = call.registry.manifest(call.repository, reference, call.now)
    if manifest is None or _hidden(call, manifest) or not _accepts(call.headers.getlist("accept"), manifest):
        detail = {"Name": call.repository, "Tag": reference}
        return registry_error(404, "MANIFEST_UNKNOWN", f'manifest tagged by "{reference}" is not found', detail)
    if call.registry.in_quarantine(call.repository, manifest.digest, call.now):
        # Azure/acr: docs/preview/quarantine shows what docker says then; the status is an assumption
        return registry_error(403, "UNKNOWN", "The operation is disallowed.")
    headers = VERSION | {"docker-content-digest": manifest.digest, "etag": f'"{manifest.digest}"'}
    return Response(manifest.body, media_type=manifest.media_type, headers=headers)


def put(call: RegistryCall) -> Response:
    """Put a manifest under a tag, or by its digest alone; each PUT is an event of its own."""
    reference = call.place["reference"]
    by_digest = reference.startswith(_DIGEST)
    media_type = call.headers.get("content-type", "").partition(";")[0].strip()
    try:
        manifest = read_manifest(call.registry, call.repository, media_type, call.body)
    except ManifestInvalid as error:
        return registry_error(400, "MANIFEST_INVALID", "manifest invalid", str(error))
    except BlobsUnknown as error:
        rows = [registry_body("MANIFEST_BLOB_UNKNOWN", "blob unknown to registry", one) for one in error.digests]
        return JSONResponse({"errors": [row["errors"][0] for row in rows]}, 400, VERSION)
    if by_digest and manifest.digest != reference:
        return registry_error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    tag = None if by_digest else reference
    call.world.client_did(pushes.put(call.registry, call.repository, manifest, tag, call.now, call.client))
    location = f"/v2/{call.repository}/manifests/{manifest.digest}"
    headers = VERSION | {"docker-content-digest": manifest.digest, "location": location}
    if manifest.subject:
        headers["oci-subject"] = manifest.subject
    return Response(status_code=201, headers=headers)


def delete(call: RegistryCall) -> Response:
    """Delete a manifest and its tags; a tag alone is removed below /acr/v1."""
    digest = call.place["reference"]
    if not digest.startswith(_DIGEST):
        return registry_error(405, "UNSUPPORTED", "The operation is unsupported.")
    try:
        done = pushes.delete(call.registry, call.repository, digest, call.now, call.client)
    except KeyError:
        detail = {"name": call.repository, "revision": digest}
        return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown", detail)
    call.world.client_did(done)
    return Response(status_code=202, headers=VERSION)


def _hidden(call: RegistryCall, manifest: Manifest) -> bool:
    """Tell whether a tag shows nothing because what it stands for is in quarantine."""
    by_tag = call.place["reference"] != manifest.digest
    return by_tag and call.registry.in_quarantine(call.repository, manifest.digest, call.now)


def _accepts(accept: list[str], manifest: Manifest) -> bool:
    """An index is served only to those who name its type (Azure/acr issue 741: 404 otherwise), in whichever header."""
    named = ",".join(accept)
    return manifest.media_type not in INDEX_TYPES or manifest.media_type in named or "*/*" in named
