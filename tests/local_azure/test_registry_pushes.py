"""Manifests that clients put, tag and delete: what is refused, what is told, and what an app makes of them."""

import json
from base64 import b64encode
from typing import Any

import pytest

from local.azure.world.images import digest_of
from tests.local_azure.pusher import CONFIG, INDEX, MANIFEST, PUSHER, Pusher, codes, header
from tests.local_azure.store import access_token, call
from tests.local_azure.worlds import seen, told

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64"}
NOWHERE = {"mediaType": CONFIG, "digest": f"sha256:{'0' * 64}", "size": 1}


async def test_a_manifest_is_put_and_told() -> None:
    """201 with its digest and place; the event has the tag, and says which client it was."""
    pusher = await Pusher.of()
    answer = await pusher.manifest(AMD64, "v7")
    digest = header(answer, "docker-content-digest")
    assert (answer.status, header(answer, "location")) == (201, f"/v2/team/web/manifests/{digest}")
    (pushed,) = pusher.world.unpublished
    (event,) = pushed.events
    assert (event["action"], event["target"]["digest"], event["target"]["tag"]) == ("push", digest, "v7")
    got = await pusher.ask("GET", "manifests/v7")
    assert (digest_of(got.body), header(got, "content-type")) == (digest, MANIFEST)


async def test_a_manifest_by_digest_is_told_without_a_tag() -> None:
    """As the platforms' own manifests of an index are put."""
    pusher = await Pusher.of()
    assert (await pusher.manifest(AMD64, None)).status == 201
    (pushed,) = pusher.world.unpublished
    assert "tag" not in pushed.event["target"]


@pytest.mark.parametrize(
    ("body", "media_type", "expected"),
    [
        pytest.param(b"not JSON", MANIFEST, ["MANIFEST_INVALID"], id="no JSON"),
        pytest.param(b"{}", MANIFEST, ["MANIFEST_INVALID"], id="no manifest"),
        pytest.param(b"{}", "application/json", ["MANIFEST_INVALID"], id="another media type"),
        pytest.param(
            json.dumps({"schemaVersion": 2, "mediaType": INDEX, "config": NOWHERE, "layers": []}).encode(),
            *(MANIFEST, ["MANIFEST_INVALID"]),
            id="it says that it is something else",
        ),
        pytest.param(
            json.dumps(
                {"schemaVersion": 2, "config": NOWHERE, "layers": [NOWHERE | {"digest": f"sha256:{'1' * 64}"}]}
            ).encode(),
            *(MANIFEST, ["MANIFEST_BLOB_UNKNOWN", "MANIFEST_BLOB_UNKNOWN"]),
            id="its blobs are not there",
        ),
        pytest.param(
            json.dumps({"schemaVersion": 2, "manifests": [NOWHERE]}).encode(),
            *(INDEX, ["MANIFEST_BLOB_UNKNOWN"]),
            id="its manifests are not there",
        ),
    ],
)
async def test_what_is_no_manifest(body: bytes, media_type: str, expected: list[str]) -> None:
    """400 with an error for each thing that is wrong, and nothing is told."""
    pusher = await Pusher.of()
    answer = await pusher.put(body, "v7", media_type)
    assert (answer.status, codes(answer)) == (400, expected)
    assert pusher.world.unpublished == []


@pytest.mark.parametrize(
    ("config", "serves"),
    [
        pytest.param(AMD64, True, id="nothing known but the platform"),
        pytest.param(AMD64 | {"config": {"ExposedPorts": {"8080/tcp": {}}}}, True, id="port 8080"),
        pytest.param(AMD64 | {"config": {"ExposedPorts": {"5000/tcp": {}}}}, False, id="a port that nobody asks"),
        pytest.param(ARM64, False, id="another architecture"),
    ],
)
async def test_an_app_runs_what_was_pushed(config: dict[str, Any], serves: bool) -> None:
    """It is well where its configuration lets it: the right platform, and a port that App Service finds."""
    pusher = await Pusher.of()
    digest = header(await pusher.manifest(config), "docker-content-digest")
    pusher.world.restart("web")
    pusher.clock.advance(400)
    container = seen(pusher.world).serving
    assert (container.digest == digest if container else False) is serves


@pytest.mark.parametrize(
    ("platforms", "serves"),
    [pytest.param([ARM64, AMD64], True, id="ours is among them"), pytest.param([ARM64], False, id="it is not")],
)
async def test_an_app_runs_an_index(platforms: list[dict[str, str]], serves: bool) -> None:
    """The platform of the worker decides, and what runs is known by the digest of the index."""
    pusher = await Pusher.of()
    rows = []
    for one in platforms:
        answer = await pusher.manifest(one, None)
        digest = header(answer, "docker-content-digest")
        rows.append({"mediaType": MANIFEST, "digest": digest, "size": 1, "platform": one})
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}).encode()
    assert (await pusher.put(body, "latest", INDEX)).status == 201
    pusher.world.restart("web")
    pusher.clock.advance(10)
    container = seen(pusher.world).serving
    assert (container.digest if container else None) == (digest_of(body) if serves else None)


