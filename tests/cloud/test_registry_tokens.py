"""The tokens for a registry's content: how few are asked for, when they are replaced, and where they never go."""

import asyncio

import pytest

from local.azure.scenario import FaultRule
from operators.errors import Forbidden, Permanent, PulleyError, Unauthenticated
from tests.cloud.reading import STORY, TUTORIAL, Reader

COLD = ["acr.exchange", "acr.token", "acr.tag"]


async def test_calls_of_a_read(reader: Reader) -> None:
    """Three calls cold and one warm; a manifest of the same repository needs no token of its own."""
    digest = await reader.digest()
    assert reader.calls() == COLD
    await reader.content.tag(TUTORIAL, "team/hello", "multi")
    await reader.content.manifest(TUTORIAL, "team/hello", digest)
    assert reader.calls() == ["acr.tag", "acr.manifest"]
    await reader.content.tag(TUTORIAL, "other", "oci")
    assert reader.calls() == ["acr.token", "acr.tag"]


@pytest.mark.parametrize(
    ("hours", "calls"),
    [(0.95, ["acr.tag"]), (0.99, ["acr.token", "acr.tag"]), (2.9, ["acr.token", "acr.tag"]), (2.99, COLD), (9, COLD)],
)
async def test_tokens_are_used_until_shortly_before_they_expire(reader: Reader, hours: float, calls: list[str]) -> None:
    """An access token lives an hour and a refresh token three; neither is used when it is about to expire."""
    await reader.content.tag(TUTORIAL, "team/hello", "latest")
    reader.calls()
    reader.clock.advance(hours * 3600)
    assert await reader.content.tag(TUTORIAL, "team/hello", "latest")
    assert reader.calls() == calls


async def test_many_that_ask_at_once_share_the_tokens(reader: Reader) -> None:
    """Ten apps of one repository cost one exchange and one token."""
    await asyncio.gather(*(reader.content.tag(TUTORIAL, "team/hello", "latest") for _ in range(10)))
    assert sorted(reader.calls()) == sorted([*COLD, *["acr.tag"] * 9])


async def test_a_refused_token_is_replaced_once(reader: Reader) -> None:
    """The registry may forget a token before it expires: the read starts anew and succeeds."""
    await reader.content.tag(TUTORIAL, "team/hello", "latest")
    reader.calls()
    reader.world.faults.add(FaultRule(path="_tags", times=1, status=401, envelope="registry", code="UNAUTHORIZED"))
    assert await reader.content.tag(TUTORIAL, "team/hello", "latest")
    assert reader.calls() == ["fault", *COLD]


async def test_tokens_refused_to_many_at_once_are_replaced_once(reader: Reader) -> None:
    """Those who are refused together share the new token as they shared the old one."""
    await reader.content.tag(TUTORIAL, "team/hello", "latest")
    reader.calls()
    reader.clock.advance(1)
    reader.world.faults.add(FaultRule(path="_tags", times=5, status=401, envelope="registry", code="UNAUTHORIZED"))
    await asyncio.gather(*(reader.content.tag(TUTORIAL, "team/hello", "latest") for _ in range(5)))
    assert sorted(reader.calls()) == sorted([*["fault"] * 5, *["acr.tag"] * 5, "acr.exchange", "acr.token"])


async def test_a_registry_that_goes_on_refusing_is_asked_twice(reader: Reader) -> None:
    """No loop: the second refusal is the answer."""
    reader.world.faults.add(FaultRule(path="_tags", status=401, envelope="registry", code="UNAUTHORIZED"))
    with pytest.raises(Unauthenticated):
        await reader.content.tag(TUTORIAL, "team/hello", "latest")
    assert reader.calls().count("fault") == 2


async def test_a_right_that_is_given_later_counts_at_once() -> None:
    """Tokens from before the role do not keep the operator out for an hour."""
    reader = Reader({**STORY, "operator": {"reads_registries": False, "roles": []}})
    with pytest.raises(Forbidden):
        await reader.content.tag(TUTORIAL, "team/hello", "latest")
    reader.world.assign_role("operator", "AcrPull", "tutorial")
    assert await reader.content.tag(TUTORIAL, "team/hello", "latest")


@pytest.mark.parametrize(
    "login_server",
    ["docker.io", "registry.example.com", "tutorial.azurecr.io.example.com", "example.com/tutorial.azurecr.io"],
)
async def test_tokens_go_to_azure_alone(reader: Reader, login_server: str) -> None:
    """An app may name any host as its registry; none but Azure's is ever called with the operator's identity."""
    with pytest.raises(Permanent):
        await reader.content.tag(login_server, "team/hello", "latest")
    assert reader.calls() == []


async def test_errors_hold_no_token(reader: Reader) -> None:
    """What goes to logs and pages shows no token, wherever the read fails."""
    for path in ("oauth2/exchange", "oauth2/token", "_tags"):
        reader.world.faults.add(FaultRule(path=path, times=2, status=400, message="bad token eyJhbGciOi.eyJzdWIi.c2ln"))
        with pytest.raises(PulleyError) as caught:
            await reader.content.tag(TUTORIAL, "team/hello", "latest")
        assert "eyJ" not in str(caught.value)
        reader.world.faults.clear()
