"""What comes while a rollout recovers: which looks may bring something else than it does."""

from datetime import timedelta

import pytest

from operators.core.images import ImageReference
from operators.core.looks import Look
from operators.core.newer import newer_push, newer_wish
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.core.samples import NOW, A, B, asked, drift, push_of, rollout

IMAGE = ImageReference.parse(f"demo.azurecr.io/shop@{A}")
STALLED = NOW + timedelta(seconds=30)
LATER = STALLED + timedelta(seconds=1)


def recovering(look: Look | None = None) -> Rollout:
    """The last line of its timeline is from half a minute after everything else came."""
    return rollout(State.RECOVERING, image=IMAGE, asked=look, updated_at=STALLED)


def after_it(look: Look) -> Look:
    """The same, made after that line."""
    return look.model_copy(update={"at": LATER})


@pytest.mark.parametrize(
    ("does", "looks", "newer"),
    [
        pytest.param(asked(), (asked(),), None, id="the same, pressed twice before it failed"),
        pytest.param(None, (asked(),), None, id="what the push is bringing, before it failed"),
        pytest.param(asked(), (after_it(asked()),), after_it(asked()), id="the same, once it had failed"),
        pytest.param(asked(), (asked(digest=B),), asked(digest=B), id="another image, before it failed"),
        pytest.param(asked(tag="v1"), (asked(),), asked(), id="not that tag, but what the app follows"),
        pytest.param(asked(), (push_of(B), drift()), None, id="nobody's"),
        pytest.param(asked(), (push_of(B), asked(), asked(tag="v1")), asked(tag="v1"), id="among others"),
    ],
)
def test_a_wish_that_comes_before_the_way_back(does: Look | None, looks: tuple[Look, ...], newer: Look | None) -> None:
    """Whoever has seen it fail, or wants something else, is not kept waiting."""
    assert newer_wish(looks, recovering(does)) == newer


@pytest.mark.parametrize(
    ("looks", "newer"),
    [
        pytest.param((push_of(B),), push_of(B), id="another image"),
        pytest.param((push_of(A),), None, id="its own again"),
        pytest.param((drift(), asked(digest=B)), None, id="no push"),
        pytest.param((push_of(A), push_of(B)), push_of(B), id="among others"),
    ],
)
def test_a_push_of_another_image(looks: tuple[Look, ...], newer: Look | None) -> None:
    """A hint that the tag may name something else by now."""
    assert newer_push(looks, recovering()) == newer
