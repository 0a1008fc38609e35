"""How does everything run on one machine: Azurite, the simulated Azure, the Functions host with function_app.py?"""

import argparse
import asyncio
import fcntl
import os
import socket
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from local.addresses import REPOSITORY, RUN_DIR, Addresses, state_file, write_secret
from local.azure.scenario import Scenario, load_scenario
from local.azurite import Azurite, azurite
from local.ending import CannotStartError, until_told_to_end
from local.host.keys import load_or_create
from local.parts import Part, PartEndedError, Ready, started

SCENARIOS = REPOSITORY / "local" / "scenarios"
DEFAULT_SCENARIO = SCENARIOS / "demo.yaml"
DEFAULT_PORT = 7071  # the one of Core Tools' `func start`
DEFAULT_PACE = 0.2
NO_DRIFT_TIMER = {"PULLEY_DRIFT_SCHEDULE": "0 0 0 1 1 *"}
"""Once a year, for who counts rollouts: a tick just after a push marks its app again, and a skipped rollout follows."""

_READY_SECONDS = 60
_AZURITE_LOOK_SECONDS = 1
# What the person's shell holds for the real Azure and the real network must not reach the simulated one.
_NOT_PASSED_ON = ("AZURE_", "AZUREWEBJOBS", "IDENTITY_", "MSI_", "SSL_CERT_", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class AzureReady(Ready):
    """What the simulated Azure says when it can be used."""

    proxy: str
    ca: str
    identity_endpoint: str
    identity_header: str
    control: str


class HostReady(Ready):
    """What the Functions host says when every function is indexed and served."""

    url: str


@dataclass(frozen=True)
class Environment:
    """A running environment: where everything is, and a way to know that something of it ended."""

    addresses: Addresses
    azurite: Azurite
    parts: tuple[Part, ...]
    host_settings: Mapping[str, str]
    """What the Functions host was given: with it another one can take its place."""

    async def until_a_part_ends(self) -> None:
        """Wait until one of the three ends, which none should; raises PartEndedError about it."""
        waiting = [asyncio.create_task(part.ended()) for part in self.parts]
        waiting.append(asyncio.create_task(_azurite_ended(self.azurite)))
        try:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in waiting:
                task.cancel()
        raise done.pop().result()


@asynccontextmanager
async def environment(
    scenario: Path = DEFAULT_SCENARIO,
    *,
    port: int = 0,
    pace: float = DEFAULT_PACE,
    run_dir: Path = RUN_DIR,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Environment]:
    """Run everything for as long as the block lasts; nothing stays behind.

    `port` is the Functions host's, 0 takes a free one. `pace` shortens the waits of the operator and of Event Grid.
    `settings` are settings of the operator beside those that connect it. Raises CannotStartError, ScenarioError,
    AzuriteError or PartEndedError.
    """
    story = load_scenario(scenario)
    subscriptions = tuple(subscription.id for subscription in story.subscriptions)
    run_dir = _with_logs(run_dir)
    async with AsyncExitStack() as running:
        running.enter_context(_only_one_in(run_dir))
        keys = load_or_create(run_dir / "keys.json")
        held = running.enter_context(_held_port(port))
        port = held.getsockname()[1]
        # Known before the host runs: the simulated Azure needs it, and the host needs the simulated Azure.
        events = f"http://127.0.0.1:{port}/runtime/webhooks/EventGrid?" + urlencode(
            {"functionName": "image_pushed", "code": keys.event_grid_key}
        )
        storage = await running.enter_async_context(azurite())
        azure_part, azure = await running.enter_async_context(_azure(scenario, events, pace, run_dir))
        own = _settings(azure, storage, story, pace) | dict(settings or {})
        held.close()  # now the host takes it; whoever asked for a free one until here got another
        host_part, host = await running.enter_async_context(functions_host(port, own, run_dir))
        addresses = Addresses(
            admin=f"{host.url}/api",
            key=keys.function_key,
            master_key=keys.master_key,
            host=host.url,
            events=events,
            storage=storage.connection_string,
            subscriptions=subscriptions,
            **azure.model_dump(),
        )
        state = state_file(run_dir)
        write_secret(state, addresses.model_dump_json())
        running.callback(state.unlink, missing_ok=True)
        yield Environment(addresses, storage, (azure_part, host_part), own)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which arguments `python -m local up` takes."""
    parser.add_argument("--scenario", type=Path, default=DEFAULT_SCENARIO, help="a YAML file, see docs/local.md")
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="the Functions host's; 0 takes a free one")
    parser.add_argument("--pace", type=float, default=DEFAULT_PACE, help="shortens every wait: 1 is as in Azure")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="the folder of its logs and files")


def run(arguments: argparse.Namespace) -> int:
    """Run everything until Ctrl-C or SIGTERM; answer the exit code."""
    return until_told_to_end(_up(arguments.scenario, arguments.port, arguments.pace, arguments.run_dir))


async def _up(scenario: Path, port: int, pace: float, run_dir: Path) -> int:
    async with environment(scenario, port=port, pace=pace, run_dir=run_dir) as running:
        print(running.addresses.model_dump_json(), flush=True)
        print("pulley: everything is up; Ctrl-C ends it", file=sys.stderr)
        await running.until_a_part_ends()
    return 1


def _azure(
    scenario: Path, events: str, pace: float, run_dir: Path
) -> AbstractAsyncContextManager[tuple[Part, AzureReady]]:
    python = REPOSITORY / ".local" / "azure-venv" / "bin" / "python"
    if not python.is_file():
        raise CannotStartError(f"the simulated Azure's own Python is missing ({python}); run: make up")
    command = [str(python), "-m", "local.azure", "--scenario", str(scenario.resolve()), "--events-url", events]
    return started(
        "The simulated Azure",
        [*command, "--state-dir", str(run_dir / "azure"), "--event-pace", str(pace)],
        environment=_environment_variables(),
        log=run_dir / "logs" / "azure.log",
        ready=AzureReady,
        within=_READY_SECONDS,
    )


def functions_host(
    port: int, settings: Mapping[str, str], run_dir: Path
) -> AbstractAsyncContextManager[tuple[Part, HostReady]]:
    """Run the Functions host with function_app.py at this port; `run_dir` has its keys and takes its log."""
    return started(
        "The Functions host",
        [sys.executable, "-m", "local.host", "--port", str(port), "--keys", str(run_dir / "keys.json")],
        environment=_environment_variables() | dict(settings),
        log=run_dir / "logs" / "host.log",
        ready=HostReady,
        within=_READY_SECONDS,
    )


def _environment_variables() -> dict[str, str]:
    """What every part inherits: the shell's variables without proxies, certificates and Azure's own."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_NOT_PASSED_ON) and not name.upper().endswith("_PROXY")
    }


