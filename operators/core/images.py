"""Image references: what `linuxFxVersion` names and what registries call by tag and digest."""

import re
from typing import Annotated, Self

from pydantic import StringConstraints

from operators.core.model import Digest, Model

# The reference grammar of github.com/distribution/reference, cut to what a registry can serve (no host: Docker Hub).
_HOST = r"(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*(?::[0-9]+)?"
_COMPONENT = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_REPOSITORY = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_TAG = r"[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}"
_REFERENCE = re.compile(
    rf"(?:(?P<host>{_HOST})/)?(?P<repository>{_REPOSITORY})(?::(?P<tag>{_TAG}))?(?:@(?P<digest>sha256:[0-9a-f]{{64}}))?"
)
_DOCKER_HUB = "docker.io"

LoginServer = Annotated[str, StringConstraints(pattern=rf"^{_HOST}$", to_lower=True)]
"""A registry's host (and port), in lower case, as ACR compares it."""

Repository = Annotated[str, StringConstraints(pattern=rf"^{_REPOSITORY}$", max_length=255)]
"""A repository inside a registry; may contain `/`."""

Tag = Annotated[str, StringConstraints(pattern=rf"^{_TAG}$")]
"""An image tag. Upper and lower case differ."""


def is_tag(text: str) -> bool:
    """Whether an image tag can be called so."""
    return re.fullmatch(_TAG, text) is not None


class ImageReference(Model):
    """`registry/repository[:tag][@digest]`."""

    registry: LoginServer
    repository: Repository
    tag: Tag | None = None
    digest: Digest | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a reference as the container engine does: no host is Docker Hub, neither tag nor digest is `latest`.

        Raises ValueError where the text is no reference.
        """
        match = _REFERENCE.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not an image reference (registry/repository[:tag][@sha256:…])")
        host, repository, tag, digest = match["host"], match["repository"], match["tag"], match["digest"]
        if host and not ("." in host or ":" in host or host == "localhost"):
            host, repository = None, f"{host}/{repository}"
        if tag is None and digest is None:
            tag = "latest"
        return cls(registry=host or _DOCKER_HUB, repository=repository, tag=tag, digest=digest)

    def at(self, digest: str) -> "ImageReference":
        """The same repository at exactly this digest."""
        return ImageReference(registry=self.registry, repository=self.repository, digest=digest)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"


def parse_linux_fx_version(linux_fx_version: str | None) -> ImageReference | None:
    """The image of a classic Linux container (`DOCKER|image`, prefix in any case), None where the site runs no such.

    Compose (`COMPOSE|…`), sidecar sites (`sitecontainers`) and built-in stacks (`PYTHON|3.13`) are not classic
    containers. Raises ValueError where the prefix promises an image and the rest is none.
    Source: azure-docs, app-service/configure-custom-container.
    """
    prefix, bar, image = (linux_fx_version or "").partition("|")
    if not bar or prefix.upper() != "DOCKER":
        return None
    return ImageReference.parse(image.removeprefix("https://"))


def names_site_containers(linux_fx_version: str | None) -> bool:
    """Whether the site is sidecar-enabled: what it runs stands in resources of their own, its `sitecontainers`.

    Source: azure-docs, app-service/configure-sidecar; azure-cli writes the word in capitals.
    """
    return (linux_fx_version or "").lower() == "sitecontainers"


def linux_fx_version(image: ImageReference) -> str:
    """The value for `siteConfig.linuxFxVersion` that makes a classic Linux container run this image."""
    return f"DOCKER|{image}"
