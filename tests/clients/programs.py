"""Programs that know nothing of the simulated Azure but what their environment says."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from local.addresses import REPOSITORY


@dataclass(frozen=True)
class Ended:
    """How one ended."""

    code: int
    output: bytes
    errors: str


async def ended(command: Sequence[str], environment: Mapping[str, str], within: float) -> Ended:
    """Run it to its end, at most so many seconds; raises TimeoutError, and leaves no process behind."""
    process = await asyncio.create_subprocess_exec(
        *command,
        env=environment,
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        output, errors = await asyncio.wait_for(process.communicate(), within)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode is not None
    return Ended(process.returncode, output, errors.decode())
