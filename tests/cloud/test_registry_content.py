"""Tags and manifests of a registry, and the tokens for them, against the simulated Azure."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from local.azure.scenario import FaultRule, Scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.azure.world.images import Manifest, digest_of
from operators.cloud.registry_content import RegistryContent
from operators.core.access import PULL
from operators.core.registries import ABAC, ManifestFacts
from operators.errors import Forbidden, Permanent, PulleyError, Temporary, Unauthenticated
from tests.cloud.odd import Odd

STORY = {
    "images": {"v1": {}, "v2": {"platforms": ["linux/amd64", "linux/arm64"]}, "v3": {"media_type": "oci"}},
    "registries": [
        {"name": "tutorial", "tags": {"team/hello:latest": "v1", "team/hello:multi": "v2", "other:oci": "v3"}},
        {"name": "strict", "role_assignment_mode": ABAC, "tags": {"hello:latest": "v1"}},
    ],
}
TUTORIAL = "tutorial.azurecr.io"
COLD = ["acr.exchange", "acr.token", "acr.tag"]


class Interleaved(WorldTransport):
    """Lets others have their turn before each call, as a network does."""

    async def send(self, request: Any, **options: Any) -> Any:
        """Send one request."""
        await asyncio.sleep(0)
        return await super().send(request, **options)


class House:
    """A world, and the reader on it."""

    def __init__(self, story: Mapping[str, object]) -> None:
        self.clock = ManualClock(datetime(2026, 5, 1, 12, tzinfo=UTC))
        self.world = World(Scenario.model_validate(story), self.clock)
        self.content = self.reader(Interleaved(self.world))

    def reader(self, transport: WorldTransport) -> RegistryContent:
        """A reader of this world."""
        return RegistryContent(WorldCredential(self.world), self.clock.now, transport=transport)

    def calls(self) -> list[str]:
        """What was called since this was last asked."""
        calls = [call.operation for call in self.world.calls]
        self.world.journal.clear()
        return calls


@pytest.fixture
def house() -> House:
    """A fresh world for each test."""
    return House(STORY)


async def test_tag(house: House) -> None:
    """A tag is the digest it has now and the time it got it; it moves when somebody pushes."""
    before = await house.content.tag(TUTORIAL, "team/hello", "latest")
    house.clock.advance(60)
    pushed = house.world.push("tutorial", "team/hello", "latest", "v2")
    after = await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert before
    assert after
    assert before.digest != after.digest == pushed.digest
    assert after.last_updated == house.clock.now()


@pytest.mark.parametrize(
    ("repository", "tag"),
    [("team/hello", "nope"), ("nobody", "latest")],
    ids=["an unknown tag", "an unknown repository"],
)
async def test_tag_that_is_not_there(house: House, repository: str, tag: str) -> None:
    """The registry's word that it has no such thing is an answer, not an error."""
    assert await house.content.tag(TUTORIAL, repository, tag) is None


@pytest.mark.parametrize(("repository", "tag"), [("team/hello", "latest"), ("team/hello", "multi"), ("other", "oci")])
async def test_manifest(house: House, repository: str, tag: str) -> None:
    """A manifest is found by its digest, be it Docker's, OCI's, or an index of several platforms."""
    facts = await house.content.tag(TUTORIAL, repository, tag)
    assert facts
    assert await house.content.manifest(TUTORIAL, repository, facts.digest)
    assert await house.content.manifest(TUTORIAL, repository, "sha256:" + "0" * 64) is None


@pytest.mark.parametrize(
    ("repository", "tag", "platforms"),
    [
        pytest.param("team/hello", "multi", ("linux/amd64", "linux/arm64"), id="an index"),
        pytest.param("team/hello", "latest", None, id="a single image, which does not say it"),
    ],
)
async def test_platforms(house: House, repository: str, tag: str, platforms: tuple[str, ...] | None) -> None:
    """An index names the platforms that it has images for."""
    facts = await house.content.tag(TUTORIAL, repository, tag)
    assert facts
    found = await house.content.manifest(TUTORIAL, repository, facts.digest)
    assert found == ManifestFacts(digest=facts.digest, platforms=platforms)


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
    house: House, rows: list[dict[str, Any]], platforms: tuple[str, ...] | None
) -> None:
    """A platform may be left out (OCI image-index); then it is not known, which is not the same as none."""
    body = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": rows}).encode()
    index = Manifest(digest_of(body), INDEX, body, "v2", None)
    house.world.registry("tutorial").put("team/hello", index, house.clock.now())
    found = await house.content.manifest(TUTORIAL, "team/hello", index.digest)
    assert found == ManifestFacts(digest=index.digest, platforms=platforms)


