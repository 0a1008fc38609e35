"""The storage account behind the registries: a signed address serves one blob, whole or in part.

As recorded (azure-sdk-for-net: CanDownloadBlobToStreamInUnequalChunks.json). It knows nothing of registries' tokens:
whoever brings one along is refused, as clients that do not drop it at a redirect find out (Azure/acr issue 217).
"""

import hashlib
from base64 import b64encode
from datetime import datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.azure.world import World
from local.azure.world.names import iso_seconds, stable_guid
from local.azure.world.registries import Registry

HOST = "eusmanaged1.blob.core.windows.net"
SIGNED_FOR = timedelta(minutes=20)
_NOT_AS_IT_SHOULD_BE = "Authentication information is not given in the correct format."
_FAILED = "Server failed to authenticate the request."


def signed_url(registry: Registry, digest: str, now: datetime) -> str:
    """Answer the address of a blob of a registry, good for a while."""
    path, end = _path(registry, digest), iso_seconds(now + SIGNED_FOR)
    query = {"se": end, "sig": _signature(path, end), "sp": "r", "spr": "https", "sr": "b", "sv": "2016-05-31"}
    return f"https://{HOST}{path}?{urlencode(query | {'regid': _id(registry)})}"


class ManagedStorage:
    """The ASGI app of the storage account."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request.state.operation = "storage.blob"
        response = self._answer(request)
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        if "authorization" in request.headers:
            return _refused(400, "InvalidAuthenticationInfo", _NOT_AS_IT_SHOULD_BE)
        path, end = request.url.path, request.query_params.get("se", "")
        if request.query_params.get("sig") != _signature(path, end) or end <= iso_seconds(self._world.now()):
            return _refused(403, "AuthenticationFailed", _FAILED)
        digest = f"sha256:{path.split('/')[-2]}"
        found = (one.blobs.stored(digest) for one in self._world.registries if _path(one, digest) == path)
        content = next((one for one in found if one is not None), None)
        if content is None:
            return _refused(404, "BlobNotFound", "The specified blob does not exist.")
        return _part(content, request.headers.get("range", ""))


def _part(content: bytes, wanted: str) -> Response:
    etag = hashlib.sha256(content).hexdigest()[:15].upper()
    headers = {"accept-ranges": "bytes", "x-ms-blob-type": "AppendBlob", "etag": f'"0x{etag}"'}
    first, _, last = wanted.removeprefix("bytes=").partition("-")
    if not first.isdecimal():
        return Response(content, headers=headers, media_type="application/octet-stream")
    if int(first) >= len(content):
        return _refused(416, "InvalidRange", "The range specified is invalid for the current size of the resource.")
    part = content[int(first) : int(last) + 1 if last else None]
    headers["content-range"] = f"bytes {first}-{int(first) + len(part) - 1}/{len(content)}"
    return Response(part, 206, headers, media_type="application/octet-stream")


def _path(registry: Registry, digest: str) -> str:
    number = digest.removeprefix("sha256:")
    return f"/{_id(registry)}-0//docker/registry/v2/blobs/sha256/{number[:2]}/{number}/data"


def _id(registry: Registry) -> str:
    return stable_guid("registry", registry.id).replace("-", "")


def _signature(path: str, end: str) -> str:
    return b64encode(hashlib.sha256(f"{stable_guid('storage key')}\n{path}\n{end}".encode()).digest()).decode()


def _refused(status: int, code: str, text: str) -> Response:
    body = f'<?xml version="1.0" encoding="utf-8"?><Error><Code>{code}</Code><Message>{text}</Message></Error>'
    return Response(body, status, {"x-ms-error-code": code}, media_type="application/xml")
