"""How does a program of the local environment start, say that it is ready, and end with us whatever happens?"""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

_REPOSITORY = Path(__file__).resolve().parents[1]
_STOP_SECONDS = 10
_LAST_WORDS_SECONDS = 1
_TAIL_LINES = 20
_READY_LINE_BYTES = 1 << 20
_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Ready(BaseModel):
    """The base of what a part says, as one line of JSON on its standard output, once it can be used."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class PartEndedError(Exception):
    """A part of the environment ended or never became ready; the text says which, and how its log ends."""

    def __init__(self, part: str, reason: str, log: Path | None = None) -> None:
        self.part = part
        self.reason = reason
        self.log = log
        super().__init__("\n".join([f"{part} {reason}", *_tail(log)]))


@dataclass(frozen=True)
class Part:
    """A started program: its name, its process, and the file with all it wrote."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    async def ended(self) -> PartEndedError:
        """Wait until it ends, and answer how."""
        code = await self.process.wait()
        return PartEndedError(self.name, f"ended with exit code {code}", self.log)


@asynccontextmanager
async def started[R: Ready](
    name: str, command: Sequence[str], *, environment: Mapping[str, str], log: Path, ready: type[R], within: float
) -> AsyncIterator[tuple[Part, R]]:
    """Run a program for as long as the block lasts, from the moment it printed its `ready` line.

    `within` is in seconds. Raises PartEndedError where it ends before that, takes longer or prints something else.
    """
    log.unlink(missing_ok=True)  # noqa: ASYNC240 - one local file, before anything runs
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=_REPOSITORY,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=output,
            limit=_READY_LINE_BYTES,
            start_new_session=True,  # Ctrl-C reaches only us, and we end the parts in their order
            preexec_fn=end_with_parent,
        )
        assert process.stdout is not None
        part = Part(name, process, log)
        copying = None
        try:
            said = await _ready_line(part, process.stdout, ready, within)
            copying = asyncio.create_task(_copy(process.stdout, log))
            yield part, said
        finally:
            await _stop(process)
            if copying:
                await asyncio.wait([copying], timeout=_LAST_WORDS_SECONDS)


def end_with_parent() -> None:
    """In a child about to start: be sent SIGTERM when the parent dies, even by SIGKILL. Linux only (man 2 prctl)."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


async def _ready_line[R: Ready](part: Part, output: asyncio.StreamReader, ready: type[R], within: float) -> R:
    try:
        async with asyncio.timeout(within):
            line = await output.readline()
    except TimeoutError:
        raise PartEndedError(part.name, f"was not ready within {within:g} s", part.log) from None
    if not line:
        raise await part.ended()
    try:
        return ready.model_validate_json(line)
    except ValidationError as error:
        shown = line.decode(errors="replace").strip()[:200]
        raise PartEndedError(part.name, f"said something else than its ready line: {shown}", part.log) from error


async def _copy(output: asyncio.StreamReader, log: Path) -> None:
    """Keep what it prints later in its log; a full pipe would block it."""
    with log.open("ab", buffering=0) as file:
        while piece := await output.read(65536):
            file.write(piece)


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return  # it ended by itself, perhaps long ago: its number may be another program's by now
    _signal_group(process, signal.SIGTERM)
    with suppress(TimeoutError):
        async with asyncio.timeout(_STOP_SECONDS):
            await process.wait()
    _signal_group(process, signal.SIGKILL)  # what is left of its group, itself included
    await process.wait()


def _signal_group(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS answers EPERM for a group of zombies
        os.killpg(process.pid, number)


def _tail(log: Path | None) -> list[str]:
    if log is None or not log.is_file():
        return []
    lines = log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
    return [f"the end of {log}:", *(f"  {line}" for line in lines)]
