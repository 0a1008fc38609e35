"""Work on many apps takes turns, counted for each subscription."""

from collections import Counter
from datetime import timedelta

import pytest

from operators.core.pacing import ACTS_A_SECOND, spread


def apps(subscription: str, count: int) -> list[str]:
    """The keys of some apps of a subscription."""
    return [f"{subscription}:apps:app-{n}" for n in range(count)]


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [
        pytest.param([], [], id="none"),
        pytest.param(apps("s", 1), [0], id="a single one at once"),
        pytest.param(apps("s", 5), [0, 0, 1, 1, 2], id="the others after it"),
        pytest.param([*apps("s", 3), *apps("t", 3)], [0, 0, 1, 0, 0, 1], id="each subscription by itself"),
        pytest.param(["s:a:x", "t:a:x", "s:a:y", "s:a:z:slot"], [0, 0, 0, 1], id="mixed, a slot among them"),
    ],
)
def test_turns(keys: list[str], seconds: list[int]) -> None:
    """The order stays; the delay grows with the apps of the same subscription that came before."""
    assert list(spread(keys)) == [(key, timedelta(seconds=s)) for key, s in zip(keys, seconds, strict=True)]


def test_five_hundred_apps_never_exceed_the_rate() -> None:
    """No second has more turns than the stated rate, and none is left out."""
    turns = Counter(delay for _, delay in spread(apps("s", 500)))
    assert max(turns.values()) == ACTS_A_SECOND
    assert sum(turns.values()) == 500
    assert max(turns) == timedelta(seconds=500 // ACTS_A_SECOND - 1)
