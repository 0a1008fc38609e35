"""An empty storage account for the tables' tests."""

from collections.abc import AsyncIterator

import pytest_asyncio

from operators.cloud.storage import Storage
from tests.storage import LosingTransport, empty


@pytest_asyncio.fixture
async def table_network(azurite: str) -> AsyncIterator[LosingTransport]:
    """A network to an empty account, which tests may disturb."""
    await empty(azurite)
    async with LosingTransport() as transport:
        yield transport


@pytest_asyncio.fixture
async def storage(azurite: str, table_network: LosingTransport) -> Storage:
    """The account over that network."""
    return Storage(connection_string=azurite, table_transport=table_network)
