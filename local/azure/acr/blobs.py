"""Blobs below /v2: looked at, fetched and deleted. ACR sends whoever fetches one to its storage account (recorded)."""

from starlette.responses import Response

from local.azure.acr.call import RegistryCall
from local.azure.acr.errors import VERSION, registry_error
from local.azure.acr.storage import signed_url


def head(call: RegistryCall) -> Response:
    """Tell whether a blob is there, and how long it is."""
    content = call.registry.blobs.get(call.repository, call.place["digest"])
    if content is None:
        return _unknown(call)
    headers = VERSION | {"docker-content-digest": call.place["digest"], "content-length": str(len(content))}
    return Response(headers=headers, media_type="application/octet-stream")


def get(call: RegistryCall) -> Response:
    """Send to where the blob is stored, for twenty minutes."""
    digest = call.place["digest"]
    if call.registry.blobs.get(call.repository, digest) is None:
        return _unknown(call)
    location = signed_url(call.registry, digest, call.now)
    text = f'<a href="{location.replace("&", "&amp;")}">Temporary Redirect</a>.\n\n'
    headers = VERSION | {"docker-content-digest": digest, "location": location}
    return Response(text, 307, headers, media_type="text/html; charset=utf-8")


def delete(call: RegistryCall) -> Response:
    """Delete a blob; manifests that need it stay."""
    if not call.registry.blobs.remove(call.repository, call.place["digest"]):
        return _unknown(call)
    return Response(status_code=202, headers=VERSION)


def _unknown(call: RegistryCall) -> Response:
    return registry_error(404, "BLOB_UNKNOWN", "blob unknown to registry", call.place["digest"])
