"""Fixtures for every test: the things that are real."""

from collections.abc import AsyncIterator

import pytest_asyncio

from local.azurite import azurite as run_azurite


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def azurite() -> AsyncIterator[str]:
    """Run Azurite on free ports, in memory, for the whole session; yields the account's connection string."""
    async with run_azurite() as running:
        yield running.connection_string
