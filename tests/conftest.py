"""Fixtures for every test: the things that are real, and storage in memory beside them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from local.azure.world import SystemClock
from local.azurite import azurite as run_azurite
from local.storage import MemoryStorage
from tests.storage import Account, by_network, empty

# How fast this machine is, and that a fresh clone has no cache of hypothesis yet, is no property of the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

_CLIENTS = Path(__file__).with_name("clients")
_WITHOUT_AZ = ("__init__.py", "test_recordings.py", "registry")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out what needs a real `az` unless it is asked for: make test-clients."""
    asked_for = any(Path(argument).resolve().is_relative_to(_CLIENTS) for argument in config.args)
    needs_az = collection_path.parent == _CLIENTS and collection_path.name not in _WITHOUT_AZ
    return True if needs_az and not asked_for else None


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def azurite() -> AsyncIterator[str]:
    """Run Azurite on free ports, in memory, for the whole session; yields the account's connection string."""
    async with run_azurite() as running:
        yield running.connection_string


@pytest_asyncio.fixture
async def emptied(azurite: str) -> Account:
    """The emulator's account with nothing in it."""
    await empty(azurite)
    return by_network(azurite)


@pytest.fixture(params=["azurite", "memory"])
def account(request: pytest.FixtureRequest) -> Account:
    """An empty storage account: Microsoft's emulator, then ours in memory; what holds for one has to hold for both."""
    if request.param == "memory":
        storage = MemoryStorage(SystemClock())
        return Account(storage.connection_string, storage.table_transport, storage.queue_transport)
    emptied: Account = request.getfixturevalue("emptied")
    return emptied