def _settings(azure: AzureReady, storage: Azurite, story: Scenario, pace: float) -> dict[str, str]:
    """What connects the operator to the simulated Azure, and its settings here; the shell may choose the mode."""
    return {
        "HTTPS_PROXY": azure.proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "SSL_CERT_FILE": azure.ca,
        "REQUESTS_CA_BUNDLE": azure.ca,
        "IDENTITY_ENDPOINT": azure.identity_endpoint,
        "IDENTITY_HEADER": azure.identity_header,
        "AzureWebJobsStorage": storage.connection_string,
        "PULLEY_SCOPES": ",".join(f"/subscriptions/{subscription.id}" for subscription in story.subscriptions),
        "PULLEY_MODE": os.environ.get("PULLEY_MODE", "act"),
        "PULLEY_DRIFT_SCHEDULE": os.environ.get("PULLEY_DRIFT_SCHEDULE", "0 */5 * * * *"),
        "PULLEY_PACE": str(pace),
        "PULLEY_ROLE_SPREAD_SECONDS": str(story.role_spread_seconds),
    }


def _with_logs(run_dir: Path) -> Path:
    """Make the folder and that of its logs; absolute, as every part runs in the repository."""
    (run_dir / "logs").mkdir(parents=True, exist_ok=True)
    return run_dir.absolute()


@contextmanager
def _only_one_in(run_dir: Path) -> Iterator[None]:
    """Keep a second environment out of the folder; the system frees it however we end."""
    with (run_dir / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotStartError(f"an environment runs here already ({run_dir}); end it first") from None
        yield


@contextmanager
def _held_port(wanted: int) -> Iterator[socket.socket]:
    """Hold a port (0: a free one) without listening there, until the socket is closed."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            held.bind(("127.0.0.1", wanted))
        except OSError as error:
            raise CannotStartError(
                f"port {wanted} cannot be used ({error.strerror}); end what listens there or choose another: --port"
            ) from error
        yield held


async def _azurite_ended(storage: Azurite) -> PartEndedError:
    """Wait until Azurite's queue service takes no connection any more."""
    at = urlsplit(storage.queue_url)
    while True:
        await asyncio.sleep(_AZURITE_LOOK_SECONDS)
        try:
            _, writer = await asyncio.open_connection(at.hostname, at.port)
        except OSError:
            return PartEndedError("Azurite", "ended")
        writer.close()
