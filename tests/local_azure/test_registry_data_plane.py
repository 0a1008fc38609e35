"""The data plane of a registry: the token dance, tags and manifests."""

import hashlib
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.local_azure.store import access_token, call
from tests.local_azure.worlds import IMAGES, world_of

TAG = "/acr/v1/team%2Fweb/_tags/latest"


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        (TAG, 'scope="repository:team/web:metadata_read"'),
        ("/acr/v1/team%2Fweb/_manifests?n=2", 'scope="repository:team/web:metadata_read"'),
        ("/v2/team/web/manifests/sha256%3Aabc", 'scope="repository:team/web:pull"'),
        ("/v2/", 'service="store.azurecr.io"'),
    ],
)
async def test_the_challenge_names_the_scope(path: str, scope: str) -> None:
    """Without a token every read is a 401 that says what to ask for, as recorded."""
    world, _ = world_of()
    answer = await call(world, path)
    headers = dict(answer.headers)
    assert answer.status == 401
    assert headers["www-authenticate"].startswith('Bearer realm="https://store.azurecr.io/oauth2/token",service=')
    assert headers["www-authenticate"].endswith(scope)
    assert headers["docker-distribution-api-version"] == "registry/2.0"
    assert json.loads(answer.body)["errors"][0]["code"] == "UNAUTHORIZED"


async def test_the_dance_leads_to_the_digest() -> None:
    """Challenge, exchange, token, and then the tag's digest."""
    world, _ = world_of()
    pushed = world.push("store", "team/web", "latest", "v2")
    assert (await call(world, TAG)).status == 401
    token = await access_token(world, "repository:team/web:metadata_read")
    answer = await call(world, TAG, authorization=f"Bearer {token}")
    assert json.loads(answer.body)["tag"]["digest"] == pushed.digest
    assert [one.operation for one in world.calls] == ["acr.tag", "acr.exchange", "acr.token", "acr.tag"]


@pytest.mark.parametrize(
    ("path", "action", "code"),
    [
        ("/acr/v1/team%2Fweb/_tags/nope", "metadata_read", "TAG_UNKNOWN"),
        ("/acr/v1/team%2Fnope/_tags", "metadata_read", "NAME_UNKNOWN"),
        ("/acr/v1/team%2Fnope/_manifests", "metadata_read", "NAME_UNKNOWN"),
        ("/v2/team/web/manifests/nope", "pull", "MANIFEST_UNKNOWN"),
    ],
)
async def test_what_is_not_there(path: str, action: str, code: str) -> None:
    """Each 404 says which kind of thing is unknown."""
    world, _ = world_of()
    repository = "team/nope" if "nope/" in path or "nope%2F" in path else "team/web"
    token = await access_token(world, f"repository:{repository}:{action}")
    answer = await call(world, path, authorization=f"Bearer {token}")
    assert (answer.status, json.loads(answer.body)["errors"][0]["code"]) == (404, code)


async def test_manifests_are_listed_with_their_tags() -> None:
    """A row has digest, type, platform and tags."""
    world, _ = world_of()
    digest = world.push("store", "team/web", "new", "v2").digest
    token = await access_token(world, "repository:team/web:metadata_read")
    body = json.loads((await call(world, "/acr/v1/team%2Fweb/_manifests", authorization=f"Bearer {token}")).body)
    row = next(row for row in body["manifests"] if row["digest"] == digest)
    assert (row["architecture"], row["os"], row["tags"]) == ("amd64", "linux", ["new"])


async def test_a_tag_answer_has_the_recorded_shape() -> None:
    """registry, imageName and the tag with its times and attributes."""
    world, _ = world_of()
    token = await access_token(world, "repository:team/web:metadata_read")
    body = json.loads((await call(world, TAG, authorization=f"Bearer {token}")).body)
    assert body.keys() == {"registry", "imageName", "tag"}
    assert (body["registry"], body["imageName"], body["tag"]["name"]) == ("store.azurecr.io", "team/web", "latest")
    assert body["tag"].keys() == {
        *("name", "digest", "createdTime", "lastUpdateTime", "signed", "changeableAttributes"),
    }


@pytest.mark.parametrize("image", ["v1", "both"])
async def test_digests_are_real(image: str) -> None:
    """A manifest's digest is the SHA-256 of its bytes; HEAD tells it without them."""
    world, _ = world_of()
    digest = world.push("store", "team/web", "new", image).digest
    token = await access_token(world, "repository:team/web:pull")
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/vnd.docker.distribution.manifest.list.v2+json",
    }
    got = await call(world, f"/v2/team/web/manifests/{quote(digest, safe='')}", **headers)
    head = await call(world, "/v2/team/web/manifests/new", "HEAD", **headers)
    assert "sha256:" + hashlib.sha256(got.body).hexdigest() == digest
    assert dict(got.headers)["docker-content-digest"] == dict(head.headers)["docker-content-digest"] == digest
    assert head.body == b""


async def test_an_index_is_hidden_from_those_who_do_not_ask_for_it() -> None:
    """Without the index type in Accept a multi-architecture image is MANIFEST_UNKNOWN (Azure/acr issue 741)."""
    world, _ = world_of()
    world.push("store", "team/web", "new", "both")
    token = await access_token(world, "repository:team/web:pull")
    single = "application/vnd.docker.distribution.manifest.v2+json"
    answer = await call(world, "/v2/team/web/manifests/new", authorization=f"Bearer {token}", accept=single)
    assert (answer.status, json.loads(answer.body)["errors"][0]["code"]) == (404, "MANIFEST_UNKNOWN")


