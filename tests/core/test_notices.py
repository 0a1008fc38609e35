"""Which news are told, how grave they are, and that the same news is the same whoever tells it."""

import pytest

from operators.core.choice import ChoiceReason
from operators.core.images import ImageReference
from operators.core.notices import NEWS, TOLD, News, Severity, news_of, title_of
from operators.core.owed import Owed
from operators.core.proof import Proof
from operators.core.stalls import StallReason, stall
from operators.core.transitions import ENDED, State
from tests.core.samples import APP, NOW, A, rollout

IMAGE = ImageReference.parse(f"demo.azurecr.io/shop:latest@{A}")
STALL = stall(StallReason.PORT_NOT_ANSWERING, NOW, ["did not respond"])
QUIET = frozenset({State.SKIPPED, State.SUPERSEDED})


def test_every_kind_of_news_has_its_words_and_weight() -> None:
    """No news without a title, none that nothing leads to."""
    assert set(TOLD) == set(News)
    assert {*NEWS.values(), News.STUCK, News.REVERTED} == set(News)


def test_every_end_is_news_but_for_those_where_nothing_was_done() -> None:
    """Skipped and superseded are nobody's news; every other end is told."""
    assert frozenset(NEWS) & ENDED == ENDED - QUIET


@pytest.mark.parametrize("state", State)
def test_a_stall_is_news_only_where_a_rollout_is_at_work(state: State) -> None:
    """An ended or waiting rollout is told as what it is; any other one with a stall is stuck; without, nothing."""
    calm, stalled = news_of(rollout(state, reason="r")), news_of(rollout(state, reason="r", stall=STALL))
    if state in NEWS:
        assert calm is not None
        assert (calm.news, calm.reason) == (NEWS[state], "r")
        assert stalled == calm
    elif state in QUIET:
        assert calm is stalled is None
    else:
        assert calm is None
        assert stalled is not None
        assert (stalled.news, stalled.reason) == (News.STUCK, "port_not_answering")


@pytest.mark.parametrize("state", sorted(QUIET))
def test_a_revert_to_what_failed_is_news_though_nothing_was_done(state: State) -> None:
    """The app serves something that is known not to work: that is told, whatever the rollout came to."""
    told = news_of(rollout(state, reason=ChoiceReason.REVERTED))
    assert told is not None
    assert told.news is News.REVERTED


@pytest.mark.parametrize(
    ("state", "reason", "told"),
    [
        pytest.param(State.FAILED, "refused", False, id="the same again"),
        pytest.param(State.FAILED, "container_exited", True, id="another reason"),
        pytest.param(State.HELD, "frozen", True, id="it waits for something else now"),
        pytest.param(State.SUCCEEDED, "serving", True, id="it got it"),
    ],
)
def test_another_try_that_comes_to_nothing_is_no_news(state: State, reason: str, *, told: bool) -> None:
    """What drift takes up again for days is told once."""
    owed = Owed(digest=A, reason="refused", tries=3, again_at=NOW)
    assert (news_of(rollout(state, reason=reason, owed=owed)) is not None) is told


@pytest.mark.parametrize(("before", "told"), [("port_not_answering", False), ("stale_image", True)])
def test_another_rollback_is_news_where_its_stall_is(before: str, *, told: bool) -> None:
    """Both end `rolled_back`: what led to it tells them apart."""
    owed = Owed(digest=A, reason=before, tries=1, again_at=NOW)
    back = rollout(State.ROLLED_BACK, reason="rolled_back", stall=STALL, owed=owed)
    assert (news_of(back) is not None) is told


def test_no_rollout_is_no_news() -> None:
    """Before an app's first rollout there is nothing to tell."""
    assert news_of(None) is None


def test_the_same_news_has_the_same_id() -> None:
    """App, sequence, news and reason make the id: not the time, not the words."""
    first = news_of(rollout(State.HELD, reason="frozen", detail="frozen by ana"))
    later = news_of(rollout(State.HELD, reason="frozen", detail="frozen by bo", waits=3))
    other = news_of(rollout(State.HELD, reason="observed"))
    assert first is not None
    assert later is not None
    assert other is not None
    assert first.id == later.id == f"{APP}/1/held/frozen"
    assert other.id != first.id


def test_whose_access_is_waited_for_is_news() -> None:
    """The slot's identity was given the role, and then the app's own is found to lack it: told as well."""
    slots, own = (news_of(rollout(State.WAITING_ACCESS, access_of=whose)) for whose in (f"{APP}/staging", APP))
    assert slots is not None
    assert own is not None
    assert slots.id != own.id


@pytest.mark.parametrize(
    ("news", "title"),
    [
        pytest.param(News.SUCCEEDED, f"shop runs {IMAGE}.", id="a success names the image"),
        pytest.param(News.FAILED, f"shop was not brought to {IMAGE}: why", id="a failure says why"),
        pytest.param(
            News.STUCK,
            f"shop is stuck on its way to {IMAGE}: {STALL.meaning} It is looked at again at 2026-05-01 12:00:00 UTC.",
            id="a stall says what it is and when it goes on",
        ),
    ],
)
def test_titles(news: News, title: str) -> None:
    """The news in one sentence."""
    assert title_of(news, rollout(image=IMAGE, detail="why", stall=STALL, next_at=NOW)) == title


@pytest.mark.parametrize(
    ("proof", "title"),
    [
        pytest.param(Proof.PINNED, f"shop runs {IMAGE}.", id="the configuration names it"),
        pytest.param(Proof.PULLED, f"shop runs {IMAGE}.", id="its pull was seen"),
        pytest.param(Proof.ASSUMED, f"shop is taken to run {IMAGE}: the tag moved", id="nothing proves it"),
    ],
)
def test_a_success_says_no_more_than_is_proved(proof: Proof, title: str) -> None:
    """Where nothing tells which image runs, the title says why."""
    assert title_of(News.SUCCEEDED, rollout(image=IMAGE, detail="the tag moved", proof=proof)) == title


def test_a_rollout_without_an_image_has_a_title_all_the_same() -> None:
    """A rollout may fail before it is known what the app should run."""
    assert title_of(News.FAILED, rollout(detail="why")) == "shop was not brought to its image: why"


def test_what_failed_is_graver_than_what_waits() -> None:
    """Critical is a way back that failed, or that somebody undid; nothing good is above a warning."""
    critical = {news for news, told in TOLD.items() if told.severity is Severity.CRITICAL}
    assert critical == {News.ROLLBACK_FAILED, News.REVERTED}
    assert {TOLD[news].severity for news in (News.SUCCEEDED, News.HELD)} == {Severity.INFO}
