"""The operations of a registry's data plane: where each is, what a token has to cover for it, and who answers."""

import re
from dataclasses import dataclass, field

from starlette.datastructures import QueryParams
from starlette.responses import JSONResponse, Response

from local.azure.acr import blobs, listing, manifests, properties, uploads
from local.azure.acr.access import CATALOG, Need
from local.azure.acr.call import Handler, RegistryCall
from local.azure.acr.errors import VERSION

_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_SEGMENTS = {
    "repository": rf"{_COMPONENT}(?:/{_COMPONENT})*",  # one with capitals is no path here (recorded)
    "tag": r"[^/]+",
    "reference": r"[^/]+",
    "digest": r"[a-z0-9]+:[^/]+",
    "upload": r"[^/:]+",
}


@dataclass(frozen=True)
class Operation:
    """One operation of the data plane."""

    name: str
    methods: tuple[str, ...]
    template: str
    actions: tuple[str, ...]
    """Of the repository in the path, if there is one; none needs a token that may be for anything."""
    handler: Handler
    pattern: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = re.sub(r"\{(\w+)\}", lambda found: f"(?P<{found[1]}>{_SEGMENTS[found[1]]})", self.template)
        object.__setattr__(self, "pattern", re.compile(parts))

    def needs(self, place: dict[str, str], query: QueryParams) -> list[Need]:
        """Answer what a token has to cover; a blob that is shown here too has to be pulled from where it is."""
        if self.actions == CATALOG.actions:
            return [CATALOG]
        needs = [Need(place["repository"], self.actions)] if self.actions else []
        if self.handler is uploads.start and "mount" in query and "from" in query:
            needs.append(Need(query["from"], ("pull",)))
        return needs


def ping(_: RegistryCall) -> Response:
    """Tell that this is a registry."""
    return JSONResponse({}, headers=VERSION)


_READ = ("GET", "HEAD")
_PULL, _PUSH, _DELETE, _LOOK = ("pull",), ("pull", "push"), ("delete",), ("metadata_read",)
_V1, _V2 = "/acr/v1/{repository}", "/v2/{repository}"
_UPLOAD = _V2 + "/blobs/uploads/{upload}"
_BLOB = _V2 + "/blobs/{digest}"
_MANIFEST = _V2 + "/manifests/{reference}"
OPERATIONS = (
    Operation("acr.ping", _READ, "/v2", (), ping),
    Operation("acr.repositories", _READ, "/v2/_catalog", CATALOG.actions, listing.repositories),
    Operation("acr.repositories", _READ, "/acr/v1/_catalog", CATALOG.actions, listing.repositories),
    Operation("acr.tags", _READ, _V1 + "/_tags", _LOOK, properties.tags),
    Operation("acr.tag", _READ, _V1 + "/_tags/{tag}", _LOOK, properties.tag),
    Operation("acr.untag", ("DELETE",), _V1 + "/_tags/{tag}", _DELETE, properties.untag),
    Operation("acr.manifests", _READ, _V1 + "/_manifests", _LOOK, properties.manifests),
    Operation("acr.manifest_properties", _READ, _V1 + "/_manifests/{digest}", _LOOK, properties.manifest),
    Operation("acr.tag_names", _READ, _V2 + "/tags/list", _LOOK, listing.tag_names),
    Operation("acr.referrers", _READ, _V2 + "/referrers/{digest}", _PULL, listing.referrers),
    Operation("acr.manifest", _READ, _MANIFEST, _PULL, manifests.pull),
    Operation("acr.put_manifest", ("PUT",), _MANIFEST, _PUSH, manifests.put),
    Operation("acr.delete_manifest", ("DELETE",), _MANIFEST, _DELETE, manifests.delete),
    Operation("acr.start_upload", ("POST",), _V2 + "/blobs/uploads", _PUSH, uploads.start),
    Operation("acr.upload", ("GET",), _UPLOAD, _PUSH, uploads.status),
    Operation("acr.continue_upload", ("PATCH",), _UPLOAD, _PUSH, uploads.add),
    Operation("acr.finish_upload", ("PUT",), _UPLOAD, _PUSH, uploads.finish),
    Operation("acr.cancel_upload", ("DELETE",), _UPLOAD, _PUSH, uploads.cancel),
    Operation("acr.head_blob", ("HEAD",), _BLOB, _PULL, blobs.head),
    Operation("acr.blob", ("GET",), _BLOB, _PULL, blobs.get),
    Operation("acr.delete_blob", ("DELETE",), _BLOB, _DELETE, blobs.delete),
)
