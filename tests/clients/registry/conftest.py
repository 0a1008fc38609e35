"""One environment for all the stories here; each has an app, a repository and images of its own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.clients.registry.clients import ORAS_PYTHON
from tests.clients.registry.harbour import Harbour, harbour


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Harbour]:
    """The harbour, in which every app has been seen for the first time."""
    assert ORAS_PYTHON.is_file(), f"there is no oras ({ORAS_PYTHON}); run: make test"
    async with harbour(tmp_path_factory.mktemp("harbour")) as found:
        yield found
