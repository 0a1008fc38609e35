"""The app of these tests, served once against a real Azurite."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.local_host.serving import Served, served


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def host(azurite: str) -> AsyncIterator[Served]:
    """Serve tests/local_host/app in a process of its own."""
    settings = {"AzureWebJobsStorage": azurite, "QUEUE": "typed", "SCHEDULE": "* * * * * *", "GIVEN": "given"}
    async with served(settings) as running:
        yield running
