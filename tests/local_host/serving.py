"""Starts the host as its users do: in a process of its own, since the worker library keeps one app in globals."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

APP = Path(__file__).parent / "app"
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Served:
    """A host that is ready: its answer on stdout, a client without keys, and its log as it grows."""

    ready: dict[str, Any]
    client: httpx.AsyncClient
    process: asyncio.subprocess.Process
    log: list[str] = field(default_factory=list)

    @property
    def master(self) -> dict[str, str]:
        """The header that opens everything."""
        return {"x-functions-key": self.ready["master_key"]}

    async def noted(self, function: str) -> list[dict[str, Any]]:
        """Answer what one function noted so far."""
        response = await self.client.get("/api/noted")
        return [note for note in response.json() if note["function"] == function]

    async def noted_at_least(self, count: int, function: str, **expected: Any) -> list[dict[str, Any]]:
        """Wait until a function noted that many things like the expected; fails after 10 s."""
        async with asyncio.timeout(10):
            while True:
                notes = [note for note in await self.noted(function) if expected.items() <= note.items()]
                if len(notes) >= count:
                    return notes
                await asyncio.sleep(0.05)

    async def logged(self, text: str) -> str:
        """Wait until a line of the log has the text, and answer it; fails after 10 s."""
        async with asyncio.timeout(10):
            while True:
                for line in self.log:
                    if text in line:
                        return line
                await asyncio.sleep(0.02)


@asynccontextmanager
async def served(
    environment: Mapping[str, str], root: Path = APP, arguments: Sequence[str] = ()
) -> AsyncIterator[Served]:
    """Run `python -m local.host` until the block ends, then end it with SIGTERM."""
    process = await start(environment, root, arguments)
    assert process.stdout is not None
    async with asyncio.timeout(20):
        line = await process.stdout.readline()
    if not line:
        _, errors = await process.communicate()
        raise AssertionError(f"the host did not start:\n{errors.decode()}")
    ready = json.loads(line)
    async with httpx.AsyncClient(base_url=ready["url"], timeout=10) as client:
        host = Served(ready, client, process)
        reading = asyncio.create_task(_read(process, host.log))
        try:
            yield host
        finally:
            if process.returncode is None:
                process.terminate()
            async with asyncio.timeout(15):
                await process.wait()
                await reading


async def start(
    environment: Mapping[str, str], root: Path, arguments: Sequence[str] = ()
) -> asyncio.subprocess.Process:
    """Start the host on a free port."""
    given = [part for name, value in environment.items() for part in ("--env", f"{name}={value}")]
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.host", "--root", str(root), "--port", "0", *given, *arguments),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _read(process: asyncio.subprocess.Process, log: list[str]) -> None:
    assert process.stderr is not None
    async for line in process.stderr:
        log.append(line.decode().rstrip("\n"))  # noqa: PERF401 - each line is looked at as it comes
