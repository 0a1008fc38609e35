"""The small version of `make crashes`: three kills."""

from pathlib import Path

from tests.crashes.checks import problems
from tests.crashes.story import play


async def test_the_history_is_true_after_three_kills(tmp_path: Path) -> None:
    """Pushes go on while hosts die; every push ends where it should, and everything that was done is on record."""
    evidence = await play(3, seed=83, run_dir=tmp_path, say=print)
    assert len(evidence.kills) == 3
    assert problems(evidence) == ()
