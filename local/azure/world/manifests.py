"""What a manifest says that a client puts: whose blobs it needs, and which container it would make.

OCI image-spec: manifest, image-index, config; docker's own media types mean the same. The registry looks into nothing
else: whatever a repository holds the blobs of, it takes.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from local.azure.scenario import Image
from local.azure.world.images import Manifest, digest_of
from local.azure.world.pulls import WORKER_PLATFORM
from local.azure.world.registries import Registry

IMAGE_TYPES = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
INDEX_TYPES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
_CONFIG_TYPES = ("application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json")
_SHOWN_DIGITS = len("sha256:") + 12


class ManifestInvalid(Exception):
    """It is no manifest of its media type; the text says why."""


class BlobsUnknown(Exception):
    """The repository lacks what it refers to."""

    def __init__(self, digests: list[str]) -> None:
        super().__init__(", ".join(digests))
        self.digests = digests


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel)


class _Platform(_Wire):
    os: str = "linux"
    architecture: str = "amd64"

    def __str__(self) -> str:
        return f"{self.os}/{self.architecture}"


class _Descriptor(_Wire):
    media_type: str
    digest: Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
    size: Annotated[int, Field(ge=0)]
    platform: _Platform | None = None


class _ImageManifest(_Wire):
    schema_version: Literal[2]
    media_type: str | None = None
    config: _Descriptor
    layers: tuple[_Descriptor, ...]
    subject: _Descriptor | None = None


class _Index(_Wire):
    schema_version: Literal[2]
    media_type: str | None = None
    manifests: tuple[_Descriptor, ...]
    subject: _Descriptor | None = None


class _Run(_Wire):
    exposed_ports: dict[str, Any] | None = Field(default=None, alias="ExposedPorts")


class _Config(_Platform):
    config: _Run | None = None


def read_manifest(registry: Registry, repository: str, media_type: str, body: bytes) -> Manifest:
    """Read what is put into a repository; raises ManifestInvalid or BlobsUnknown."""
    if media_type in IMAGE_TYPES:
        return _image(registry, repository, media_type, body)
    if media_type in INDEX_TYPES:
        return _index(registry, repository, media_type, body)
    raise ManifestInvalid(f"the media type {media_type!r} is not supported")


def _image(registry: Registry, repository: str, media_type: str, body: bytes) -> Manifest:
    told = _parsed(_ImageManifest, media_type, body)
    needed = dict.fromkeys(one.digest for one in (told.config, *told.layers))
    missing = [one for one in needed if registry.blobs.get(repository, one) is None]
    if missing:
        raise BlobsUnknown(missing)
    config = _config(registry.blobs.get(repository, told.config.digest), told.config.media_type)
    digest = digest_of(body)
    return Manifest(
        digest,
        media_type,
        body,
        digest[:_SHOWN_DIGITS],
        platform=str(config) if config else None,
        described=_container(config) if config else None,
        subject=told.subject.digest if told.subject else None,
    )


def _index(registry: Registry, repository: str, media_type: str, body: bytes) -> Manifest:
    told = _parsed(_Index, media_type, body)
    missing = [one.digest for one in told.manifests if not registry.holds(repository, one.digest)]
    if missing:
        raise BlobsUnknown(missing)
    images: dict[str, Image] = {}
    for one in told.manifests:
        child = registry.held(repository, one.digest)
        if child is not None and child.described is not None:
            images[str(one.platform or child.platform)] = child.described
    described = images.get(WORKER_PLATFORM) or next(iter(images.values()), None)
    digest = digest_of(body)
    return Manifest(
        digest,
        media_type,
        body,
        digest[:_SHOWN_DIGITS],
        platform=None,
        children=tuple(one.digest for one in told.manifests),
        described=described.model_copy(update={"platforms": tuple(images)}) if described else None,
        subject=told.subject.digest if told.subject else None,
    )


def _parsed[Model: (_ImageManifest, _Index)](model: type[Model], media_type: str, body: bytes) -> Model:
    try:
        told = model.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ManifestInvalid(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    if told.media_type not in (None, media_type):
        raise ManifestInvalid(f"it says that it is {told.media_type}")
    return told


def _config(content: bytes | None, media_type: str) -> _Config | None:
    """Read an image's configuration; None where it is another kind of thing, such as a signature's."""
    if content is None or media_type not in _CONFIG_TYPES:
        return None
    try:
        return _Config.model_validate_json(content)
    except ValidationError:
        return None


def _container(config: _Config) -> Image:
    """Describe a container of which only the configuration is known: it starts, listens where it says, and is well."""
    exposed = (config.config.exposed_ports if config.config else None) or {}
    ports = [int(number) for number in (one.partition("/")[0] for one in exposed) if number.isdecimal()]
    return Image(port=ports[0] if ports else 80, platforms=(str(config),))