async def test_a_manifest_is_kept_for_five_minutes(house: House) -> None:
    """All apps that run it share one read; whoever wants it fresh gets it fresh."""
    facts = await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert facts
    await asyncio.gather(*(house.content.manifest(TUTORIAL, "team/hello", facts.digest) for _ in range(10)))
    assert house.calls().count("acr.manifest") == 1
    house.clock.advance(1)
    await house.content.manifest(TUTORIAL, "team/hello", facts.digest, not_before=house.clock.now())
    assert house.calls() == ["acr.manifest"]
    house.clock.advance(300)
    await house.content.manifest(TUTORIAL, "team/hello", facts.digest)
    assert house.calls() == ["acr.manifest"]


async def test_quarantine_state(house: House) -> None:
    """Nothing is said where there is no quarantine; an unknown manifest has no state either."""
    facts = await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert facts
    assert await house.content.quarantine_state(TUTORIAL, "team/hello", facts.digest) is None
    assert await house.content.quarantine_state(TUTORIAL, "team/hello", "sha256:" + "0" * 64) is None
    house = House({**STORY, "registries": [{"name": "tutorial", "quarantine_enabled": True, "sku": "Premium"}]})
    pushed = house.world.push("tutorial", "hello", "latest", "v1")
    assert await house.content.quarantine_state(TUTORIAL, "hello", pushed.digest) == "Quarantined"
    house.world.release("tutorial", "hello", "latest")
    assert await house.content.quarantine_state(TUTORIAL, "hello", pushed.digest) == "Passed"


async def test_reads_in_abac_mode(house: House) -> None:
    """Repository permissions let the operator read as AcrPull does elsewhere."""
    assert await house.content.tag("strict.azurecr.io", "hello", "latest")


async def test_calls_of_a_read(house: House) -> None:
    """Three calls cold and one warm; a manifest of the same repository needs no token of its own."""
    facts = await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert facts
    assert house.calls() == COLD
    await house.content.tag(TUTORIAL, "team/hello", "multi")
    await house.content.manifest(TUTORIAL, "team/hello", facts.digest)
    assert house.calls() == ["acr.tag", "acr.manifest"]
    await house.content.tag(TUTORIAL, "other", "oci")
    assert house.calls() == ["acr.token", "acr.tag"]


@pytest.mark.parametrize(
    ("hours", "calls"),
    [(0.95, ["acr.tag"]), (0.99, ["acr.token", "acr.tag"]), (2.9, ["acr.token", "acr.tag"]), (2.99, COLD), (9, COLD)],
)
async def test_tokens_are_used_until_shortly_before_they_expire(house: House, hours: float, calls: list[str]) -> None:
    """An access token lives an hour and a refresh token three; neither is used when it is about to expire."""
    await house.content.tag(TUTORIAL, "team/hello", "latest")
    house.calls()
    house.clock.advance(hours * 3600)
    assert await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert house.calls() == calls


async def test_many_that_ask_at_once_share_the_tokens(house: House) -> None:
    """Ten apps of one repository cost one exchange and one token."""
    await asyncio.gather(*(house.content.tag(TUTORIAL, "team/hello", "latest") for _ in range(10)))
    assert sorted(house.calls()) == sorted([*COLD, *["acr.tag"] * 9])


async def test_a_refused_token_is_replaced_once(house: House) -> None:
    """The registry may forget a token before it expires: the read starts anew and succeeds."""
    await house.content.tag(TUTORIAL, "team/hello", "latest")
    house.calls()
    house.world.faults.add(FaultRule(path="_tags", times=1, status=401, envelope="registry", code="UNAUTHORIZED"))
    assert await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert house.calls() == ["fault", *COLD]


