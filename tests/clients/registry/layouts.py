"""Real images on disk, as any builder leaves them: OCI image layouts, of one platform or of several."""

import gzip
import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


@dataclass(frozen=True)
class Layout:
    """A folder with one image under the tag `latest`."""

    folder: Path

    @property
    def manifests(self) -> list[dict[str, Any]]:
        """Descriptors of what is pushed, in the order of a push: the platforms' own, then the index if there is one."""
        (top,) = json.loads((self.folder / "index.json").read_bytes())["manifests"]
        children = json.loads(self.blob(top["digest"]))["manifests"] if top["mediaType"] == INDEX else []
        return [*children, top]

    @property
    def digest(self) -> str:
        """What the image's tag stands for."""
        return str(self.manifests[-1]["digest"])

    @property
    def blobs(self) -> list[str]:
        """The digests of every configuration and layer."""
        told = [json.loads(self.blob(one["digest"])) for one in self.manifests if one["mediaType"] == MANIFEST]
        return [part["digest"] for manifest in told for part in (manifest["config"], *manifest["layers"])]

    @property
    def content(self) -> dict[str, bytes]:
        """Every blob and manifest, by the name of its file."""
        return {file.name: file.read_bytes() for file in (self.folder / "blobs" / "sha256").iterdir()}

    def blob(self, digest: str) -> bytes:
        """Content by its digest: a manifest, a configuration, a layer."""
        return _file(self.folder, digest).read_bytes()


def make_layout(folder: Path, text: str, platforms: tuple[str, ...] = ("linux/amd64",), port: int = 80) -> Layout:
    """Write an image whose layer has one file with a text; several platforms make an index."""
    singles = [_image(folder, text, platform, port) for platform in platforms]
    top = singles[0]
    if len(singles) > 1:
        top = _put(folder, INDEX, _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": singles}))
    named = top | {"annotations": {"org.opencontainers.image.ref.name": "latest"}}
    (folder / "oci-layout").write_bytes(_json({"imageLayoutVersion": "1.0.0"}))
    (folder / "index.json").write_bytes(_json({"schemaVersion": 2, "mediaType": INDEX, "manifests": [named]}))
    return Layout(folder)


def _image(folder: Path, text: str, platform: str, port: int) -> dict[str, Any]:
    system, _, architecture = platform.partition("/")
    layer = _layer(f"{text} on {platform}\n".encode())
    config = {
        "os": system,
        "architecture": architecture,
        "config": {"ExposedPorts": {f"{port}/tcp": {}}, "Cmd": ["cat", "/hello"]},
        "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        "history": [{"created_by": "tests"}],
    }
    parts = {
        "config": _put(folder, CONFIG, _json(config)),
        "layers": [_put(folder, LAYER, gzip.compress(layer, mtime=0))],
    }
    body = _json({"schemaVersion": 2, "mediaType": MANIFEST} | parts)
    return _put(folder, MANIFEST, body) | {"platform": {"os": system, "architecture": architecture}}


def _layer(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        entry = tarfile.TarInfo("hello")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _put(folder: Path, media_type: str, content: bytes) -> dict[str, Any]:
    digest = _digest(content)
    file = _file(folder, digest)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return {"mediaType": media_type, "digest": digest, "size": len(content)}


def _file(folder: Path, digest: str) -> Path:
    return folder / "blobs" / "sha256" / digest.removeprefix("sha256:")


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content).encode()
