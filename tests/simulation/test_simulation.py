"""Storms over the whole operator, from fixed seeds. `make simulate SEEDS=N` runs as many more as wanted."""

import pytest

from tests.simulation.run import simulate

SEEDS = 40
"""About 45 of them fit a minute on one core of a small machine."""
_SHOWN = 60


@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_law_is_broken(seed: int) -> None:
    """Every law holds at every commit and act, and once the storm is over everything comes to rest."""
    outcome = simulate(seed)
    if outcome.broken:
        again = f"again, with everything: make simulate SEED={seed} SIMULATE_ARGS=-v"
        pytest.fail("\n".join([*outcome.trace.last(_SHOWN), *outcome.broken, again]), pytrace=False)


def test_a_seed_is_a_story() -> None:
    """The same seed is the same run, line by line: a failure can be seen again."""
    assert simulate(3).trace.last() == simulate(3).trace.last()