async def test_tokens_refused_to_many_at_once_are_replaced_once(house: House) -> None:
    """Those who are refused together share the new token as they shared the old one."""
    await house.content.tag(TUTORIAL, "team/hello", "latest")
    house.calls()
    house.clock.advance(1)
    house.world.faults.add(FaultRule(path="_tags", times=5, status=401, envelope="registry", code="UNAUTHORIZED"))
    await asyncio.gather(*(house.content.tag(TUTORIAL, "team/hello", "latest") for _ in range(5)))
    assert sorted(house.calls()) == sorted([*["fault"] * 5, *["acr.tag"] * 5, "acr.exchange", "acr.token"])


async def test_a_registry_that_goes_on_refusing_is_asked_twice(house: House) -> None:
    """No loop: the second refusal is the answer."""
    house.world.faults.add(FaultRule(path="_tags", status=401, envelope="registry", code="UNAUTHORIZED"))
    with pytest.raises(Unauthenticated):
        await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert house.calls().count("fault") == 2


@pytest.mark.parametrize("key", ["refresh_token", "access_token", "tag", "digest", "lastUpdateTime"])
async def test_an_answer_of_another_shape_is_an_error(house: House, key: str) -> None:
    """Never a crash, and never less of an answer."""
    with pytest.raises(Permanent) as caught:
        await house.reader(Odd(house.world, key)).tag(TUTORIAL, "team/hello", "latest")
    assert "unknown shape" in caught.value.reason


@pytest.mark.parametrize("registry", [TUTORIAL, "strict.azurecr.io"])
async def test_a_missing_right_is_said(registry: str) -> None:
    """An operator without AcrPull (or Repository Reader) learns what it lacks; the tag is not taken for absent."""
    house = House({**STORY, "operator": {"reads_registries": False, "roles": []}})
    with pytest.raises(Forbidden) as caught:
        await house.content.tag(registry, "hello", "latest")
    assert "AcrPull at the registry" in caught.value.reason
    assert caught.value.action == PULL


async def test_a_right_that_is_given_later_counts_at_once() -> None:
    """Tokens from before the role do not keep the operator out for an hour."""
    house = House({**STORY, "operator": {"reads_registries": False, "roles": []}})
    with pytest.raises(Forbidden):
        await house.content.tag(TUTORIAL, "team/hello", "latest")
    house.world.assign_role("operator", "AcrPull", "tutorial")
    assert await house.content.tag(TUTORIAL, "team/hello", "latest")


async def test_a_closed_registry_is_said() -> None:
    """A firewall's refusal is no missing tag."""
    house = House({"registries": [{"name": "tutorial", "public_network_access": "Disabled"}]})
    with pytest.raises(Forbidden) as caught:
        await house.content.tag(TUTORIAL, "team/hello", "latest")
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
async def test_faults(house: House, path: str, fault: FaultRule) -> None:
    """Wherever on the way it fails, the read fails once, as temporary, and works when the fault is over."""
    house.world.faults.add(fault.model_copy(update={"path": path, "times": 1}))
    with pytest.raises(Temporary):
        await house.content.tag(TUTORIAL, "team/hello", "latest")
    assert await house.content.tag(TUTORIAL, "team/hello", "latest")


@pytest.mark.parametrize(
    "login_server",
    ["docker.io", "registry.example.com", "tutorial.azurecr.io.example.com", "example.com/tutorial.azurecr.io"],
)
async def test_tokens_go_to_azure_alone(house: House, login_server: str) -> None:
    """An app may name any host as its registry; none but Azure's is ever called with the operator's identity."""
    with pytest.raises(Permanent):
        await house.content.tag(login_server, "team/hello", "latest")
    assert house.calls() == []


async def test_errors_hold_no_token(house: House) -> None:
    """What goes to logs and pages shows no token, wherever the read fails."""
    for path in ("oauth2/exchange", "oauth2/token", "_tags"):
        house.world.faults.add(FaultRule(path=path, times=2, status=400, message="bad token eyJhbGciOi.eyJzdWIi.c2ln"))
        with pytest.raises(PulleyError) as caught:
            await house.content.tag(TUTORIAL, "team/hello", "latest")
        assert "eyJ" not in str(caught.value)
        house.world.faults.clear()