@pytest.mark.parametrize(
    ("registry", "role", "scope", "status"),
    [
        pytest.param({}, "AcrPull", "metadata_read", 200, id="AcrPull reads"),
        pytest.param({}, "AcrDelete", "metadata_read", 401, id="AcrDelete does not"),
        pytest.param({}, "AcrPull", "pull", 401, id="a token of another action"),
        pytest.param(
            {"role_assignment_mode": "AbacRepositoryPermissions"}, "AcrPull", "metadata_read", 401, id="AcrPull in ABAC"
        ),
        pytest.param(
            {"role_assignment_mode": "AbacRepositoryPermissions"},
            *("Container Registry Repository Reader", "metadata_read", 200),
            id="Repository Reader in ABAC",
        ),
    ],
)
async def test_the_token_carries_what_was_granted(registry: dict[str, Any], role: str, scope: str, status: int) -> None:
    """The token endpoint always answers 200; a scope that was not granted is then insufficient_scope."""
    reader = "88888888-8888-4888-8888-888888888888"
    world, _ = world_of(
        registries=[{"name": "store", "tags": {"team/web:latest": "v1"}} | registry],
        role_assignments=[{"principal": reader, "role": role, "scope": "store"}],
    )
    token = await access_token(world, f"repository:team/web:{scope}", reader)
    answer = await call(world, TAG, authorization=f"Bearer {token}")
    assert answer.status == status
    if status == 401:
        assert dict(answer.headers)["www-authenticate"].endswith('error="insufficient_scope"')


async def test_tokens_expire_by_the_worlds_clock() -> None:
    """An access token lives an hour."""
    world, clock = world_of()
    token = await access_token(world, "repository:team/web:metadata_read")
    clock.advance(3599)
    assert (await call(world, TAG, authorization=f"Bearer {token}")).status == 200
    clock.advance(2)
    assert (await call(world, TAG, authorization=f"Bearer {token}")).status == 401


async def test_anybody_pulls_from_an_anonymous_registry() -> None:
    """Anonymous pull gives pull, and not the reading of metadata."""
    world, _ = world_of(
        registries=[{"name": "store", "tags": {"team/web:latest": "v1"}, "anonymous_pull_enabled": True}]
    )
    path = "/oauth2/token?service=store.azurecr.io&scope=repository:team/web:pull,metadata_read"
    token = json.loads((await call(world, path)).body)["access_token"]
    bearer = {"authorization": f"Bearer {token}"}
    assert (await call(world, "/v2/team/web/manifests/latest", **bearer)).status == 200
    assert (await call(world, TAG, **bearer)).status == 401


async def test_pages_follow_a_relative_link_without_the_filter() -> None:
    """Link rel=next drops the digest filter and the api-version, as recorded."""
    world, _ = world_of(registries=[{"name": "store", "tags": {f"team/web:t{n}": "v1" for n in range(3)}}])
    token = await access_token(world, "repository:team/web:metadata_read")
    digest = quote(world.push("store", "team/web", "t0", "v1").digest, safe="")
    first = await call(world, f"/acr/v1/team%2Fweb/_tags?n=2&digest={digest}", authorization=f"Bearer {token}")
    assert [tag["name"] for tag in json.loads(first.body)["tags"]] == ["t0", "t1"]
    link = dict(first.headers)["link"]
    assert link == '</acr/v1/team%2Fweb/_tags?last=t1&n=2&orderby=>; rel="next"'
    rest = await call(world, link[1 : link.index(">")], authorization=f"Bearer {token}")
    assert [tag["name"] for tag in json.loads(rest.body)["tags"]] == ["t2"]


async def test_a_replica_shows_a_push_late() -> None:
    """With a lag the tag shows the old digest for a while, to readers and to pulls."""
    world, clock = world_of(registries=[{"name": "store", "tags": {"team/web:latest": "v1"}, "replica_lag": 30}])
    token = await access_token(world, "repository:team/web:metadata_read")
    new = world.push("store", "team/web", "latest", "v2").digest
    for wait, expected in ((0, False), (29, False), (2, True)):
        clock.advance(wait)
        body = json.loads((await call(world, TAG, authorization=f"Bearer {token}")).body)
        assert (body["tag"]["digest"] == new) is expected


async def test_a_closed_registry_refuses_everybody() -> None:
    """Without public network access the data plane is a 403 with the firewall's words."""
    world, _ = world_of(registries=[{"name": "store", "public_network_access": "Disabled"}])
    answer = await call(world, TAG)
    assert answer.status == 403
    assert "is not allowed access. Refer https://aka.ms/acr/firewall" in answer.body.decode()


def test_pushing_the_same_image_again_gives_the_same_digest() -> None:
    """Digests follow from content; still each push is an event."""
    world, clock = world_of(images=IMAGES)
    first = world.push("store", "team/web", "latest", "v2")
    clock.advance(1)
    second = world.push("store", "team/web", "latest", "v2")
    assert first.digest == second.digest
    assert first.event["id"] != second.event["id"]
