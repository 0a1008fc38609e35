"""One environment for all the files here: Azurite, the simulated Azure and the Functions host with function_app.py."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.end_to_end.place import Place, place


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    """The town, in which every story has an app of its own."""
    async with place(tmp_path_factory.mktemp("town")) as found:
        yield found
