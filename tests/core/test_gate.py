# ruff: noqa: E501 - one case a line reads best as one line
"""May we act now? Every answer, and which of several reasons counts."""

from datetime import datetime, timedelta

import pytest

from operators.core.access import Access, Reason, Verdict
from operators.core.gate import (
    GIVE_UP_ON_IMAGE,
    GIVE_UP_ON_OTHERS,
    GIVE_UP_WAITING,
    Busy,
    Freeze,
    GiveUp,
    Go,
    Hindered,
    Hold,
    HoldReason,
    Mode,
    Unread,
    Wait,
    gate,
    give_up,
    unread_instances,
)
from operators.core.instances import InstanceStatus
from operators.core.looks import Cause, Look, Wish
from operators.core.model import Unknown
from operators.core.other_work import OtherWork, Sign
from operators.core.rollouts import Rollout
from operators.core.stalls import StallReason
from operators.core.strategies import Strategy
from operators.core.transitions import State
from tests.core.samples import APP, NOW, ago, rollout

ALLOWED = Access(verdict=Verdict.ALLOWED, reason=Reason.ROLE_GRANTED, sentence="shop may pull")
DENIED = Access(verdict=Verdict.DENIED, reason=Reason.ROLE_MISSING, sentence="shop may not pull")
NO_IMAGE = Access(verdict=Verdict.DENIED, reason=Reason.IMAGE_NOT_FOUND, sentence="there is no such image")
SPREADING = Access(
    verdict=Verdict.PROPAGATING, reason=Reason.ROLE_PROPAGATING, sentence="soon", until=NOW + timedelta(seconds=45)
)
UNKNOWN = Access(verdict=Verdict.UNKNOWN, reason=Reason.READ_FAILED, sentence="whether shop may pull is not known")
FAILED = Unknown(what="the registry", reason="503", temporary=True)
LATER = Unknown(what="roles", reason="429", temporary=True, throttled=True, retry_after_seconds=17)
MUCH_LATER = LATER.model_copy(update={"what": "denials", "retry_after_seconds": 40})
UNREAD = UNKNOWN.model_copy(update={"failed_reads": (FAILED,)})
REFUSED = UNKNOWN.model_copy(update={"failed_reads": (FAILED.model_copy(update={"temporary": False}),)})
FREEZE = Freeze(by="Ada", why="the sale is on", at=ago(60))
CHECKING = rollout(State.CHECKING)
WAITED_A_DAY = rollout(State.WAITING_ACCESS, waiting_since=NOW - GIVE_UP_WAITING)
WAITED_FOR_IMAGE = rollout(State.WAITING_ACCESS, waiting_since=NOW - GIVE_UP_ON_IMAGE)
WAITED_LONGER = rollout(State.WAITING_ACCESS, waiting_since=NOW - GIVE_UP_WAITING - timedelta(seconds=1))

type Answer = Hold | Wait | GiveUp | Unread | Busy | Hindered | Go

OTHER = OtherWork(
    app=APP, reason=StallReason.DEPLOYMENT_IN_PROGRESS, sign=Sign(what="op-1", lines=("op-1: x",)), first_seen=ago(1200)
)
HANGS = OTHER.model_copy(update={"first_seen": ago(1201)})
ANYWAY = Look(app=APP, cause=Cause.PERSON, at=NOW, detail="deploy", by="ana", wish=Wish(anyway=True))
TOLD = rollout(State.CHECKING, asked=ANYWAY, strategy=Strategy.PIN)
TOLD_TO_RESTART = rollout(State.CHECKING, asked=ANYWAY, strategy=Strategy.RESTART)
WAITED = rollout(State.CHECKING, hindered_since=NOW - GIVE_UP_ON_OTHERS)
WAITED_LONG = rollout(State.CHECKING, hindered_since=NOW - GIVE_UP_ON_OTHERS - timedelta(seconds=1))


