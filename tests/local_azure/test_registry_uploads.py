"""Blobs come into a registry piece by piece, and out of it from its storage account."""

import json
from urllib.parse import urlsplit

import pytest

from local.azure.asgi import Answer, ask
from local.azure.front import Front
from local.azure.world.images import digest_of
from tests.local_azure.pusher import Pusher, codes, header
from tests.local_azure.store import access_token, call

CONTENT = b"a layer of a few bytes"


async def fetched(pusher: Pusher, location: str, **headers: str) -> Answer:
    """Follow a redirect to the storage account, as a client that drops its token there."""
    return await ask(Front(pusher.world), "GET", location, list(headers.items()))


async def test_a_blob_in_pieces() -> None:
    """Each answer says how far it is and where the next piece goes, as recorded; the last one has the digest."""
    pusher = await Pusher.of()
    begun = await pusher.ask("POST", "blobs/uploads/")
    assert (begun.status, header(begun, "range"), begun.body) == (202, "0-0", b"")
    assert header(begun, "location").startswith(
        f"/v2/team/web/blobs/uploads/{header(begun, 'docker-upload-uuid')}?_nouploadcache=false&_state="
    )
    first = await pusher.ask("PATCH", header(begun, "location"), CONTENT[:10], content_range="0-9")
    assert (first.status, header(first, "range")) == (202, "0-9")
    assert header(first, "location") != header(begun, "location")
    seen = await pusher.ask("GET", header(first, "location"))
    assert (seen.status, header(seen, "range")) == (204, "0-9")
    rest = await pusher.ask("PATCH", header(first, "location"), CONTENT[10:], content_range=f"10-{len(CONTENT) - 1}")
    digest = digest_of(CONTENT)
    done = await pusher.ask("PUT", f"{header(rest, 'location')}&digest={digest}")
    assert (done.status, header(done, "docker-content-digest")) == (201, digest)
    assert header(done, "location") == f"/v2/team/web/blobs/{digest}"
    found = await pusher.ask("HEAD", f"blobs/{digest}")
    assert (found.status, header(found, "content-length")) == (200, str(len(CONTENT)))


@pytest.mark.parametrize(
    ("content_range", "state", "status", "code"),
    [
        pytest.param("5-9", True, 416, "RANGE_INVALID", id="a piece is missing"),
        pytest.param("bytes 0-4", True, 202, None, id="as HTTP writes it"),
        pytest.param("0-4", False, 404, "BLOB_UPLOAD_INVALID", id="not where the last answer said"),
    ],
)
async def test_pieces_have_to_follow(content_range: str, state: bool, status: int, code: str | None) -> None:
    """A piece goes where the last answer said, and begins where the last piece ended."""
    pusher = await Pusher.of()
    location = header(await pusher.ask("POST", "blobs/uploads/"), "location")
    where = location if state else location.partition("?")[0]
    answer = await pusher.ask("PATCH", where, CONTENT[:5], content_range=content_range)
    assert answer.status == status
    assert code is None or codes(answer) == [code]


async def test_a_wrong_digest_loses_the_upload() -> None:
    """The content is checked; after that there is no such upload, and no such blob."""
    pusher = await Pusher.of()
    location = header(await pusher.ask("POST", "blobs/uploads/"), "location")
    wrong = digest_of(b"something else")
    refused = await pusher.ask("PUT", f"{location}&digest={wrong}", CONTENT)
    assert (refused.status, codes(refused)) == (400, ["DIGEST_INVALID"])
    again = await pusher.ask("PUT", f"{location}&digest={digest_of(CONTENT)}", CONTENT)
    assert (again.status, codes(again)) == (404, ["BLOB_UPLOAD_UNKNOWN"])
    assert (await pusher.ask("HEAD", f"blobs/{wrong}")).status == 404


async def test_an_upload_is_given_up() -> None:
    """DELETE ends it."""
    pusher = await Pusher.of()
    location = header(await pusher.ask("POST", "blobs/uploads/"), "location")
    assert (await pusher.ask("DELETE", location)).status == 204
    assert codes(await pusher.ask("PATCH", location, CONTENT)) == ["BLOB_UPLOAD_UNKNOWN"]


