"""Marks: which one leads, and which ones are the same."""

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from operators.core.looks import Cause, Look, Wish, leading, turn_of
from tests.core.samples import APP, NOW, A, B, ago, asked, drift, push_of

FIRST = Look(app=APP, cause=Cause.FIRST_SIGHT, at=NOW, detail="seen for the first time")
LATER = {"at": NOW + timedelta(seconds=1)}


def in_turn(seconds: float) -> Look:
    """A push whose turn comes so many seconds from now."""
    return push_of(A).model_copy(update={"turn": ago(-seconds)})


@pytest.mark.parametrize(
    ("looks", "leader"),
    [
        pytest.param((), None, id="none"),
        pytest.param((drift(),), drift(), id="one"),
        pytest.param((push_of(A, at=ago(60)), asked(), drift()), asked(), id="a person before all"),
        pytest.param((drift(), push_of(A, at=ago(60)), FIRST), push_of(A, at=ago(60)), id="a push before drift"),
        pytest.param((FIRST, drift()), drift(), id="drift before first sight"),
        pytest.param((push_of(B), push_of(A, at=ago(60))), push_of(B), id="of two pushes the newer"),
        pytest.param(
            (asked(digest=A), asked(digest=B).model_copy(update=LATER)),
            asked(digest=B).model_copy(update=LATER),
            id="of two wishes the newer",
        ),
    ],
)
def test_which_look_leads(looks: tuple[Look, ...], leader: Look | None) -> None:
    """A rollout is named after a person's look before a push's, and after the newest of a kind."""
    assert leading(looks) == leader


@pytest.mark.parametrize(
    ("looks", "turn"),
    [
        pytest.param((), None, id="none"),
        pytest.param((drift(),), None, id="one that nobody comes before"),
        pytest.param((in_turn(250),), ago(-250), id="one after others"),
        pytest.param((in_turn(250), in_turn(90)), ago(-90), id="of two turns the first"),
        pytest.param((in_turn(250), asked()), None, id="a person does not wait for the turn of a push"),
    ],
)
def test_when_a_marked_app_is_looked_at(looks: tuple[Look, ...], turn: datetime | None) -> None:
    """One step looks at all marks, so whichever is due first has the others looked at too."""
    assert turn_of(looks) == turn


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(push_of(A), push_of(A, at=ago(60)), True, id="a push delivered twice"),
        pytest.param(push_of(A), push_of(B), False, id="pushes of two digests"),
        pytest.param(push_of(A), push_of(A).model_copy(update={"app": "another"}), False, id="a push to two apps"),
        pytest.param(push_of(A), push_of(A).model_copy(update={"cause": Cause.DRIFT}), False, id="a push and drift"),
        pytest.param(drift(), drift().model_copy(update=LATER), True, id="the same drift, seen twice"),
        pytest.param(asked(), asked(), True, id="a person's request that was sent again by the network"),
        pytest.param(asked(), asked().model_copy(update=LATER), False, id="a person who asks twice"),
    ],
)
def test_which_looks_are_the_same(one: Look, other: Look, *, same: bool) -> None:
    """Copies of an event share an id and leave one mark; what a person asks for again counts again."""
    assert (one.id == other.id) is same


def test_an_id_is_fit_for_a_key() -> None:
    """Ids are short hexadecimal text."""
    assert len(push_of(A).id) == 32
    assert int(push_of(A).id, 16) >= 0


def test_a_wish_is_for_a_tag_or_a_digest() -> None:
    """Both at once might contradict each other."""
    with pytest.raises(ValidationError, match="not both"):
        Wish(tag="v1", digest=A)
