"""How does a command that runs the environment end: told to, or because something hinders it?"""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any

from local.azure.scenario import ScenarioError
from local.azurite import AzuriteError
from local.host.errors import ConfigurationError
from local.parts import PartEndedError


class CannotStartError(Exception):
    """Something of this machine is in the way; the text says what, and what to do."""


def until_told_to_end(work: Coroutine[Any, Any, int]) -> int:
    """Run `work` to its end, or until Ctrl-C, SIGTERM or a closed terminal; answer the exit code.

    What hinders it is told on stderr.
    """
    try:
        return asyncio.run(_cancelled_by_signals(work))
    except asyncio.CancelledError:
        return 0
    except (CannotStartError, ScenarioError, ConfigurationError, AzuriteError, PartEndedError) as error:
        print(f"pulley: {error}", file=sys.stderr)
        return 1


async def _cancelled_by_signals(work: Coroutine[Any, Any, int]) -> int:
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    return await task
