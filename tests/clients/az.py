"""The real `az` with an environment and a configuration of its own: it reaches nothing but the simulated Azure."""

import json
import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.addresses import REPOSITORY, Addresses
from tests.clients.programs import ended

PYTHON = REPOSITORY / ".local" / "az-venv" / "bin" / "python"
_WITHIN = 120


class AzError(Exception):
    """An `az` that ended with another code than 0; the text is what it wrote."""


@dataclass(frozen=True)
class Az:
    """Runs commands as a person types them, one after the other."""

    addresses: Addresses
    config: Path
    """AZURE_CONFIG_DIR: who is signed in, and nothing of the person whose machine this is."""

    async def __call__(self, command: str) -> Any:
        """Run `az COMMAND` and answer what its JSON says, None where it says nothing; raises AzError."""
        output = await self._run([str(PYTHON), "-m", "azure.cli", *shlex.split(command), "--only-show-errors"])
        return json.loads(output) if output.strip() else None

    async def shell(self, line: str) -> str:
        """Run a whole line in which `az` may occur more than once, as in `az … "$(az …)"`; raises AzError."""
        return await self._run(["bash", "-c", f'az() {{ "{PYTHON}" -m azure.cli "$@"; }}; {line}'])

    async def _run(self, command: list[str]) -> str:
        az = await ended(command, self._environment(), _WITHIN)
        if az.code != 0:
            raise AzError(f"{shlex.join(command[3:])}\n{az.errors}")
        return az.output.decode()

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.config),
            "HTTPS_PROXY": self.addresses.proxy,
            "NO_PROXY": "127.0.0.1,localhost",
            "REQUESTS_CA_BUNDLE": self.addresses.ca,
            "IDENTITY_ENDPOINT": self.addresses.identity_endpoint,
            "IDENTITY_HEADER": self.addresses.identity_header,
            "AZURE_CONFIG_DIR": str(self.config),
            "AZURE_CORE_COLLECT_TELEMETRY": "0",
            "AZURE_CORE_NO_COLOR": "1",
        }