def answered(
    access: Access = ALLOWED,
    *,
    of: Rollout = CHECKING,
    mode: Mode = Mode.ACT,
    freeze: Freeze | None = None,
    other: OtherWork | Unknown | None = None,
    before: tuple[InstanceStatus, ...] | Unknown = (),
    now: datetime = NOW,
) -> Answer:
    """The gate's answer where nothing but these is in the way."""
    return gate(of, access, mode=mode, freeze=freeze, other=other, before=before, now=now)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        pytest.param(answered(), Go, id="nothing is in the way"),
        pytest.param(answered(mode=Mode.OBSERVE), Hold, id="observed only"),
        pytest.param(answered(freeze=FREEZE), Hold, id="frozen"),
        pytest.param(answered(DENIED), Wait, id="access denied"),
        pytest.param(answered(DENIED, of=WAITED_A_DAY), Wait, id="denied for a day"),
        pytest.param(answered(DENIED, of=WAITED_LONGER), GiveUp, id="denied for longer than a day"),
        pytest.param(answered(NO_IMAGE, of=WAITED_FOR_IMAGE), Wait, id="no such image for ten minutes"),
        pytest.param(answered(NO_IMAGE, of=WAITED_A_DAY), GiveUp, id="no such image for longer"),
        pytest.param(answered(SPREADING), Wait, id="access spreading"),
        pytest.param(answered(SPREADING, of=WAITED_LONGER), Wait, id="granted at last after longer than a day"),
        pytest.param(answered(of=WAITED_LONGER), Go, id="granted after longer than a day"),
        pytest.param(answered(UNKNOWN), Go, id="access unknown, and waiting would not help"),
        pytest.param(answered(REFUSED), Go, id="access unreadable for good"),
        pytest.param(answered(UNREAD), Unread, id="access unreadable for the moment"),
        pytest.param(answered(UNREAD, of=rollout(State.CHECKING, retries=2)), Unread, id="unreadable for the third time"),
        pytest.param(answered(UNREAD, of=rollout(State.CHECKING, retries=3)), Go, id="unreadable for too long"),
        pytest.param(answered(UNREAD, of=rollout(State.WAITING_ACCESS, retries=3)), Unread, id="unreadable since it was denied"),
        pytest.param(answered(ALLOWED.model_copy(update={"failed_reads": (FAILED,)})), Go, id="allowed, though another read failed"),
        pytest.param(answered(other=OTHER), Busy, id="somebody else is at work"),
        pytest.param(answered(other=HANGS), Busy, id="somebody else's work hangs"),
        pytest.param(answered(other=HANGS, of=WAITED), Busy, id="waited for it for two hours"),
        pytest.param(answered(other=HANGS, of=WAITED_LONG), Hindered, id="waited for it for longer"),
        pytest.param(answered(of=WAITED_LONG), Go, id="it is over at last"),
        pytest.param(answered(other=OTHER, of=TOLD), Busy, id="anyway, but it may still end"),
        pytest.param(answered(other=HANGS, of=TOLD), Go, id="anyway, into what hangs"),
        pytest.param(answered(other=HANGS, of=TOLD_TO_RESTART), Busy, id="anyway, but never by a restart"),
        pytest.param(answered(other=FAILED, of=rollout(State.CHECKING, retries=9, hindered_since=ago(600))), Unread, id="whether they are done cannot be read"),
        pytest.param(answered(before=FAILED), Unread, id="whether a restart is blocked cannot be read"),
        pytest.param(answered(before=FAILED, of=rollout(State.CHECKING, strategy=Strategy.PIN)), Go, id="which a write need not know"),
        pytest.param(answered(UNKNOWN, other=OTHER), Busy, id="access unknown and somebody else at work"),
        pytest.param(answered(other=FAILED), Unread, id="deployments unreadable for the moment"),
        pytest.param(answered(other=FAILED, of=rollout(State.CHECKING, retries=3)), Go, id="deployments unreadable for too long"),
        pytest.param(answered(other=FAILED.model_copy(update={"temporary": False})), Go, id="deployments unreadable for good"),
    ],
)  # fmt: skip
def test_the_answer(answer: Answer, kind: type) -> None:
    """Each fact alone gives its own answer; an access that stays unknown stops nothing."""
    assert type(answer) is kind


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        pytest.param(answered(DENIED, mode=Mode.OBSERVE, freeze=FREEZE, other=OTHER), "observe", id="observing before all"),
        pytest.param(answered(DENIED, freeze=FREEZE, other=OTHER), "frozen by Ada", id="the freeze before access"),
        pytest.param(answered(DENIED, freeze=FREEZE, of=WAITED_LONGER), "frozen by Ada", id="the freeze before giving up"),
        pytest.param(answered(DENIED, other=OTHER), "may not pull", id="denied before busy"),
        pytest.param(answered(UNREAD, other=OTHER), "is not known", id="unreadable before busy"),
        pytest.param(answered(other=OTHER), "op-1", id="the operation is named"),
        pytest.param(answered(other=HANGS, of=TOLD), "ana has it go on, though a deployment", id="who goes on anyway"),
    ],
)  # fmt: skip
def test_the_first_reason_counts(answer: Answer, said: str) -> None:
    """Of several reasons the one is said that a person can do most about: our own rules, then access, then others."""
    assert said in answer.detail


