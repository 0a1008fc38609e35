"""Somebody wrote the configuration after us: is that a revert, and when is it a fight?"""

from datetime import timedelta

import pytest

from operators.core.foreign_changes import named_again, noticed, was_changed
from operators.core.gate import HoldReason, doubt, fight
from operators.core.images import ImageReference, linux_fx_version
from operators.core.model import Unknown
from operators.core.registries import TagFacts
from operators.core.rollouts import Rollout
from operators.core.strategies import Strategy
from operators.core.transitions import State
from tests.core.samples import LATEST, NOW, A, B, asked, container, rollout, tag_at

OURS = linux_fx_version(LATEST.at(A))
WRITTEN = container(None).model_copy(update={"written": OURS})


@pytest.mark.parametrize(("named", "changed"), [(OURS, False), (linux_fx_version(LATEST), True), (None, True)])
def test_a_change_is_seen_once(named: str | None, changed: bool) -> None:
    """What differs from what we wrote was changed, and is not changed any more once that was noticed."""
    assert was_changed(WRITTEN, named) is changed
    assert not was_changed(noticed(WRITTEN, named, LATEST, None, NOW), named)


@pytest.mark.parametrize(
    ("configured", "tag", "same"),
    [
        pytest.param(LATEST, tag_at(A), True, id="the tag, which is at the image that we wrote"),
        pytest.param(LATEST, tag_at(B), False, id="the tag, which is at another image"),
        pytest.param(LATEST, Unknown(what="tag", reason="503"), False, id="the tag, which nobody can read"),
        pytest.param(LATEST.at(B), tag_at(A), False, id="another digest"),
        pytest.param(None, None, False, id="no classic container"),
    ],
)
def test_who_names_the_tag_again(configured: ImageReference | None, tag: TagFacts | Unknown | None, same: bool) -> None:
    """Only where it is the same image; and then it is no revert."""
    assert named_again(WRITTEN, configured, tag) is same
    assert noticed(WRITTEN, linux_fx_version(LATEST), configured, None, NOW, same=same).reverts == (not same)


@pytest.mark.parametrize(
    ("stood", "named", "reverts"),
    [
        pytest.param(LATEST, LATEST, 1, id="the tag again"),
        pytest.param(LATEST.at(B), LATEST.at(B), 1, id="the digest again"),
        pytest.param(LATEST, LATEST.at(B), 0, id="another digest: a choice"),
        pytest.param(LATEST.at(B), LATEST, 0, id="a tag where a digest was"),
        pytest.param(None, LATEST.at(B), 1, id="a row from before, which does not know what stood there"),
    ],
)
def test_a_revert_puts_back_what_stood_there(stood: ImageReference | None, named: ImageReference, reverts: int) -> None:
    """Whoever writes something else over ours takes nothing back; what they wrote is what stands there from then on."""
    known = WRITTEN.model_copy(update={"theirs": linux_fx_version(stood) if stood else None})
    after = noticed(known, linux_fx_version(named), named, None, NOW)
    assert (after.reverts, after.theirs) == (reverts, linux_fx_version(named))


def test_what_stood_there_outlasts_our_own_writes() -> None:
    """A tool that runs at night undoes two pushes of a day at once."""
    seen = noticed(container(None), linux_fx_version(LATEST), LATEST, None, NOW)
    for ours in (LATEST.at(B), LATEST.at(A)):
        seen = noticed(seen.having_written(ours), linux_fx_version(ours), ours, None, NOW)
    assert noticed(seen, linux_fx_version(LATEST), LATEST, None, NOW).reverts == 1


@pytest.mark.parametrize(
    ("since_last", "reverts"),
    [
        pytest.param(timedelta(days=1), 2, id="nightly"),
        pytest.param(timedelta(days=7, hours=2), 2, id="weekly"),
        pytest.param(timedelta(days=14), 2, id="weekly, but for one run"),
        pytest.param(timedelta(days=60), 1, id="months later"),
        pytest.param(None, 2, id="a row from before, which does not know when"),
    ],
)
def test_reverts_far_apart_are_no_fight(since_last: timedelta | None, reverts: int) -> None:
    """Only what follows closely counts on; otherwise it is the first again."""
    at = None if since_last is None else NOW - since_last
    known = WRITTEN.model_copy(update={"theirs": linux_fx_version(LATEST), "reverts": 1, "reverted_at": at})
    after = noticed(known, linux_fx_version(LATEST), LATEST, None, NOW)
    assert (after.reverts, after.reverted_at) == (reverts, NOW)
    assert (fight(after.reverts) is not None) is (reverts == 2)


PINNED = rollout(State.CHECKING, strategy=Strategy.PIN)


@pytest.mark.parametrize(
    ("of", "reverts", "held"),
    [
        pytest.param(PINNED, 1, False, id="once may be a mistake"),
        pytest.param(PINNED, 2, True, id="twice is a tool"),
        pytest.param(PINNED.model_copy(update={"asked": asked()}), 2, False, id="a person has thought about it"),
        pytest.param(rollout(State.CHECKING, strategy=Strategy.RESTART), 2, False, id="a restart writes nothing"),
    ],
)
def test_a_fight_holds_what_would_write(of: Rollout, reverts: int, held: bool) -> None:
    """Before the first act; a measure that would write asks `fight` itself."""
    hold = doubt(of, failures=0, reverts=reverts)
    assert (hold is not None and hold.reason is HoldReason.FIGHT) is held
    assert (fight(reverts) is not None) is (reverts >= 2)
