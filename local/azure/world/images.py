"""What an image is made of: manifests whose digests are real, from the scenario's description of it."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from local.azure.scenario import Image

_DOCKER = {
    "manifest": "application/vnd.docker.distribution.manifest.v2+json",
    "index": "application/vnd.docker.distribution.manifest.list.v2+json",
    "config": "application/vnd.docker.container.image.v1+json",
    "layer": "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
_OCI = {
    "manifest": "application/vnd.oci.image.manifest.v1+json",
    "index": "application/vnd.oci.image.index.v1+json",
    "config": "application/vnd.oci.image.config.v1+json",
    "layer": "application/vnd.oci.image.layer.v1.tar+gzip",
}


@dataclass(frozen=True)
class Manifest:
    """One manifest: the body that is served, its digest, and whose image it is."""

    digest: str
    media_type: str
    body: bytes
    image: str
    """Name of the scenario's image; for what a client pushed, the beginning of its digest."""
    platform: str | None
    """`os/architecture`; an index has none."""
    children: tuple[str, ...] = ()
    """Digests that an index lists."""
    described: Image | None = None
    """How its container behaves; None where it is no container image."""
    blobs: tuple[bytes, ...] = ()
    """Configuration and layers that come with it; what a client pushes has them in the registry before."""
    subject: str | None = None
    """The digest that it is attached to: a signature's image, say."""

    @property
    def size(self) -> int:
        """Answer its length in bytes, which events report."""
        return len(self.body)


def digest_of(content: bytes) -> str:
    """Answer the OCI digest of content."""
    return "sha256:" + hashlib.sha256(content).hexdigest()


def manifests_of(name: str, image: Image) -> tuple[Manifest, ...]:
    """Answer the manifests of an image in the order of a push: the platforms' own, then the index if there is one."""
    types = _OCI if image.media_type == "oci" else _DOCKER
    single = tuple(_platform_manifest(name, image, platform, types) for platform in image.platforms)
    if len(single) == 1:
        return single
    return (*single, _index(name, image, single, types))


def _platform_manifest(name: str, image: Image, platform: str, types: dict[str, str]) -> Manifest:
    config = _json({"architecture": platform.partition("/")[2], "os": platform.partition("/")[0], "image": name})
    layer = f"{name} {platform}".encode()
    body = _json(
        {
            "schemaVersion": 2,
            "mediaType": types["manifest"],
            "config": {"mediaType": types["config"], "size": len(config), "digest": digest_of(config)},
            "layers": [{"mediaType": types["layer"], "size": len(layer), "digest": digest_of(layer)}],
        }
    )
    return Manifest(digest_of(body), types["manifest"], body, name, platform, described=image, blobs=(config, layer))


def _index(name: str, image: Image, parts: tuple[Manifest, ...], types: dict[str, str]) -> Manifest:
    listed = [
        {"mediaType": part.media_type, "size": part.size, "digest": part.digest, "platform": _platform(part)}
        for part in parts
    ]
    body = _json({"schemaVersion": 2, "mediaType": types["index"], "manifests": listed})
    children = tuple(part.digest for part in parts)
    return Manifest(digest_of(body), types["index"], body, name, None, children, described=image)


def _platform(manifest: Manifest) -> dict[str, str]:
    system, _, architecture = (manifest.platform or "").partition("/")
    return {"architecture": architecture, "os": system}


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, indent=3).encode()
