"""Does a part of the environment start, say what is wrong, and never stay behind?"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from local.parts import Part, PartEndedError, Ready, started

READY = 'print(\'{"pid": %d, "more": 1}\' % os.getpid(), flush=True)'
SLEEP = "time.sleep(60)"
# A part that starts a program of its own and names that one's process id.
WITH_CHILD = (
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])",
    "print('{\"pid\": %d}' % child.pid, flush=True)",
)
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="/proc and prctl are Linux's")


class _Pid(Ready):
    pid: int


@asynccontextmanager
async def _running(*lines: str, log: Path, within: float = 10) -> AsyncIterator[tuple[Part, _Pid]]:
    code = "\n".join(["import os, signal, subprocess, sys, time", *lines])
    command = [sys.executable, "-c", code]
    async with started("The part", command, environment=os.environ, log=log, ready=_Pid, within=within) as running:
        yield running


def _lives(pid: int) -> bool:
    """A zombie does not, whoever has to collect it."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def _gone(pid: int) -> bool:
    for _ in range(500):
        if not _lives(pid):
            return True
        await asyncio.sleep(0.02)
    return False


async def test_a_part_is_there_from_its_ready_line_until_the_block_ends(tmp_path: Path) -> None:
    """Its line is parsed, it runs inside the block, and it ended when the block is left."""
    async with _running(READY, SLEEP, log=tmp_path / "log") as (part, said):
        assert said.pid == part.process.pid
        assert part.process.returncode is None
    assert part.process.returncode == -signal.SIGTERM


@pytest.mark.parametrize(
    ("lines", "within", "reason"),
    [
        pytest.param(["print('no such file', file=sys.stderr)", "sys.exit(3)"], 10, "exit code 3", id="ends"),
        pytest.param(["print('no such file', file=sys.stderr)", SLEEP], 3, "not ready within 3 s", id="takes too long"),
        pytest.param(["print('no such file', flush=True)", SLEEP], 10, "no such file", id="says something else"),
    ],
)
async def test_a_part_that_does_not_become_ready_is_told(
    lines: list[str], within: float, reason: str, tmp_path: Path
) -> None:
    """The error names the part, what happened, and how its log ends; the part does not stay."""
    with pytest.raises(PartEndedError, match=reason) as caught:
        async with _running(*lines, log=tmp_path / "log", within=within):
            pytest.fail("it was never ready")
    assert str(caught.value).startswith("The part ")
    assert "no such file" in str(caught.value)


async def test_a_part_that_ends_later_is_told_with_its_log(tmp_path: Path) -> None:
    """`ended` answers the exit code and the last lines of both of its outputs."""
    dying = ["print('the last word')", "print('a traceback', file=sys.stderr)", "sys.exit(5)"]
    async with _running(READY, *dying, log=tmp_path / "log") as (part, _):
        error = await part.ended()
    assert "exit code 5" in str(error)
    assert "a traceback" in str(error)
    assert "the last word" in str(PartEndedError("The part", "ended", part.log))


@linux_only
async def test_what_a_part_started_ends_with_it(tmp_path: Path) -> None:
    """Leaving the block ends the whole process group, also a child that the part does not end itself."""
    async with _running(*WITH_CHILD, SLEEP, log=tmp_path / "log") as (_, said):
        assert _lives(said.pid)
    assert await _gone(said.pid)


@linux_only
async def test_a_part_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    """SIGKILL of the process that started a part leaves no part behind."""
    starter = f"""
import asyncio, os, sys
from pathlib import Path
from tests.local_commands.test_parts import READY, SLEEP, _running

async def main():
    async with _running(READY, SLEEP, log=Path({str(tmp_path / "log")!r})) as (part, said):
        print(said.pid, flush=True)
        await asyncio.sleep(60)

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", starter, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    pid = int(await process.stdout.readline())
    process.kill()
    await process.wait()
    assert await _gone(pid)
