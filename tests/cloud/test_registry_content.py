"""Tags and manifests of a registry, against the simulated Azure."""

import asyncio
import json
from typing import Any

import pytest

from local.azure.scenario import FaultRule
from local.azure.world.images import Manifest, digest_of
from operators.core.access import PULL
from operators.core.registries import ManifestFacts
from operators.errors import Forbidden, Permanent, Temporary
from tests.cloud.odd import Odd
from tests.cloud.reading import STORY, TUTORIAL, Reader


async def test_tag(reader: Reader) -> None:
    """A tag is the digest it has now and the time it got it; it moves when somebody pushes."""
    before = await reader.content.tag(TUTORIAL, "team/hello", "latest")
    reader.clock.advance(60)
    pushed = reader.world.push("tutorial", "team/hello", "latest", "v2")
    after = await reader.content.tag(TUTORIAL, "team/hello", "latest")
    assert before
    assert after
    assert before.digest != after.digest == pushed.digest
    assert after.last_updated == reader.clock.now()


@pytest.mark.parametrize(
    ("repository", "tag"),
    [("team/hello", "nope"), ("nobody", "latest")],
    ids=["an unknown tag", "an unknown repository"],
)
async def test_tag_that_is_not_there(reader: Reader, repository: str, tag: str) -> None:
    """The registry's word that it has no such thing is an answer, not an error."""
    assert await reader.content.tag(TUTORIAL, repository, tag) is None


@pytest.mark.parametrize(("repository", "tag"), [("team/hello", "latest"), ("team/hello", "multi"), ("other", "oci")])
async def test_manifest(reader: Reader, repository: str, tag: str) -> None:
    """A manifest is found by its digest, be it Docker's, OCI's, or an index of several platforms."""
    digest = await reader.digest(repository, tag)
    assert await reader.content.manifest(TUTORIAL, repository, digest)
    assert await reader.content.manifest(TUTORIAL, repository, "sha256:" + "0" * 64) is None


@pytest.mark.parametrize(
    ("repository", "tag", "platforms"),
    [
        pytest.param("team/hello", "multi", ("linux/amd64", "linux/arm64"), id="an index"),
        pytest.param("team/hello", "latest", None, id="a single image, which does not say it"),
    ],
)
async def test_platforms(reader: Reader, repository: str, tag: str, platforms: tuple[str, ...] | None) -> None:
    """An index names the platforms that it has images for."""
    digest = await reader.digest(repository, tag)
    found = await reader.content.manifest(TUTORIAL, repository, digest)
    assert found == ManifestFacts(digest=digest, platforms=platforms)


AMD64, ARM64 = {"os": "linux", "architecture": "amd64"}, {"os": "linux", "architecture": "arm64", "variant": "v8"}
ATTESTATION = {"os": "unknown", "architecture": "unknown"}
INDEX = "application/vnd.oci.image.index.v1+json"


@pytest.mark.parametrize(
    ("rows", "platforms"),
    [
        pytest.param([{"platform": AMD64}, {"platform": ARM64}], ("linux/amd64", "linux/arm64"), id="each says it"),
        pytest.param([{"platform": ARM64}, {"platform": ATTESTATION}], ("linux/arm64",), id="an attestation beside it"),
        pytest.param([{}], None, id="an image that does not say it"),
        pytest.param([{"platform": None}], None, id="an image that says nothing"),
        pytest.param([{"platform": ARM64}, {}], None, id="one of two that does not say it"),
        pytest.param([], (), id="no image at all"),
    ],
)
async def test_platforms_of_an_index(
    reader: Reader, rows: list[dict[str, Any]], platforms: tuple[str, ...] | None
) -> None:
    """A platform may be left out (OCI image-index); then it is not known, which is not the same as none."""
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}).encode()
    index = Manifest(digest_of(body), INDEX, body, "v2", None)
    reader.world.registry("tutorial").put("team/hello", index, reader.clock.now())
    found = await reader.content.manifest(TUTORIAL, "team/hello", index.digest)
    assert found == ManifestFacts(digest=index.digest, platforms=platforms)