async def test_an_artifact_is_not_run() -> None:
    """A signature under the tag that an app follows cannot be pulled as an image."""
    pusher = await Pusher.of()
    signature = await pusher.blob(b"signed") | {"mediaType": "application/vnd.dev.cosign.simplesigning.v1+json"}
    body = json.dumps({"schemaVersion": 2, "config": signature, "layers": []}).encode()
    assert (await pusher.put(body, "latest")).status == 201
    pusher.world.restart("web")
    pusher.clock.advance(5)
    assert told(seen(pusher.world))[2] is None


async def test_what_refers_to_an_image() -> None:
    """A manifest with a subject is listed there, by its kind; the answer to its PUT names the subject."""
    pusher = await Pusher.of()
    image = header(await pusher.manifest(AMD64, "v7"), "docker-content-digest")
    subject = {"mediaType": MANIFEST, "digest": image, "size": 1}
    signed = await pusher.manifest({}, None, subject=subject, artifactType="example/signature")
    await pusher.manifest({"b": 1}, None, subject=subject, artifactType="example/sbom", annotations={"by": "me"})
    assert header(signed, "oci-subject") == image
    every = await pusher.ask("GET", f"referrers/{image}")
    assert header(every, "content-type") == INDEX
    rows = json.loads(every.body)["manifests"]
    assert {row["artifactType"]: row.get("annotations") for row in rows} == {
        "example/signature": None,
        "example/sbom": {"by": "me"},
    }
    some = await pusher.ask("GET", f"referrers/{image}?artifactType=example/signature")
    (row,) = json.loads(some.body)["manifests"]
    assert (row["digest"], header(some, "oci-filters-applied")) == (
        header(signed, "docker-content-digest"),
        "artifactType",
    )


async def test_a_deleted_manifest_is_gone_with_its_tags() -> None:
    """202 and one event; who ran it still does, but does not find it again."""
    pusher = await Pusher.of()
    digest = header(await pusher.manifest(AMD64), "docker-content-digest")
    await pusher.ask("PUT", "manifests/also", (await pusher.ask("GET", "manifests/latest")).body, content_type=MANIFEST)
    pusher.world.restart("web")
    pusher.clock.advance(10)
    pusher.world.unpublished.clear()
    assert (await pusher.ask("DELETE", f"manifests/{digest}")).status == 202
    ((event,),) = [one.events for one in pusher.world.unpublished]
    assert event["target"] == {"mediaType": MANIFEST, "digest": digest, "repository": "team/web"}
    for reference in ("latest", "also", digest):
        assert codes(await pusher.ask("GET", f"manifests/{reference}")) == ["MANIFEST_UNKNOWN"]
    container = seen(pusher.world).serving
    assert container is not None
    assert container.digest == digest
    pusher.world.restart("web")
    pusher.clock.advance(10)
    assert seen(pusher.world).serving is None


async def test_a_deleted_manifest_may_come_again() -> None:
    """Pulls of the past go by what was there then."""
    pusher = await Pusher.of()
    digest = header(await pusher.manifest(AMD64), "docker-content-digest")
    store, before = pusher.world.registry("store"), pusher.clock.now()
    pusher.clock.advance(1)
    await pusher.ask("DELETE", f"manifests/{digest}")
    without = pusher.clock.now()
    pusher.clock.advance(1)
    await pusher.manifest(AMD64)
    found = [store.manifest("team/web", digest, at) is not None for at in (before, without, pusher.clock.now())]
    assert found == [True, False, True]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        pytest.param("DELETE", f"manifests/sha256:{'0' * 64}", 404, "MANIFEST_UNKNOWN", id="a manifest that is not"),
        pytest.param("DELETE", "manifests/latest", 405, "UNSUPPORTED", id="a manifest by its tag"),
        pytest.param("DELETE", "/acr/v1/team%2Fweb/_tags/none", 404, "TAG_UNKNOWN", id="a tag that is not"),
        pytest.param("PATCH", "manifests/latest", 405, "UNSUPPORTED", id="a method that is not"),
    ],
)
async def test_what_cannot_be_deleted(method: str, path: str, status: int, code: str) -> None:
    """Each is refused in its own words."""
    pusher = await Pusher.of()
    answer = await pusher.ask(method, path)
    assert (answer.status, codes(answer)) == (status, [code])


async def test_a_tag_is_removed() -> None:
    """The manifest stays, the answer names it, and nothing is told."""
    pusher = await Pusher.of()
    digest = header(await pusher.manifest(AMD64, "v7"), "docker-content-digest")
    pusher.world.unpublished.clear()
    removed = await pusher.ask("DELETE", "/acr/v1/team%2Fweb/_tags/v7")
    assert (removed.status, header(removed, "x-ms-int-docker-content-digest")) == (202, digest)
    assert (await pusher.ask("GET", f"manifests/{digest}")).status == 200
    assert json.loads((await pusher.ask("GET", "tags/list")).body) == {"name": "team/web", "tags": ["latest"]}
    assert pusher.world.unpublished == []


