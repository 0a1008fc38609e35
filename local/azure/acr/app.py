"""A registry's data plane: the challenge, the token endpoints, tags and manifests."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.azure.acr.access import exchange, refusal, token
from local.azure.acr.errors import VERSION, registry_error
from local.azure.world import World
from local.azure.world.images import Manifest
from local.azure.world.names import iso7
from local.azure.world.network import shut_out
from local.azure.world.registries import Registry, TagView

_TAG = re.compile(r"/acr/v1/(?P<repository>.+)/_tags/(?P<tag>[^/]+)")
_TAGS = re.compile(r"/acr/v1/(?P<repository>.+)/_tags")
_MANIFESTS = re.compile(r"/acr/v1/(?P<repository>.+)/_manifests")
_ONE_MANIFEST = re.compile(r"/acr/v1/(?P<repository>.+)/_manifests/(?P<digest>[^/]+)")
_MANIFEST = re.compile(r"/v2/(?P<repository>.+)/manifests/(?P<reference>[^/]+)")
_ANY_READ = {"deleteEnabled": True, "writeEnabled": True, "readEnabled": True, "listEnabled": True}
_PAGE = 100
_INDEX_TYPES = ("manifest.list", "image.index")


class RegistryApp:
    """The ASGI app of one registry."""

    def __init__(self, world: World, registry: Registry) -> None:
        self._world = world
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        response = await self._answer(request)
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        world, registry = self._world, self._registry
        path = _path(request)
        kept_out = shut_out(registry.told, [world.scenario.operator.ip_address])
        if kept_out is not None:
            return registry_error(403, "DENIED", kept_out)
        if path == "/oauth2/exchange":
            request.state.operation = "acr.exchange"
            return exchange(world, registry, await _form(request))
        if path == "/oauth2/token":
            request.state.operation = "acr.token"
            asked = await _form(request) if request.method == "POST" else request.query_params
            return token(world, registry, asked)
        return self._read(request, path)

    def _read(self, request: Request, path: str) -> Response:
        if request.method not in ("GET", "HEAD"):
            return registry_error(405, "UNSUPPORTED", "The operation is unsupported.")
        if path == "/v2":
            request.state.operation = "acr.ping"
            return self._refusal(request, None, "") or JSONResponse({}, headers=VERSION)
        if match := _TAG.fullmatch(path):
            request.state.operation = "acr.tag"
            return self._refusal(request, match["repository"], "metadata_read") or self._tag(**match.groupdict())
        if match := _TAGS.fullmatch(path):
            request.state.operation = "acr.tags"
            return self._refusal(request, match["repository"], "metadata_read") or self._tags(request, match[1])
        if match := _MANIFESTS.fullmatch(path):
            request.state.operation = "acr.manifests"
            return self._refusal(request, match["repository"], "metadata_read") or self._manifests(request, match[1])
        if match := _ONE_MANIFEST.fullmatch(path):
            request.state.operation = "acr.manifest_properties"
            return self._refusal(request, match["repository"], "metadata_read") or self._properties(*match.groups())
        if match := _MANIFEST.fullmatch(path):
            request.state.operation = "acr.manifest"
            return self._refusal(request, match["repository"], "pull") or self._manifest(request, *match.groups())
        return Response("404 page not found\n", 404, media_type="text/plain")

    def _refusal(self, request: Request, repository: str | None, action: str) -> Response | None:
        authorization = request.headers.get("authorization", "")
        return refusal(self._world, self._registry, authorization, repository, action)

    def _tag(self, repository: str, tag: str) -> Response:
        view = self._registry.tag(repository, tag, self._world.now())
        if view is None:
            return registry_error(404, "TAG_UNKNOWN", "the specified tag does not exist")
        return JSONResponse(self._named(repository) | {"tag": _tag_row(view)}, headers=VERSION)

    def _tags(self, request: Request, repository: str) -> Response:
        rows = self._registry.tags(repository, self._world.now())
        if not rows:
            return registry_error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": repository})
        digest = request.query_params.get("digest")
        wanted = [row for row in rows if digest is None or row.digest == digest]
        if request.query_params.get("orderby") == "timedesc":
            wanted.sort(key=lambda row: row.updated, reverse=True)
        page, link = _page(request, repository, "_tags", [row.name for row in wanted])
        shown = [_tag_row(row) for row in wanted if row.name in page]
        return JSONResponse(self._named(repository) | {"tags": shown}, headers=VERSION | link)

    def _manifests(self, request: Request, repository: str) -> Response:
        rows = self._registry.manifests(repository, self._world.now())
        if not rows:
            return registry_error(404, "NAME_UNKNOWN", "repository name not known to registry", {"name": repository})
        page, link = _page(request, repository, "_manifests", [manifest.digest for manifest, _ in rows])
        shown = [self._row(repository, *row) for row in rows if row[0].digest in page]
        return JSONResponse(self._named(repository) | {"manifests": shown}, headers=VERSION | link)

    def _properties(self, repository: str, digest: str) -> Response:
        for row in self._registry.manifests(repository, self._world.now()):
            if row[0].digest == digest:
                return JSONResponse(
                    self._named(repository) | {"manifest": self._row(repository, *row)}, headers=VERSION
                )
        return registry_error(404, "MANIFEST_UNKNOWN", "manifest unknown", {"name": repository, "revision": digest})

    def _row(self, repository: str, manifest: Manifest, came: datetime) -> dict[str, Any]:
        tags = [one.name for one in self._registry.tags(repository, self._world.now()) if one.digest == manifest.digest]
        row = _manifest_row(manifest, iso7(came), tags)
        if self._registry.told.quarantine_enabled:
            inside = self._registry.in_quarantine(repository, manifest.digest, self._world.now())
            row["changeableAttributes"] = _ANY_READ | {"quarantineState": "Quarantined" if inside else "Passed"}
        return row

    def _manifest(self, request: Request, repository: str, reference: str) -> Response:
        manifest = self._registry.manifest(repository, reference, self._world.now())
        if (
            manifest is None
            or self._hidden(repository, reference, manifest)
            or not _accepts(request.headers.get("accept", ""), manifest)
        ):
            detail = {"Name": repository, "Tag": reference}
            text = f'manifest tagged by "{reference}" is not found'
            return registry_error(404, "MANIFEST_UNKNOWN", text, detail)
        if self._registry.in_quarantine(repository, manifest.digest, self._world.now()):
            # Azure/acr: docs/preview/quarantine shows what docker says then; the status is an assumption
            return registry_error(403, "UNKNOWN", "The operation is disallowed.")
        headers = VERSION | {"docker-content-digest": manifest.digest, "etag": f'"{manifest.digest}"'}
        return Response(manifest.body, media_type=manifest.media_type, headers=headers)

    def _hidden(self, repository: str, reference: str, manifest: Manifest) -> bool:
        """Tell whether a tag shows nothing because what it stands for is in quarantine."""
        by_tag = reference != manifest.digest
        return by_tag and self._registry.in_quarantine(repository, manifest.digest, self._world.now())

    def _named(self, repository: str) -> dict[str, Any]:
        return {"registry": self._registry.login_server, "imageName": repository}


def _path(request: Request) -> str:
    """Answer the path with its `%2F` and `%3A` decoded only now, from the raw one."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return unquote(raw.partition(b"?")[0].decode()).rstrip("/")


