"""Where is Azurite (Microsoft's storage emulator), and how does it start and end?"""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from local.parts import end_with_parent

ACCOUNT = "devstoreaccount1"
# Published, the same on every machine, so no secret (azure-docs: storage/common/storage-use-azurite).
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
DEFAULT_PORTS = (10000, 10001, 10002)

_REPOSITORY = Path(__file__).resolve().parents[1]
_START_SECONDS = 30
_STOP_SECONDS = 10
_IDLE_SECONDS = 75
"""Azurite's own five are fewer than aiohttp's 15: it ends a connection while the next request is on its way."""
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (http://\S+)")


class AzuriteError(Exception):
    """Azurite or Node is missing, or Azurite ended before it listened; the text says which and what to do."""


class Azurite(BaseModel):
    """A running emulator: its three endpoints, each with the account in its path."""

    model_config = ConfigDict(frozen=True)

    blob_url: str
    queue_url: str
    table_url: str

    @property
    def connection_string(self) -> str:
        """All three services of the well-known account, as the Azure SDKs and AzureWebJobsStorage want it."""
        return (
            f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
            f"BlobEndpoint={self.blob_url};QueueEndpoint={self.queue_url};TableEndpoint={self.table_url};"
        )


def at_ports(ports: tuple[int, int, int] = DEFAULT_PORTS) -> Azurite:
    """Answer the endpoints of an emulator at these (blob, queue, table) ports, running or not."""
    blob, queue, table = (f"http://127.0.0.1:{port}/{ACCOUNT}" for port in ports)
    return Azurite(blob_url=blob, queue_url=queue, table_url=table)


@asynccontextmanager
async def azurite(location: Path | None = None, ports: tuple[int, int, int] = (0, 0, 0)) -> AsyncIterator[Azurite]:
    """Run Azurite for as long as the block lasts.

    `location` is the folder that keeps the data between runs; None keeps it in memory. `ports` are blob, queue and
    table; 0 takes a free one. Raises AzuriteError where it cannot start.
    """
    command = [str(_node()), str(_entry_script()), "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    for service, port in zip(("blob", "queue", "table"), ports, strict=True):
        command += [f"--{service}Port", str(port), f"--{service}KeepAliveTimeout", str(_IDLE_SECONDS)]
    if location is None:
        command.append("--inMemoryPersistence")
    else:
        location.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - one local folder, before anything runs
        command += ["--location", str(location)]
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,  # Ctrl-C ends us, and we end Azurite once nobody writes to it any more
        preexec_fn=end_with_parent,
    )
    assert process.stdout is not None
    async with AsyncExitStack() as ending:
        ending.push_async_callback(_stop, process)
        running = await _listening(process.stdout)
        drain = asyncio.create_task(_drain(process.stdout))  # a full pipe would block it
        ending.callback(drain.cancel)
        yield running


def _node() -> Path:
    """Find Node: PULLEY_NODE, the one that scripts/find-node chose, or the machine's."""
    if given := os.environ.get("PULLEY_NODE"):
        return Path(given)
    own = _REPOSITORY / ".local" / "nodejs" / "bin" / "node"
    if own.is_file():
        return own
    if found := shutil.which("node"):
        return Path(found)
    raise AzuriteError("Node.js was found neither in .local/nodejs nor on PATH: run make, or let PULLEY_NODE name it")


def _entry_script() -> Path:
    """Find Azurite's own script: started through Node, it needs no PATH and no executable bit."""
    given = os.environ.get("PULLEY_AZURITE")
    package = Path(given) if given else _REPOSITORY / ".local" / "node" / "node_modules" / "azurite"
    script = package / "dist" / "src" / "azurite.js"
    if not script.is_file():
        raise AzuriteError(f"Azurite is not at {package}: run scripts/install-azurite, or set PULLEY_AZURITE")
    return script


async def _listening(output: asyncio.StreamReader) -> Azurite:
    """Read Azurite's start until all three services listen; it names the free port that it took."""
    urls: dict[str, str] = {}
    said: list[str] = []
    try:
        async with asyncio.timeout(_START_SECONDS):
            while len(urls) < 3:
                line = (await output.readline()).decode(errors="replace")
                if not line:
                    raise AzuriteError(f"Azurite ended while starting: {' '.join(said).strip()}")
                said.append(line.strip())
                if match := _LISTENING.search(line):
                    urls[match[1]] = f"{match[2]}/{ACCOUNT}"
    except TimeoutError as error:
        raise AzuriteError(f"Azurite did not listen within {_START_SECONDS} s: {' '.join(said).strip()}") from error
    return Azurite(blob_url=urls["Blob"], queue_url=urls["Queue"], table_url=urls["Table"])


async def _drain(output: asyncio.StreamReader) -> None:
    while await output.read(65536):
        pass


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
