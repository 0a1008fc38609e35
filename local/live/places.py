"""Where is the story played? In a subscription, or in the simulated Azure; nothing else knows which."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import AzureCliCredential

from local.addresses import REPOSITORY
from local.azure.scenario.parts import DEFAULT_SUBSCRIPTION
from local.ending import CannotStartError
from local.live.identity import EndpointCredential, IdentityEndpoint
from local.parts import Part, Ready, started
from local.up import AzureReady

SCENARIO = Path(__file__).with_name("scenario.yaml")
AZURE_PYTHON = REPOSITORY / ".local" / "azure-venv" / "bin" / "python"
_READY_SECONDS = 60
_AZ_SECONDS = 60
_CA_VARIABLES = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


@dataclass(frozen=True)
class Place:
    """An Azure: how it is reached, as whom, and how fast time may pass there."""

    name: str
    subscription: str
    location: str
    credential: AsyncTokenCredential
    proxy: str | None
    """The proxy that leads to it; None where none is needed."""
    ca: Path | None
    """What its certificates are signed by; None where the usual authorities do."""
    pace: float
    """Factor on every pause between two looks."""
    role_spread_seconds: int
    """How long a role may take to count."""


@asynccontextmanager
async def real(subscription: str, location: str) -> AsyncIterator[Place]:
    """The real Azure, as whoever signed in with `az login`. Raises CannotStartError where nobody did."""
    if shutil.which("az") is None:
        raise CannotStartError("`az` is not on PATH: install azure-cli, then `az login`")
    ca = next((os.environ[name] for name in _CA_VARIABLES if os.environ.get(name)), None)
    async with AzureCliCredential(subscription=subscription, process_timeout=_AZ_SECONDS) as credential:
        try:
            await credential.get_token("https://management.azure.com/.default")
        except ClientAuthenticationError as error:
            raise CannotStartError(f"no token for subscription {subscription}: {error.message}") from error
        yield Place(
            name="Azure",
            subscription=subscription,
            location=location,
            credential=credential,
            proxy=os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"),
            ca=Path(ca) if ca else None,
            pace=1,
            role_spread_seconds=600,
        )


@asynccontextmanager
async def simulated(location: str, run_dir: Path, name: str = "the simulated Azure") -> AsyncIterator[Place]:
    """A simulated Azure as a process of its own, with an empty subscription."""
    async with _azure(run_dir) as (_, azure):
        yield Place(
            name=name,
            subscription=DEFAULT_SUBSCRIPTION,
            location=location,
            credential=EndpointCredential(IdentityEndpoint(azure.identity_endpoint, azure.identity_header)),
            proxy=azure.proxy,
            ca=Path(azure.ca),
            pace=0.02,
            role_spread_seconds=0,
        )


class ProxyReady(Ready):
    """What the recording proxy says when it listens."""

    proxy: str
    ca: str


def recording_proxy(place: Place, group: str, run_dir: Path) -> AbstractAsyncContextManager[tuple[Part, ProxyReady]]:
    """Write down everything that passes on its way to a place, into `recording_in(run_dir)`."""
    command = [str(AZURE_PYTHON), "-m", "local.live.recording_proxy", "--into", str(recording_in(run_dir))]
    command += ["--group", group, "--state-dir", str(run_dir / "recorder")]
    command += ["--upstream", place.proxy] if place.proxy else []
    command += ["--upstream-ca", str(place.ca)] if place.ca else []
    return started(
        "The recording proxy",
        command,
        environment=dict(os.environ),
        log=run_dir / "logs" / "recorder.log",
        ready=ProxyReady,
        within=_READY_SECONDS,
    )


def recording_in(run_dir: Path) -> Path:
    """Answer the file that a place's traffic is written into."""
    return run_dir / "recording.jsonl"


def _azure(run_dir: Path) -> AbstractAsyncContextManager[tuple[Part, AzureReady]]:
    if not AZURE_PYTHON.is_file():
        raise CannotStartError(f"the simulated Azure's own Python is missing ({AZURE_PYTHON}); run: make live")
    return started(
        "The simulated Azure",
        [str(AZURE_PYTHON), "-m", "local.azure", "--scenario", str(SCENARIO), "--state-dir", str(run_dir / "azure")],
        environment=dict(os.environ),
        log=run_dir / "logs" / "azure.log",
        ready=AzureReady,
        within=_READY_SECONDS,
    )
