"""An empty storage account for the tables' tests, on Azurite and in memory; worlds of sites and of registries."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from operators.cloud.storage import Storage
from tests.cloud.reading import STORY, Reader
from tests.cloud.shop import Shop
from tests.storage import Account, LosingTransport


@pytest_asyncio.fixture
async def table_network(account: Account) -> AsyncIterator[LosingTransport]:
    """A way to an empty account, which tests may disturb."""
    async with LosingTransport(account.table_transport()) as transport:
        yield transport


@pytest_asyncio.fixture
async def storage(account: Account, table_network: LosingTransport) -> Storage:
    """The account over that way."""
    return Storage(connection_string=account.connection_string, table_transport=table_network)


@pytest_asyncio.fixture
async def shop() -> AsyncIterator[Shop]:
    """A fresh world for each test."""
    made = Shop()
    yield made
    await made.sites.close()


@pytest.fixture
def reader() -> Reader:
    """A fresh world for each test."""
    return Reader(STORY)
