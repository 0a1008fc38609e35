"""Blob uploads below /v2: begun, continued piece by piece, ended with a digest (OCI distribution-spec: Pushing blobs).

Headers are those of recorded uploads (azure-sdk-for-net: CanUploadBlobInUnequalChunks.json); the errors are CNCF
distribution's, on which ACR is built.
"""

from starlette.responses import Response

from local.azure.acr.call import RegistryCall
from local.azure.acr.errors import VERSION, registry_error
from local.azure.world.images import digest_of
from local.azure.world.names import stable_guid
from local.azure.world.uploads import Upload


def start(call: RegistryCall) -> Response:
    """Begin an upload, or show a blob of another repository here; where that one lacks it, an upload begins as well."""
    digest, source = call.query.get("mount"), call.query.get("from")
    if digest and source and call.registry.blobs.mount(digest, source, call.repository):
        return _taken_in(call, digest)
    number = stable_guid("upload", call.registry.id, str(next(call.world.numbers)))
    upload = Upload(number, call.repository, call.now)
    call.registry.uploads[number] = upload
    return _so_far(upload, 202)


def status(call: RegistryCall) -> Response:
    """Tell how much of an upload is there."""
    upload = _upload(call)
    return _so_far(upload, 204) if upload is not None else _unknown()


def add(call: RegistryCall) -> Response:
    """Take the next piece; where its Content-Range does not follow, say what is there."""
    upload = _upload(call)
    if upload is None:
        return _unknown()
    if call.query.get("_state") != upload.state:
        return _invalid()
    if not upload.continues_with(call.headers.get("content-range")):
        refused = registry_error(416, "RANGE_INVALID", "invalid content range")
        refused.headers.update({"location": upload.location, "range": upload.range})
        return refused
    upload.content += call.body
    return _so_far(upload, 202)


def finish(call: RegistryCall) -> Response:
    """Take the last piece, if there is one, and the whole under its digest; with a wrong one the upload is lost."""
    upload = _upload(call)
    if upload is None:
        return _unknown()
    if call.query.get("_state") != upload.state:
        return _invalid()
    call.registry.uploads.pop(upload.id)
    content = bytes(upload.content) + call.body
    digest = digest_of(content)
    if call.query.get("digest") != digest:
        return registry_error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
    call.registry.blobs.put(call.repository, content)
    return _taken_in(call, digest)


def cancel(call: RegistryCall) -> Response:
    """Give an upload up."""
    upload = _upload(call)
    if upload is None:
        return _unknown()
    call.registry.uploads.pop(upload.id)
    return Response(status_code=204, headers=VERSION)


def _upload(call: RegistryCall) -> Upload | None:
    upload = call.registry.uploads.get(call.place["upload"])
    return upload if upload is not None and upload.repository == call.repository else None


def _so_far(upload: Upload, status: int) -> Response:
    headers = {"location": upload.location, "range": upload.range, "docker-upload-uuid": upload.id}
    return Response(status_code=status, headers=VERSION | headers)


def _taken_in(call: RegistryCall, digest: str) -> Response:
    location = f"/v2/{call.repository}/blobs/{digest}"
    return Response(status_code=201, headers=VERSION | {"location": location, "docker-content-digest": digest})


def _unknown() -> Response:
    return registry_error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")


def _invalid() -> Response:
    return registry_error(404, "BLOB_UPLOAD_INVALID", "blob upload invalid")