async def test_tags_are_listed_in_pages() -> None:
    """A page links to the next one, as documented."""
    pusher = await Pusher.of()
    for tag in ("a", "b"):
        await pusher.manifest(AMD64, tag)
    first = await pusher.ask("GET", "tags/list?n=2")
    assert json.loads(first.body)["tags"] == ["a", "b"]
    assert header(first, "link") == '</v2/team/web/tags/list?last=b&n=2&orderby=>; rel="next"'


@pytest.mark.parametrize(
    ("mode", "role", "status"),
    [
        pytest.param("LegacyRegistryPermissions", "AcrPull", 200, id="who may pull"),
        pytest.param("LegacyRegistryPermissions", "AcrDelete", 401, id="who may delete"),
        pytest.param("AbacRepositoryPermissions", "Container Registry Repository Reader", 401, id="a reader of one"),
        pytest.param(
            "AbacRepositoryPermissions", "Container Registry Repository Catalog Lister", 200, id="the right of its own"
        ),
    ],
)
async def test_repositories_are_listed(mode: str, role: str, status: int) -> None:
    """It needs a scope of its own, and one that holds nothing is not shown."""
    reader = "99999999-9999-4999-8999-999999999999"
    pusher = await Pusher.of("team/empty", role_assignment_mode=mode)
    pusher.world.assign_role(reader, role, "store")
    token = await access_token(pusher.world, "registry:catalog:*", reader)
    for path in ("/v2/_catalog", "/acr/v1/_catalog"):
        answer = await call(pusher.world, path, authorization=f"Bearer {token}")
        assert answer.status == status
        if status == 200:
            assert json.loads(answer.body) == {"repositories": ["team/web"]}
        else:
            assert header(answer, "www-authenticate").endswith('scope="registry:catalog:*",error="insufficient_scope"')


async def test_a_push_into_quarantine_is_told_to_webhooks_alone() -> None:
    """Event Grid hears of it once it is released."""
    pusher = await Pusher.of(quarantine_enabled=True)
    assert (await pusher.manifest(AMD64, "v7")).status == 201
    assert [one.events for one in pusher.world.unpublished] == [()]
    assert codes(await pusher.ask("GET", "manifests/v7")) == ["MANIFEST_UNKNOWN"]
    assert pusher.world.release("store", "team/web", "v7").event["target"]["tag"] == "v7"


async def test_capitals_are_no_repository() -> None:
    """A path that is none: plain text, as recorded."""
    pusher = await Pusher.of()
    answer = await pusher.ask("PUT", "/v2/Team/web/manifests/v7")
    assert (answer.status, answer.body) == (404, b"404 page not found\n")


@pytest.mark.parametrize(
    ("user", "password", "scope", "status"),
    [
        pytest.param("00000000-0000-0000-0000-000000000000", None, "pull,push", 202, id="the refresh token"),
        pytest.param("00000000-0000-0000-0000-000000000000", None, "*", 202, id="every action"),
        pytest.param("00000000-0000-0000-0000-000000000000", None, "pull", 401, id="not enough"),
        pytest.param("00000000-0000-0000-0000-000000000000", "guessed", "pull,push", 0, id="another password"),
        pytest.param("me", None, "pull,push", 0, id="another user"),
    ],
)
async def test_a_password_becomes_a_token(user: str, password: str | None, scope: str, status: int) -> None:
    """As docker does after `az acr login`: basic authentication at the token endpoint (0: no token)."""
    pusher = await Pusher.of()
    now = pusher.world.now()
    refresh = password or pusher.world.tokens.registry_refresh("store.azurecr.io", PUSHER, now)
    basic = b64encode(f"{user}:{refresh}".encode()).decode()
    path = f"/oauth2/token?service=store.azurecr.io&scope=repository:team/web:{scope}"
    answer = await call(pusher.world, path, authorization=f"Basic {basic}")
    if not status:
        assert answer.status == 401
        return
    token = json.loads(answer.body)["access_token"]
    begun = await call(pusher.world, "/v2/team/web/blobs/uploads/", "POST", authorization=f"Bearer {token}")
    assert begun.status == status


async def test_whoever_may_write_the_repository_pushes_where_that_decides() -> None:
    """In ABAC mode AcrPush counts for nothing and Repository Writer does."""
    pusher = await Pusher.of(role_assignment_mode="AbacRepositoryPermissions")
    scope = "repository:team/web:pull,push"
    statuses = []
    for role in (None, "Container Registry Repository Writer"):
        if role is not None:
            pusher.world.assign_role(PUSHER, role, "store")
        token = await access_token(pusher.world, scope, PUSHER)
        answer = await call(pusher.world, "/v2/team/web/blobs/uploads/", "POST", authorization=f"Bearer {token}")
        statuses.append(answer.status)
    assert statuses == [401, 202]
