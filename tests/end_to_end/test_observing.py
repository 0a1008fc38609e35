"""PULLEY_MODE=observe, the way to try Pulley on a real subscription: everything is decided, nothing is done."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from tests.end_to_end.place import Place, place


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def observed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The town with an operator that only looks."""
    async with place(tmp_path_factory.mktemp("observed"), {"PULLEY_MODE": "observe"}) as found:
        yield found


async def test_it_decides_and_does_nothing(observed: Place) -> None:
    """The decision is recorded, with the digest and whether the app may pull; Azure was only read."""
    old = await observed.served("shop")
    digest = await observed.push("shop", "v2")
    await observed.push("orders", "v2")
    held = await observed.until("shop", "held")
    assert (held["reason"], held["digest"], held["strategy"]) == ("observed", digest, "restart")
    assert held["access"]["verdict"] == "allowed"
    denied = await observed.until("orders", "held")
    assert (denied["reason"], denied["access"]["verdict"]) == ("observed", "denied")
    assert await observed.served("shop") == old
    assert await _changes(observed) == []


async def test_it_says_so(observed: Place) -> None:
    """Whoever asks for its health sees the mode."""
    assert (await observed.ask("/health"))["mode"] == "observe"


async def test_a_person_changes_nothing_either(observed: Place) -> None:
    """A deployment by hand is recorded and held too."""
    await observed.tell("/apps/news/rollouts", {"by": "ana"})
    held = await observed.until("news", "held")
    assert (held["reason"], held["cause"]) == ("observed", "person")
    assert await _changes(observed) == []


async def _changes(place: Place) -> list[str]:
    """Every call to Azure that could have changed something: containerlogs is a POST that only reads."""
    async with httpx.AsyncClient(trust_env=False) as client:
        calls = (await client.get(f"{place.control}/calls")).json()["calls"]
    assert calls
    return [
        f"{call['method']} {call['path']}"
        for call in calls
        if call["host"] == "management.azure.com" and call["method"] != "GET" and "containerlogs" not in call["path"]
    ]
