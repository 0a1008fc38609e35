"""`python -m local demo`: the story of four pushes, played on one machine and checked at its end.

acts: what is played ─► asking: the admin API, the control API ◄─ watch: what happens there ─► stage: how it looks
tape: the stage's picture in the README
farewell: did every app end as it should (endings), and what to try next
"""

import argparse
import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from local.addresses import RUN_DIR
from local.demo.acts import Play
from local.demo.asking import asking_at
from local.demo.errors import DemoError
from local.demo.farewell import checked, invite
from local.demo.stage import Stage
from local.demo.watch import Watch
from local.ending import until_told_to_end
from local.up import environment

_PACE = 0.1
# Whatever the shell says. Five minutes from the start on, and not on the clock: no tick falls into the story.
_SETTINGS = {"PULLEY_MODE": "act", "PULLEY_DRIFT_SCHEDULE": "00:05:00"}
_INTERRUPTED = 130  # what a shell answers for a program that Ctrl-C ended


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say which arguments `python -m local demo` takes."""
    parser.add_argument("--once", action="store_true", help="end after the story: 0 when every app ended as it should")
    parser.add_argument("--port", type=int, default=0, help="the Functions host's; 0, the default, takes a free one")
    parser.add_argument("--svg", type=Path, help="draw the telling part of it into this file")
    parser.add_argument("--run-dir", type=Path, default=RUN_DIR, help="the folder of its logs and files")


def run(arguments: argparse.Namespace) -> int:
    """Play the story, and stay up after it unless told otherwise; answer the exit code."""
    return until_told_to_end(_demo(arguments.once, arguments.port, arguments.run_dir, arguments.svg))


async def _demo(once: bool, port: int, run_dir: Path, svg: Path | None) -> int:
    stage = Stage()
    stage.say("Starting Azurite, the simulated Azure and the Functions host …", style="dim")
    play = None
    try:
        async with (
            environment(port=port, pace=_PACE, run_dir=run_dir, settings=_SETTINGS) as running,
            asking_at(running.addresses) as asking,
        ):
            watch = Watch(asking, stage)
            play = Play(stage, asking, watch)
            with stage:
                return await _while_up(_show(play, run_dir, svg, once=once), watch.run(), running.until_a_part_ends())
    except DemoError as error:
        stage.failure(f"{error}\nThe logs are in {run_dir / 'logs'}.")
        return 1
    except asyncio.CancelledError:
        if play and play.is_over:
            raise
        return _INTERRUPTED  # a story that was not played to its end proved nothing


async def _show(play: Play, run_dir: Path, svg: Path | None, *, once: bool) -> int:
    await play.perform()
    well = await checked(play)
    if svg:
        play.stage.tape.save(svg, title="make demo")
    invite(play, run_dir, staying=well and not once)
    if once or not well:
        return 0 if well else 1
    await asyncio.Event().wait()  # until Ctrl-C
    return 0


async def _while_up[Answer](work: Coroutine[Any, Any, Answer], *guards: Coroutine[Any, Any, None]) -> Answer:
    """Do the work, unless one of the guards ends first: then its error is what counts."""
    working = asyncio.create_task(work)
    tasks: set[asyncio.Task[Any]] = {working, *map(asyncio.create_task, guards)}
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {working}:
            task.result()
        return await working
    finally:
        for task in tasks:
            task.cancel()
