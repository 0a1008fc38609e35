"""`python -m local.host`: serve a function app until SIGINT or SIGTERM."""

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import TextIO

from local.host import logs, worker
from local.host.errors import HostError
from local.host.host import Host, running_host


def main() -> int:
    """Serve; 0 after a signal, 1 where the app cannot be served. One JSON line on stdout says that all is ready."""
    arguments = _arguments()
    logs.configure(worker.current_function)
    ready = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):  # what the app prints must not look like the host's answer
        try:
            asyncio.run(_serve(arguments, ready))
        except HostError as error:
            if error.__cause__ is not None:
                traceback.print_exception(error.__cause__)
            print(f"error: {error}", file=sys.stderr)
            return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.host", description="Serve an Azure Functions app locally.")
    parser.add_argument("--root", type=Path, default=Path(), help="the folder of host.json and function_app.py")
    parser.add_argument("--port", type=int, default=7071, help="0 takes a free one")
    parser.add_argument("--settings", type=Path, help="default: local.settings.json in the root")
    parser.add_argument("--keys", type=Path, help="the file that keeps the keys; without it they are new each time")
    parser.add_argument(
        "--env", action="append", default=[], metavar="KEY=VALUE", type=_pair, help="set over every other setting"
    )
    return parser.parse_args()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"expected KEY=VALUE, not {text!r}")
    return name, value


async def _serve(arguments: argparse.Namespace, ready: TextIO) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    root = arguments.root.resolve()
    settings = arguments.settings or root / "local.settings.json"
    async with running_host(root, settings, arguments.keys, arguments.port, dict(arguments.env)) as host:
        print(_ready(host), file=ready, flush=True)
        await _first(stop, host)
        logging.getLogger("host").info("Stopping")


def _ready(host: Host) -> str:
    names = [function.name for function in host.functions]
    return json.dumps({"url": host.url, "functions": names, **host.keys.model_dump()})


async def _first(stop: asyncio.Event, host: Host) -> None:
    """Wait for a signal; raises where the host itself ends before."""
    signalled, ended = asyncio.create_task(stop.wait()), asyncio.create_task(host.ended())
    done, waiting = await asyncio.wait([signalled, ended], return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    for task in done:
        task.result()


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    os._exit(code)  # a function without `async` that never ends would keep the process: its thread cannot be ended
