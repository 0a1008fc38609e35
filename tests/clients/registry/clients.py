"""The clients as the tests have them: programs of their own that reach nothing but the simulated Azure."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.addresses import REPOSITORY, Addresses
from tests.clients.programs import ended

ORAS_PYTHON = REPOSITORY / ".local" / "oras-venv" / "bin" / "python"
_WITHIN = 60
_PACKAGE = __package__


@dataclass(frozen=True)
class Oras:
    """oras with a password for one registry."""

    addresses: Addresses
    host: str
    password: str

    async def push(self, folder: Path, reference: str) -> Any:
        """Push an image layout to `repository:tag`; the last answer of the registry."""
        return await self._run("push", reference, str(folder))

    async def pull(self, reference: str, folder: Path) -> None:
        """Pull `repository:tag` into a folder that is not there yet."""
        await self._run("pull", reference, str(folder))

    async def attach(self, file: Path, reference: str, subject: Mapping[str, Any] | None = None) -> Any:
        """Push a file as an artifact, to the manifest of a descriptor where one is given."""
        about = {name: subject[name] for name in ("mediaType", "digest", "size")} if subject else None
        return await self._run("attach", reference, str(file), *([json.dumps(about)] if about else []))

    async def forge(self, file: Path, reference: str) -> Any:
        """Try what the registry has to refuse; its answers, by what was tried."""
        return await self._run("forge", reference, str(file))

    async def tags(self, repository: str) -> list[str]:
        """List the tags of a repository."""
        return list((await self._run("tags", repository))["tags"])

    async def _run(self, command: str, reference: str, *more: str) -> Any:
        program = (str(ORAS_PYTHON), "-m", f"{_PACKAGE}.oras_program", command, f"{self.host}/{reference}", *more)
        return await _output(program, self.addresses, PASSWORD=self.password)


@dataclass(frozen=True)
class AzureClient:
    """azure-containerregistry for one registry, as the managed identity of the environment or as `nobody`."""

    addresses: Addresses
    host: str
    who: str = "identity"

    async def __call__(self, command: str, *words: str) -> Any:
        """Do what azure_program.py has under this name; what it did, or how it was refused."""
        program = (sys.executable, "-m", f"{_PACKAGE}.azure_program", self.host, self.who, command, *words)
        identity = {
            "IDENTITY_ENDPOINT": self.addresses.identity_endpoint,
            "IDENTITY_HEADER": self.addresses.identity_header,
        }
        return await _output(program, self.addresses, **identity)


async def _output(program: tuple[str, ...], addresses: Addresses, **variables: str) -> Any:
    environment = variables | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(REPOSITORY),
        "HTTPS_PROXY": addresses.proxy,
        "NO_PROXY": "127.0.0.1,localhost",
        "REQUESTS_CA_BUNDLE": addresses.ca,
    }
    client = await ended(program, environment, _WITHIN)
    assert client.code == 0, f"{' '.join(program[3:])}\n{client.errors}"
    return json.loads(client.output)
