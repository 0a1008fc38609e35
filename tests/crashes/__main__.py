"""`python -m tests.crashes --kills 50 [--seed n]`: kill the Functions host so often, then check the history."""

import argparse
import asyncio
import secrets
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from tests.crashes.checks import problems
from tests.crashes.figures import figures
from tests.crashes.story import play


def main() -> int:
    """Play, print the figures and what is wrong; 0 where nothing is."""
    parser = argparse.ArgumentParser(prog="python -m tests.crashes", description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, help="of an earlier run; the moments of its kills are only nearly the same")
    arguments = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if arguments.seed is None else arguments.seed
    run_dir = Path(mkdtemp(prefix="pulley-crashes-"))
    again = f"make crashes KILLS={arguments.kills} SEED={seed}"
    print(f"{again}    # logs in {run_dir}", flush=True)
    began = time.monotonic()
    evidence = asyncio.run(play(arguments.kills, seed, run_dir, _say))
    for figure in figures(evidence):
        print(figure)
    print(f"took {time.monotonic() - began:.0f} s")
    wrong = problems(evidence)
    for problem in wrong:
        print(f"WRONG {problem}")
    print(f"{len(wrong)} problems; again: {again}" if wrong else "the history is true")
    return 1 if wrong else 0


def _say(what: str) -> None:
    print(f"  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