@pytest.mark.parametrize(
    ("scopes", "status"),
    [
        pytest.param("repository:team/other:pull,push repository:team/web:pull", 201, id="may pull where it is"),
        pytest.param("repository:team/other:pull,push", 401, id="may not"),
    ],
)
async def test_a_blob_is_mounted(scopes: str, status: int) -> None:
    """A blob of another repository comes along without its bytes, for those who may pull it there."""
    pusher = await Pusher.of()
    digest = (await pusher.blob(CONTENT))["digest"]
    token = await access_token(pusher.world, scopes, "88888888-8888-4888-8888-888888888888")
    path = f"/v2/team/other/blobs/uploads/?mount={digest}&from=team/web"
    answer = await call(pusher.world, path, "POST", authorization=f"Bearer {token}")
    assert answer.status == status
    if status == 401:
        assert header(answer, "www-authenticate").endswith(
            'scope="repository:team/other:pull,push repository:team/web:pull",error="insufficient_scope"'
        )


async def test_what_cannot_be_mounted_is_uploaded() -> None:
    """Where the other repository lacks the blob, an upload begins instead."""
    pusher = await Pusher.of()
    answer = await pusher.ask("POST", f"blobs/uploads/?mount={digest_of(b'nowhere')}&from=team/web")
    assert (answer.status, header(answer, "range")) == (202, "0-0")


async def test_a_blob_is_fetched_from_storage() -> None:
    """The registry sends there with a signed address, which serves the whole or a part, for twenty minutes."""
    pusher = await Pusher.of()
    digest = (await pusher.blob(CONTENT))["digest"]
    sent = await pusher.ask("GET", f"blobs/{digest}")
    location = header(sent, "location")
    assert (sent.status, urlsplit(location).hostname) == (307, "eusmanaged1.blob.core.windows.net")
    assert (await fetched(pusher, location)).body == CONTENT
    part = await fetched(pusher, location, range="bytes=2-6")
    assert (part.status, part.body) == (206, CONTENT[2:7])
    assert header(part, "content-range") == f"bytes 2-6/{len(CONTENT)}"
    pusher.clock.advance(1200)
    assert (await fetched(pusher, location)).status == 403


@pytest.mark.parametrize(
    ("change", "headers", "status", "code"),
    [
        pytest.param("", {"authorization": "Bearer x"}, 400, "InvalidAuthenticationInfo", id="with a token"),
        pytest.param("x", {}, 403, "AuthenticationFailed", id="another path"),
        pytest.param("", {"range": "bytes=999-"}, 416, "InvalidRange", id="beyond the end"),
    ],
)
async def test_what_storage_refuses(change: str, headers: dict[str, str], status: int, code: str) -> None:
    """A registry's token is none of its own (Azure/acr issue 217), and signatures are for one path."""
    pusher = await Pusher.of()
    digest = (await pusher.blob(CONTENT))["digest"]
    location = header(await pusher.ask("GET", f"blobs/{digest}"), "location")
    answer = await fetched(pusher, location.replace("/data?", f"/data{change}?"), **headers)
    assert (answer.status, header(answer, "x-ms-error-code")) == (status, code)


async def test_blobs_of_the_scenarios_images_are_there() -> None:
    """What the registry held before the story can be pulled as well: the configuration names the platform."""
    pusher = await Pusher.of()
    manifest = json.loads((await pusher.ask("GET", "manifests/latest", accept="*/*")).body)
    sent = await pusher.ask("GET", f"blobs/{manifest['config']['digest']}")
    config = json.loads((await fetched(pusher, header(sent, "location"))).body)
    assert (config["os"], config["architecture"]) == ("linux", "amd64")


async def test_a_blob_is_deleted() -> None:
    """202, and then it is unknown."""
    pusher = await Pusher.of()
    digest = (await pusher.blob(CONTENT))["digest"]
    assert (await pusher.ask("DELETE", f"blobs/{digest}")).status == 202
    for method in ("GET", "DELETE"):
        assert codes(await pusher.ask(method, f"blobs/{digest}")) == ["BLOB_UNKNOWN"]
