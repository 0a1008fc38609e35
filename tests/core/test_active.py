"""What is remembered of an app after an act, after its end, and when a person has another image brought?"""

from datetime import timedelta

import pytest

from operators.core.active import Active, Container, Rejected, Running
from operators.core.images import linux_fx_version
from operators.core.owed import Owed
from operators.core.proof import Proof
from operators.core.recovery import Measure
from operators.core.references import SwappedIn
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason
from operators.core.strategies import Strategy
from operators.core.transitions import State
from tests.core.samples import APP, LATEST, NOW, A, B, C, ago, container, rollout, running, tag_at

BROUGHT = running(B, sequence=4).model_copy(update={"since": NOW, "tag_updated": ago(9)})
ASSUMED = BROUGHT.model_copy(update={"proof": Proof.ASSUMED})
OWED = Owed(digest=B, reason="refused", tries=1, again_at=NOW)
OLDER = tuple(running(f"sha256:{number:064}") for number in range(5))
IN_SLOT = rollout(strategy=Strategy.SWAP, slot="next", image=LATEST.at(B))


def remembering(good: tuple[Running, ...] = (), *rejected: str, **changes: object) -> Container:
    """The app's container, which runs A."""
    return container(running(A), *rejected).model_copy(update={"last_good": good, **changes})


def ended(proof: Proof | None, **changes: object) -> Rollout:
    """A rollout that brought B, as sure as that."""
    brought: dict[str, object] = {
        "sequence": 4,
        "image": LATEST.at(B),
        "proof": proof,
        "tag_seen": tag_at(B, updated=ago(9)),
    }
    return rollout(State.VERIFYING, **brought | changes)


@pytest.mark.parametrize(
    ("before", "by", "runs", "good"),
    [
        pytest.param((), Proof.PULLED, BROUGHT, (BROUGHT,), id="the first that was proved"),
        pytest.param((running(A),), Proof.PULLED, BROUGHT, (BROUGHT, running(A)), id="newest first"),
        pytest.param((running(A), running(B)), Proof.PULLED, BROUGHT, (BROUGHT, running(A)), id="each digest once"),
        pytest.param(OLDER, Proof.PULLED, BROUGHT, (BROUGHT, *OLDER[:4]), id="five are kept"),
        pytest.param((running(A),), Proof.ASSUMED, ASSUMED, (running(A),), id="assumed is not good enough"),
        pytest.param((running(A),), None, running(A), (running(A),), id="nothing is known of it"),
    ],
)
def test_what_it_runs_after_a_rollout(
    before: tuple[Running, ...], by: Proof | None, runs: Running, good: tuple[Running, ...]
) -> None:
    """What was brought, and among what may be gone back to only what was proved."""
    after = remembering(before).now_runs(ended(by), NOW)
    assert (after.running, after.last_good) == (runs, good)


def test_what_it_runs_after_the_way_back() -> None:
    """The last good image, not the one that the rollout was begun for."""
    after = remembering((running(A),)).now_runs(ended(Proof.PINNED, back_to=LATEST.at(C)), NOW)
    assert after.runs(C)
    assert [one.digest for one in after.last_good] == [C, A]


