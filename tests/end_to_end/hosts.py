"""One Functions host at a time: killed without a chance to say goodbye, and another one started in its place."""

import asyncio
import os
import shutil
import signal
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Self
from urllib.parse import urlsplit

from local.up import functions_host
from tests.end_to_end.place import Place


class Hosts:
    """The host that runs now; at first the environment's own. A context manager: no host outlives it."""

    def __init__(self, town: Place) -> None:
        self._town = town
        self._process = town.running.parts[-1].process
        self._running = AsyncExitStack()
        self._started = 1

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._running.aclose()

    async def kill(self) -> datetime:
        """SIGKILL; when that was."""
        at = datetime.now(UTC)
        os.kill(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        await self._running.aclose()
        return at

    async def start_another(self) -> None:
        """The next one, at the same port and with the same keys; returns when it is ready."""
        self._started += 1
        run_dir = self._town.run_dir / f"host-{self._started}"
        await asyncio.to_thread((run_dir / "logs").mkdir, parents=True)
        shutil.copy(self._town.run_dir / "keys.json", run_dir)
        addresses = urlsplit(self._town.running.addresses.host)
        assert addresses.port is not None
        host = functions_host(addresses.port, self._town.running.host_settings, run_dir)
        part, _ = await self._running.enter_async_context(host)
        self._process = part.process