async def _form(request: Request) -> QueryParams:
    """Answer a form's fields, which are written like a query."""
    return QueryParams((await request.body()).decode())


def _accepts(accept: str, manifest: Manifest) -> bool:
    """An index is served only to those who name its type (Azure/acr issue 741: 404 otherwise)."""
    if not any(part in manifest.media_type for part in _INDEX_TYPES):
        return True
    return manifest.media_type in accept or "*/*" in accept


def _page(request: Request, repository: str, kind: str, keys: list[str]) -> tuple[set[str], dict[str, str]]:
    """Answer the keys of the page and its Link: relative, and without the filters of the call (recorded)."""
    size = int(request.query_params.get("n") or _PAGE)
    last = request.query_params.get("last")
    begin = keys.index(last) + 1 if last in keys else 0
    page = keys[begin : begin + size]
    if begin + size >= len(keys):
        return set(page), {}
    order = request.query_params.get("orderby", "")
    target = f"/acr/v1/{quote(repository, safe='')}/{kind}?last={quote(page[-1], safe='')}&n={size}&orderby={order}"
    return set(page), {"link": f'<{target}>; rel="next"'}


def _tag_row(view: TagView) -> dict[str, Any]:
    return {
        "name": view.name,
        "digest": view.digest,
        "createdTime": iso7(view.created),
        "lastUpdateTime": iso7(view.updated),
        "signed": False,
        "changeableAttributes": _ANY_READ,
    }


def _manifest_row(manifest: Manifest, came: str, tags: list[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"digest": manifest.digest, "imageSize": manifest.size, "createdTime": came}
    row |= {"lastUpdateTime": came, "mediaType": manifest.media_type, "changeableAttributes": _ANY_READ}
    if manifest.platform:
        system, _, architecture = manifest.platform.partition("/")
        row |= {"architecture": architecture, "os": system}
    return row | ({"tags": tags} if tags else {})