def test_what_serves_is_rejected_no_more() -> None:
    """The others stay so."""
    after = remembering((), B, C).now_runs(ended(Proof.ASSUMED), NOW)
    assert [one.digest for one in after.rejected] == [C]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param((), (B,), id="the first"),
        pytest.param((A, C), (B, A, C), id="newest first"),
        pytest.param((A, B), (B, A), id="each digest once"),
        pytest.param(tuple(one.digest for one in OLDER), (B, *(one.digest for one in OLDER[:4])), id="five are kept"),
    ],
)
def test_what_is_rejected(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    """The failing digest, with the rollout that found out and why."""
    row = remembering((), *before).rejecting(ended(None), StallReason.START_LIMIT_REACHED, NOW)
    assert tuple(one.digest for one in row.rejected) == after
    assert row.rejected[0] == Rejected(digest=B, sequence=4, reason="start_limit_reached", at=NOW)


@pytest.mark.parametrize(
    ("by", "written"),
    [
        pytest.param(rollout(strategy=Strategy.PIN, image=LATEST.at(B)), linux_fx_version(LATEST.at(B)), id="a write"),
        pytest.param(
            ended(None, measure=Measure.ROLLBACK, back_to=LATEST.at(C)),
            linux_fx_version(LATEST.at(C)),
            id="the way back",
        ),
        pytest.param(rollout(strategy=Strategy.RESTART, image=LATEST.at(B)), None, id="a restart writes nothing"),
        pytest.param(IN_SLOT, None, id="a write into the slot"),
        pytest.param(IN_SLOT.model_copy(update={"staged": B}), None, id="a swap has only begun"),
    ],
)
def test_what_we_wrote(by: Rollout, written: str | None) -> None:
    """It is nobody else's change: only what was written into the app's own configuration by now."""
    after = Active(app=APP, container=remembering()).having_done(by).container
    assert after == remembering(written=written)
    assert Active(app=APP).having_done(by) == Active(app=APP)


def test_what_our_swap_brought() -> None:
    """It is as good as written by us, and nobody else's swap."""
    image = LATEST.at(B)
    swapped = SwappedIn(image=str(image), at=NOW)
    after = remembering().having_swapped_in(image, NOW)
    assert after == remembering(written=linux_fx_version(image), swapped_in=swapped)


def test_a_person_who_says_to_go_on_is_trusted() -> None:
    """Earlier failures and fights count no more, also where nothing is known of the app."""
    doubted = Active(app=APP, container=remembering(reverts=2), failures=3)
    assert doubted.trusted() == Active(app=APP, container=remembering(reverts=0))
    assert Active(app=APP, failures=3).trusted() == Active(app=APP)


@pytest.mark.parametrize(
    ("owed", "waiting", "digest", "again"),
    [
        pytest.param(OWED, None, B, OWED, id="what the app did not get"),
        pytest.param(OWED, None, C, None, id="another image"),
        pytest.param(None, OWED, B, OWED, id="a new way for what waits"),
        pytest.param(None, None, B, None, id="the first try"),
    ],
)
def test_what_is_another_try(owed: Owed | None, waiting: Owed | None, digest: str, again: Owed | None) -> None:
    """The rollout's digest decides, whether the app is owed it or a rollout that makes room was trying already."""
    active = Active(app=APP, container=remembering(owed=owed), rollout=rollout(owed=waiting))
    assert active.owed_before(digest) == again


@pytest.mark.parametrize(
    ("owed", "waiting", "decided", "brought", "still"),
    [
        pytest.param(OWED, None, B, A, OWED, id="a person has another image brought"),
        pytest.param(OWED, None, B, B, None, id="it is on its way"),
        pytest.param(OWED, None, None, A, None, id="nothing was decided"),
        pytest.param(OWED, None, C, A, None, id="the decision is another one by now"),
        pytest.param(
            None,
            rollout(image=LATEST.at(B)),
            B,
            A,
            Owed(digest=B, reason="newer", tries=1, again_at=NOW + timedelta(hours=1)),
            id="the rollout to it makes room",
        ),
        pytest.param(
            OWED,
            rollout(image=LATEST.at(B), owed=OWED),
            B,
            A,
            Owed(digest=B, reason="newer", tries=2, again_at=NOW + timedelta(hours=3)),
            id="which was another try",
        ),
    ],
)
def test_what_stays_owed(
    owed: Owed | None, waiting: Rollout | None, decided: str | None, brought: str, still: Owed | None
) -> None:
    """What the reference decided upon is not forgotten over a person's wish for something else."""
    active = Active(app=APP, container=remembering(owed=owed), rollout=waiting)
    assert active.still_owed(decided, brought, NOW) == still
