"""`python -m tests.simulation`: run seeds, and show what broke and how to see it again."""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from tests.simulation.run import Outcome, simulate

_SHOWN = 60
_TOLD_EVERY = 100


@dataclass(frozen=True)
class Told:
    """An outcome without what no other process needs."""

    seed: int
    broken: tuple[str, ...]
    last: tuple[str, ...]
    acts: int
    pushes: int
    crashes: int
    excuses: tuple[str, ...]


def main() -> int:
    """The command; 1 where a law was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many seeds to run, from --first on")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="run this one alone")
    parser.add_argument("-v", "--verbose", action="store_true", help="show everything that happens")
    parser.add_argument("--jobs", type=int, default=1, help="processes that share the seeds")
    asked = parser.parse_args()
    seeds = [asked.seed] if asked.seed is not None else list(range(asked.first, asked.first + asked.seeds))
    began = time.monotonic()
    total: Counter[str] = Counter()
    excuses: Counter[str] = Counter()
    failed = 0
    for told in _run(seeds, asked.jobs, asked.verbose):
        total.update(runs=1, pushes=told.pushes, acts=told.acts, crashes=told.crashes)
        excuses.update(told.excuses)
        if told.broken:
            failed += 1
            _report(told, asked.verbose)
        if total["runs"] % _TOLD_EVERY == 0:
            print(f"{total['runs']} of {len(seeds)} seeds, {failed} broke a law", file=sys.stderr, flush=True)
    seconds = time.monotonic() - began
    print(f"{total['runs']} seeds in {seconds:.0f} s ({total['runs'] / seconds * 60:.0f} a minute): ", end="")
    print(f"{total['pushes']} pushes, {total['acts']} acts, {total['crashes']} crashes; {failed} seeds broke a law")
    for excuse, times in excuses.most_common():
        print(f"  {times:6} apps do not run their tag's image: {excuse}")
    return 1 if failed else 0


def _run(seeds: list[int], jobs: int, verbose: bool) -> Iterator[Told]:
    if jobs == 1 or len(seeds) == 1:
        yield from (_told(simulate(seed, print if verbose else None)) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(_simulated), seeds, chunksize=8)


def _simulated(seed: int) -> Told:
    return _told(simulate(seed))


def _told(outcome: Outcome) -> Told:
    return Told(
        outcome.seed,
        outcome.broken,
        tuple(outcome.trace.last(_SHOWN)) if outcome.broken else (),
        outcome.acts,
        outcome.pushes,
        outcome.crashes,
        tuple(outcome.excuses.values()),
    )


def _report(told: Told, verbose: bool) -> None:
    if not verbose:
        print(*told.last, sep="\n")
    print(f"\nseed {told.seed} broke {len(told.broken)} laws:")
    print(*(f"  {line}" for line in told.broken), sep="\n")
    print(f"again, with everything that happens: make simulate SEED={told.seed} SIMULATE_ARGS=-v\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
