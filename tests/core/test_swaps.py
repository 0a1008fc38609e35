"""Is a swap done, under way, or given up? And how a strategy is read."""

from datetime import UTC, datetime, timedelta

import pytest

from operators.core.images import ImageReference
from operators.core.model import Unknown
from operators.core.stalls import StallReason
from operators.core.strategies import Strategy, Way
from operators.core.swaps import PATIENCE, Progress, SwapFacts, Swapped, judge_swap
from operators.core.watch import Failed, Waiting

T0 = datetime(2026, 4, 4, 5, 50, 0, tzinfo=UTC)
WANTED = f"sha256:{'a' * 64}"
BY_TAG = ImageReference.parse("r.azurecr.io/api:v1")
NO_ANSWER = Unknown(what="config/web", reason="503")
GOES_ON, OVER = Progress(under_way=True), Progress(under_way=False)
GIVEN_UP = Progress(under_way=False, failure="the 'staging' slot did not respond to http ping")
type Outcome = type[Swapped] | type[Waiting] | StallReason


@pytest.mark.parametrize(
    ("configured", "progress", "age", "outcome"),
    [
        pytest.param(BY_TAG.at(WANTED), OVER, 30, Swapped, id="done"),
        pytest.param(BY_TAG.at(WANTED), GOES_ON, 30, Swapped, id="the configuration tells it first"),
        pytest.param(BY_TAG.at(WANTED), NO_ANSWER, 30, Swapped, id="nobody asked the operation"),
        pytest.param(BY_TAG, GOES_ON, 30, Waiting, id="it goes on"),
        pytest.param(BY_TAG, OVER, 30, Waiting, id="the configuration is behind"),
        pytest.param(BY_TAG, OVER, 180, StallReason.OVERTAKEN, id="over, and another image is named"),
        pytest.param(None, OVER, 180, StallReason.OVERTAKEN, id="over, and no image at all is named"),
        pytest.param(NO_ANSWER, OVER, 180, Waiting, id="over, and the configuration unread"),
        pytest.param(BY_TAG, None, 30, Waiting, id="its answer got lost"),
        pytest.param(NO_ANSWER, NO_ANSWER, 30, Waiting, id="nothing could be read"),
        pytest.param(BY_TAG, GIVEN_UP, 1500, StallReason.SWAP_FAILED, id="the platform gave it up"),
        pytest.param(NO_ANSWER, GIVEN_UP, 1500, StallReason.SWAP_FAILED, id="given up, the configuration unread"),
        pytest.param(BY_TAG, GOES_ON, PATIENCE.total_seconds(), StallReason.SWAP_IN_PROGRESS, id="it hangs"),
        pytest.param(BY_TAG, None, PATIENCE.total_seconds(), StallReason.SWAP_IN_PROGRESS, id="it never began"),
    ],
)
def test_a_swap(
    configured: ImageReference | Unknown | None, progress: Progress | Unknown | None, age: float, outcome: Outcome
) -> None:
    """The configuration tells that it is done; only Azure's word, or a very long time, that it will not be."""
    facts = SwapFacts(begun_at=T0, wanted=WANTED, configured=configured, health_check_path="/health", progress=progress)
    verdict = judge_swap(facts, T0 + timedelta(seconds=age))
    assert (verdict.stall.reason if isinstance(verdict, Failed) else type(verdict)) == outcome


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("restart", Way(strategy=Strategy.RESTART)),
        (" Pin ", Way(strategy=Strategy.PIN)),
        ("swap:Staging", Way(strategy=Strategy.SWAP, slot="staging")),
    ],
)
def test_a_way(text: str, way: Way) -> None:
    """Names without case, as Azure compares those of slots."""
    assert Way.parse(text) == way
    assert Way.parse(str(way)) == way


@pytest.mark.parametrize("text", ["", "canary", "swap", "swap:", "swap:production", "swap:a/b", "pin:staging"])
def test_no_way(text: str) -> None:
    """What cannot be used is an error, never a default."""
    with pytest.raises(ValueError):  # noqa: PT011 - the enum's own words in some cases
        Way.parse(text)
