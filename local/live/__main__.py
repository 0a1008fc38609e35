"""`python -m local.live`: the story against a subscription, or with --simulated against the simulated Azure alone."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path

from local.addresses import REPOSITORY
from local.ending import CannotStartError, until_told_to_end
from local.live.comparison import differences, operations
from local.live.known import read_known
from local.live.performance import Performance, perform
from local.live.places import Place, real, simulated
from local.live.recording import read_recording
from local.live.report import report
from local.live.resources import ENDS, PLACEHOLDER, WELCOME, Names

_RUNS = REPOSITORY / ".local" / "live"
_INTERRUPTED = 130
_COSTS = """\
This is about to make, in your subscription {subscription} ({location}):

  the resource group  {group}
  a registry          {registry}, Basic: about 0.17 USD for each day that it exists
  a plan              {group}, S1 Linux, one instance: about 0.10 USD for each hour
  an app and a slot   {site}.azurewebsites.net, its slot `staging`, with an identity each
  role assignments    AcrPull at the registry, for these identities
  images              {images} from mcr.microsoft.com, imported into the registry

It takes about an hour, deletes the resource group at the end, also on Ctrl-C, and so costs well under one dollar.
Whoever signed in with `az login` needs Owner (or Contributor and User Access Administrator) there.
Prices are those of azure.microsoft.com/pricing as far as we know; yours count.
"""


def main(arguments: list[str]) -> int:
    """Run the command line; answer the exit code: 0 where the story went well and nothing is left behind."""
    asked = _parser().parse_args(arguments)
    if not asked.simulated and not (asked.subscription and asked.location):
        print("make live needs SUBSCRIPTION=<id> and LOCATION=<region>, or SIMULATED=1", file=sys.stderr)
        return 2
    run = secrets.token_hex(3)
    if not asked.simulated and not _agreed(Names(asked.subscription, asked.location, run), asked.confirm):
        return 2
    return until_told_to_end(_live(asked, run))


async def _live(asked: argparse.Namespace, run: str) -> int:
    try:
        return await _both(asked, run)
    except asyncio.CancelledError:
        return _INTERRUPTED


async def _both(asked: argparse.Namespace, run: str) -> int:
    """Play at the simulated Azure first, which proves this machine, then at the other place; compare and report."""
    runs = asked.run_dir / f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{run}"
    first, second = _with_logs(runs / "simulated"), _with_logs(runs / "azure")
    location = asked.location or "eastus2"
    async with _other_place(asked, location, second) as other:  # opened first: it needs somebody who is signed in
        async with simulated(location, first) as rehearsal:
            ours = await perform(rehearsal, run, first, keep=False, say=_sayer(rehearsal))
        if not ours.went_well:
            raise CannotStartError(f"the story fails at the simulated Azure already; the logs are in {first}")
        azure = await perform(other, run, second, keep=asked.keep, say=_sayer(other))
    _report(azure, ours, run, runs / "report.md")
    return 0 if azure.went_well else 1


def _report(azure: Performance, ours: Performance, run: str, file: Path) -> None:
    """Compare the two recordings, and write down what is different."""
    seen = operations(read_recording(azure.recording), run), operations(read_recording(ours.recording), run)
    found, known = list(differences(*seen)), read_known()
    file.write_text(report(datetime.now(UTC), (azure, ours), seen, found, known), encoding="utf-8")
    news = sum(not any(entry.covers(one) for entry in known) for one in found)
    print(f"{len(found)} differences, {news} of them new. The report: {file}")


def _other_place(asked: argparse.Namespace, location: str, run_dir: Path) -> AbstractAsyncContextManager[Place]:
    if asked.simulated:
        return simulated(location, run_dir, "another simulated Azure")
    return real(asked.subscription, location)


def _sayer(place: Place) -> Callable[[str], None]:
    """Print with the place's name and the seconds since now."""
    began = time.monotonic()
    return lambda text: print(f"{place.name}, {time.monotonic() - began:4.0f} s: {text}", flush=True)


def _agreed(names: Names, confirmed: bool) -> bool:
    """Say what will be made and cost, and have it confirmed: by --confirm, or by a person at a terminal."""
    images = ", ".join(one.name for one in (WELCOME, PLACEHOLDER, ENDS))
    print(_COSTS.format(**_told(names), images=images))
    if confirmed:
        return True
    if not sys.stdin.isatty():
        print("Nothing was made. To go on: make live … CONFIRM=yes", file=sys.stderr)
        return False
    return input("Go on? Type yes: ").strip() == "yes"


def _told(names: Names) -> dict[str, str]:
    return {
        "subscription": names.subscription,
        "location": names.location,
        "group": names.group,
        "registry": names.registry,
        "site": names.site,
    }


def _with_logs(run_dir: Path) -> Path:
    (run_dir / "logs").mkdir(parents=True, exist_ok=True)
    return run_dir.absolute()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.live", description=__doc__)
    parser.add_argument("--subscription", help="the id of the subscription")
    parser.add_argument("--location", help="the region, such as westeurope")
    parser.add_argument(
        "--simulated", action="store_true", help="play at a simulated Azure in the place of the real one"
    )
    parser.add_argument("--confirm", action="store_true", help="agree to what is made and costs, without being asked")
    parser.add_argument("--keep", action="store_true", help="do not delete the resource group at the end")
    parser.add_argument("--run-dir", type=Path, default=_RUNS, help="the folder of recordings, logs and reports")
    return parser


sys.exit(main(sys.argv[1:]))
