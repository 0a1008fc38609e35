"""Nothing is made unasked, and nothing is left behind when the program is stopped."""

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from local.live.recording import read_recording

_INTERRUPTED = 130
_WITHIN = 120


async def _live(*arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.live", *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=PIPE, stderr=PIPE
    )


async def test_it_is_agreed_before_anything_is_made() -> None:
    """It says what it would make and what that costs, and ends."""
    process = await _live("--subscription", "3f1c9a52-0d3f-4a67-9a55-0f6f6a1f2b11", "--location", "westeurope")
    output, errors = await process.communicate()
    assert process.returncode == 2
    assert b"a plan              pulley-live-" in output
    assert b"USD" in output
    assert b"Nothing was made" in errors


async def test_it_has_to_be_told_where() -> None:
    """A subscription without a region is not enough."""
    process = await _live("--subscription", "3f1c9a52-0d3f-4a67-9a55-0f6f6a1f2b11", "--confirm")
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert b"LOCATION" in errors


async def test_ctrl_c_deletes_everything(tmp_path: Path) -> None:
    """In the middle of the story the resource group is deleted all the same, and the exit code says interrupted."""
    process = await _live("--simulated", "--run-dir", str(tmp_path))
    assert process.stdout is not None
    async with asyncio.timeout(_WITHIN):
        async for line in process.stdout:
            if b"are made, and may pull" in line:
                process.send_signal(signal.SIGINT)
                break
        output, errors = await process.communicate()
    assert process.returncode == _INTERRUPTED, errors.decode()
    assert b"It is gone." in output
    (recording,) = await asyncio.to_thread(lambda: list(tmp_path.glob("*/simulated/recording.jsonl")))
    recorded = list(read_recording(recording))
    assert [one.status for one in recorded if one.method == "DELETE"] == [202]
    assert recorded[-1].status == 200
