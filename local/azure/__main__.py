"""`python -m local.azure --scenario FILE`: runs the simulated Azure until it is told to stop.

Prints one line of JSON on stdout when everything listens; see docs/local.md for what it says.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict
from pathlib import Path

from local.azure.process import Addresses, SimulatedAzure
from local.azure.scenario import ScenarioError, load_scenario

STATE = Path(__file__).parents[2] / ".local" / "azure"


def main() -> int:
    """Run the command line; 2 means that the scenario cannot be used."""
    asked = _arguments()
    try:
        azure = SimulatedAzure(load_scenario(asked.scenario), asked.state_dir, asked.events_url, asked.event_pace)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    asyncio.run(_run(azure))
    return 0


async def _run(azure: SimulatedAzure) -> None:
    ready: asyncio.Future[Addresses] = asyncio.get_running_loop().create_future()
    ready.add_done_callback(lambda found: print(json.dumps(asdict(found.result())), flush=True))
    await azure.run(ready)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.azure", description="Run the simulated Azure.")
    parser.add_argument("--scenario", type=Path, required=True, help="YAML file, see docs/local.md")
    parser.add_argument("--events-url", help="where Event Grid delivers the registries' events")
    parser.add_argument("--event-pace", type=float, default=1, help="factor on Event Grid's retry pauses (default 1)")
    parser.add_argument("--state-dir", type=Path, default=STATE, help="where the certificate authority is kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