@pytest.mark.parametrize(
    ("answer", "reason"), [(answered(mode=Mode.OBSERVE), HoldReason.OBSERVED), (answered(freeze=FREEZE), HoldReason.FROZEN)]
)  # fmt: skip
def test_a_hold_says_which(answer: Answer, reason: HoldReason) -> None:
    """The two holds are told apart, for they are lifted in different ways."""
    assert isinstance(answer, Hold)
    assert answer.reason is reason


@pytest.mark.parametrize(
    ("reads", "reason", "asked"),
    [
        pytest.param((FAILED,), Reason.READ_FAILED, None, id="a fault of theirs"),
        pytest.param((LATER,), StallReason.THROTTLED, 17, id="throttled"),
        pytest.param((FAILED, LATER, MUCH_LATER), StallReason.THROTTLED, 40, id="several: the longest wait counts"),
    ],
)
def test_an_unread_access_says_why_and_how_long(reads: tuple[Unknown, ...], reason: str, asked: float | None) -> None:
    """Throttling is named as such, and nobody comes back before all of them may be asked again."""
    answer = answered(UNKNOWN.model_copy(update={"failed_reads": reads}))
    assert isinstance(answer, Unread)
    assert (answer.reason, answer.asked) == (reason, timedelta(seconds=asked) if asked else None)


@pytest.mark.parametrize(("of", "ends"), [(CHECKING, False), (WAITED_A_DAY, False), (WAITED_LONGER, True)])
def test_every_wait_for_access_has_an_end(of: Rollout, ends: bool) -> None:
    """After a day it is given up, whatever was heard last; who never was denied does not wait."""
    assert (give_up(of, "not known", NOW) is not None) is ends


def test_what_spreads_says_when_it_should_be_there() -> None:
    """The next look need not be later."""
    answer = answered(SPREADING)
    assert isinstance(answer, Wait)
    assert answer.spread_in == timedelta(seconds=45)


def test_observing_tells_what_access_would_have_been() -> None:
    """Who tries Pulley in observe mode learns whether the pull would have been allowed."""
    assert DENIED.sentence in answered(DENIED, mode=Mode.OBSERVE).detail


@pytest.mark.parametrize(
    ("read", "retries", "waits"),
    [
        pytest.param((), 0, False, id="it was read"),
        pytest.param(FAILED, 0, True, id="not for the moment"),
        pytest.param(FAILED, 4, False, id="for longer than a block lasts"),
        pytest.param(FAILED.model_copy(update={"temporary": False}), 0, False, id="never to be had"),
    ],
)
def test_nothing_is_restarted_into_what_could_be_a_block(read: object, retries: int, waits: bool) -> None:
    """Whether the platform blocks starts is read first, within the end of every read."""
    found = unread_instances(read, rollout(State.CHECKING, retries=retries))
    assert (found.reason if found else None) == ("instances_unreadable" if waits else None)
