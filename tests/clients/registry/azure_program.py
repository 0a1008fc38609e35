"""azure-containerregistry, Microsoft's own client, as a build has it that runs with a managed identity.

Run by clients.py as a program of its own; prints what it did as JSON.
"""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from azure.containerregistry import ContainerRegistryClient
from azure.core.exceptions import HttpResponseError
from azure.identity import ManagedIdentityCredential

from tests.clients.registry.layouts import Layout

Did = dict[str, Any]


def push(client: ContainerRegistryClient, repository: str, tag: str, folder: str) -> Did:
    """Push an image layout: its blobs, the manifests of its platforms by digest, the last one under the tag."""
    layout = Layout(Path(folder))
    sizes = [client.upload_blob(repository, io.BytesIO(layout.blob(digest)))[1] for digest in layout.blobs]
    digests = [_set(client, repository, layout, one, tag) for one in layout.manifests]
    return {"digest": digests[-1], "bytes": sum(sizes)}


def retag(client: ContainerRegistryClient, repository: str, tag: str, digest: str) -> Did:
    """Give a manifest that is there one more tag."""
    found = client.get_manifest(repository, digest)
    # the client keeps no bytes; layouts.py writes JSON as this does
    content = io.BytesIO(json.dumps(found.manifest).encode())
    return {"digest": client.set_manifest(repository, content, tag=tag, media_type=str(found.media_type))}


def pull(client: ContainerRegistryClient, repository: str, tag: str, digest: str) -> Did:
    """Get what a tag stands for, and a blob; the client checks the digests of both."""
    manifest = client.get_manifest(repository, tag)
    blob = b"".join(client.download_blob(repository, digest))
    return {"digest": manifest.digest, "blob": blob.hex()}


def delete(client: ContainerRegistryClient, repository: str, digest: str) -> Did:
    """Delete a manifest, and tell the tags that are left."""
    client.delete_manifest(repository, digest)
    return {"tags": [one.name for one in client.list_tag_properties(repository)]}


def untag(client: ContainerRegistryClient, repository: str, tag: str) -> Did:
    """Remove a tag, and tell the manifests that are left."""
    client.delete_tag(repository, tag)
    return {"digests": [one.digest for one in client.list_manifest_properties(repository)]}


def repositories(client: ContainerRegistryClient) -> Did:
    """List the repositories of the registry."""
    return {"repositories": list(client.list_repository_names())}


def _set(client: ContainerRegistryClient, repository: str, layout: Layout, one: dict[str, Any], tag: str) -> str:
    is_last = one["digest"] == layout.digest
    content = io.BytesIO(layout.blob(one["digest"]))
    return client.set_manifest(repository, content, tag=tag if is_last else None, media_type=one["mediaType"])


COMMANDS: dict[str, Callable[..., Did]] = {
    "push": push,
    "retag": retag,
    "pull": pull,
    "delete": delete,
    "untag": untag,
    "repositories": repositories,
}


def main(host: str, who: str, command: str, *words: str) -> None:
    """Do one thing, as the managed identity or as `nobody`; what the registry refuses is told too."""
    credential = ManagedIdentityCredential() if who == "identity" else None
    with ContainerRegistryClient(
        f"https://{host}", credential, audience="https://containerregistry.azure.net"
    ) as client:
        try:
            did = COMMANDS[command](client, *words)
        except HttpResponseError as error:
            headers = getattr(error.response, "headers", {})
            did = {"status": error.status_code, "challenge": headers.get("www-authenticate")}
    sys.stdout.write(json.dumps(did))


if __name__ == "__main__":
    main(*sys.argv[1:])