async def test_a_manifest_is_kept_for_five_minutes(reader: Reader) -> None:
    """All apps that run it share one read; whoever wants it fresh gets it fresh."""
    digest = await reader.digest()
    await asyncio.gather(*(reader.content.manifest(TUTORIAL, "team/hello", digest) for _ in range(10)))
    assert reader.calls().count("acr.manifest") == 1
    reader.clock.advance(1)
    await reader.content.manifest(TUTORIAL, "team/hello", digest, not_before=reader.clock.now())
    assert reader.calls() == ["acr.manifest"]
    reader.clock.advance(300)
    await reader.content.manifest(TUTORIAL, "team/hello", digest)
    assert reader.calls() == ["acr.manifest"]


async def test_quarantine_state(reader: Reader) -> None:
    """Nothing is said where there is no quarantine; an unknown manifest has no state either."""
    digest = await reader.digest()
    assert await reader.content.quarantine_state(TUTORIAL, "team/hello", digest) is None
    assert await reader.content.quarantine_state(TUTORIAL, "team/hello", "sha256:" + "0" * 64) is None
    reader = Reader({**STORY, "registries": [{"name": "tutorial", "quarantine_enabled": True, "sku": "Premium"}]})
    pushed = reader.world.push("tutorial", "hello", "latest", "v1")
    assert await reader.content.quarantine_state(TUTORIAL, "hello", pushed.digest) == "Quarantined"
    reader.world.release("tutorial", "hello", "latest")
    assert await reader.content.quarantine_state(TUTORIAL, "hello", pushed.digest) == "Passed"


async def test_reads_in_abac_mode(reader: Reader) -> None:
    """Repository permissions let the operator read as AcrPull does elsewhere."""
    assert await reader.content.tag("strict.azurecr.io", "hello", "latest")


@pytest.mark.parametrize("key", ["refresh_token", "access_token", "tag", "digest", "lastUpdateTime"])
async def test_an_answer_of_another_shape_is_an_error(reader: Reader, key: str) -> None:
    """Never a crash, and never less of an answer."""
    with pytest.raises(Permanent) as caught:
        await reader.over(Odd(reader.world, key)).tag(TUTORIAL, "team/hello", "latest")
    assert "unknown shape" in caught.value.reason


@pytest.mark.parametrize("registry", [TUTORIAL, "strict.azurecr.io"])
async def test_a_missing_right_is_said(registry: str) -> None:
    """An operator without AcrPull (or Repository Reader) learns what it lacks; the tag is not taken for absent."""
    reader = Reader({**STORY, "operator": {"reads_registries": False, "roles": []}})
    with pytest.raises(Forbidden) as caught:
        await reader.content.tag(registry, "hello", "latest")
    assert "AcrPull at the registry" in caught.value.reason
    assert caught.value.action == PULL


async def test_a_closed_registry_is_said() -> None:
    """A firewall's refusal is no missing tag."""
    reader = Reader({"registries": [{"name": "tutorial", "public_network_access": "Disabled"}]})
    with pytest.raises(Forbidden) as caught:
        await reader.content.tag(TUTORIAL, "team/hello", "latest")
    assert "not allowed access" in caught.value.reason


@pytest.mark.parametrize("path", ["oauth2/exchange", "oauth2/token", "_tags"])
@pytest.mark.parametrize(
    "fault",
    [
        FaultRule(status=503, envelope="none"),
        FaultRule(status=429, envelope="registry", code="TOOMANYREQUESTS", headers={"Retry-After": "3"}),
        FaultRule(effect="refuse"),
        FaultRule(effect="time_out"),
    ],
    ids=["unavailable", "throttled", "no connection", "no answer in time"],
)
async def test_faults(reader: Reader, path: str, fault: FaultRule) -> None:
    """Wherever on the way it fails, the read fails once, as temporary, and works when the fault is over."""
    reader.world.faults.add(fault.model_copy(update={"path": path, "times": 1}))
    with pytest.raises(Temporary):
        await reader.content.tag(TUTORIAL, "team/hello", "latest")
    assert await reader.content.tag(TUTORIAL, "team/hello", "latest")
