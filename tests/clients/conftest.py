"""The operator beside an empty subscription; `az`, signed in; and what every story begins with."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from local.up import NO_DRIFT_TIMER, environment
from tests.clients.az import PYTHON, Az
from tests.clients.shop import Shop
from tests.end_to_end.place import PACE, Place

_EMPTY = Path(__file__).with_name("empty.yaml")


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """Everything that runs; in the subscription there is nothing yet."""
    run_dir = tmp_path_factory.mktemp("clients")
    async with environment(_EMPTY, pace=PACE, run_dir=run_dir, settings=NO_DRIFT_TIMER) as running:
        key = {"x-functions-key": running.addresses.key}
        async with (
            httpx.AsyncClient(headers=key, trust_env=False, timeout=30) as friend,
            httpx.AsyncClient(trust_env=False, timeout=30) as stranger,
        ):
            yield Place(running, run_dir, friend, stranger)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def az(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Az:
    """`az`, signed in with the identity that the environment offers."""
    assert PYTHON.is_file(), f"there is no az ({PYTHON}); run: make test-clients"
    signed_in = Az(place.running.addresses, tmp_path_factory.mktemp("az"))
    await signed_in("login --identity")
    return signed_in


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def shop(az: Az, place: Place) -> Shop:
    """A resource group, a registry with an image, a plan."""
    return await Shop.make(az, place)
