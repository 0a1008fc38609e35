"""oras, as somebody has it who pushes to any registry: signed in with a user name and a password.

Run by clients.py in an environment of its own; prints what it did as JSON. PASSWORD is the registry's refresh token, as
after `az acr login --expose-token`.
"""
# mypy: disable-error-code="import-not-found"

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from oras.client import OrasClient
from oras.layout import NewLayout, NewLayoutFromRegistry
from oras.oci import NewLayer, Subject

NULL_GUID = "00000000-0000-0000-0000-000000000000"
Did = dict[str, Any]


def push(client: Any, reference: str, folder: str) -> Did:
    """Push an image layout with all its platforms, every blob in pieces of 64 bytes."""
    answer = NewLayout(folder).push_to_registry(client, reference, do_chunked=True, chunk_size=64)
    return _told(answer)


def pull(client: Any, reference: str, folder: str) -> Did:
    """Pull an image with all its platforms into a new layout."""
    NewLayoutFromRegistry(folder, client, reference)
    return {}


def attach(client: Any, reference: str, file: str, subject: str = "") -> Did:
    """Push a file as an artifact, to a manifest (its descriptor as JSON) where one is given."""
    about = Subject(**json.loads(subject)) if subject else None
    answer = client.push(reference, files=[file], subject=about, disable_path_validation=True, quiet=True)
    return _told(answer)


def forge(client: Any, reference: str, file: str) -> Did:
    """Try to upload a file under the digest of another one, and a manifest by a digest that is not its own."""
    container = client.get_container(reference)
    layer = NewLayer(file)
    blob = client.put_upload(file, container, layer | {"digest": f"sha256:{'0' * 64}"})
    manifest = {"schemaVersion": 2, "config": layer, "layers": []}
    unknown = client.upload_manifest(manifest, container)
    client.upload_blob(file, container, layer)
    wrong = client.get_container(f"{reference.rpartition(':')[0]}@sha256:{'0' * 64}")
    by_digest = client.upload_manifest(manifest, wrong)
    return {"blob": _told(blob), "without its blob": _told(unknown), "manifest": _told(by_digest)}


def tags(client: Any, reference: str) -> Did:
    """List the tags of a repository."""
    return {"tags": client.get_tags(reference)}


def _told(answer: Any) -> Did:
    codes = [error["code"] for error in answer.json()["errors"]] if answer.status_code >= 400 else []
    return {"status": answer.status_code, "codes": codes} | {
        name.lower(): text for name, text in answer.headers.items()
    }


def _signed_in(reference: str, asks_for_a_push: bool) -> Any:
    client = OrasClient()
    client.auth.set_basic_auth(NULL_GUID, os.environ["PASSWORD"])
    if asks_for_a_push:
        # oras keeps the first token it gets (oras-py issue 133), so the first request has to be one that pushes
        client.do_request(f"https://{client.get_container(reference).upload_blob_url()}", "POST")
    return client


COMMANDS: dict[str, Callable[..., Did]] = {
    "push": push,
    "pull": pull,
    "attach": attach,
    "forge": forge,
    "tags": tags,
}


def main(command: str, reference: str, *more: str) -> None:
    """Do one thing."""
    client = _signed_in(reference, asks_for_a_push=command not in ("pull", "tags"))
    sys.stdout.write(json.dumps(COMMANDS[command](client, reference, *more)))


if __name__ == "__main__":
    main(*sys.argv[1:])
