# ruff: noqa: E501 - one case a line reads best as one line
"""What should the app run? Every reason, and every way to a target."""

from datetime import timedelta

import pytest

from operators.core.active import Container, Running
from operators.core.choice import (
    REGISTRY_LAG,
    Adopt,
    Choice,
    ChoiceFacts,
    ChoiceReason,
    Later,
    Skip,
    Target,
    choose,
    wished_tag,
)
from operators.core.images import ImageReference
from operators.core.looks import Cause, Look
from operators.core.model import Unknown
from operators.core.owed import Owed
from operators.core.proof import Proof
from operators.core.references import NoReference, Origin, Reference, SwappedIn
from operators.core.strategies import Strategy
from tests.core.samples import (
    APP,
    LATEST,
    NOW,
    REFERENCE,
    A,
    B,
    C,
    ago,
    asked,
    container,
    drift,
    push_of,
    running,
    tag_at,
)

FIRST_SIGHT = Look(app=APP, cause=Cause.FIRST_SIGHT, at=NOW, detail="seen for the first time")
NO_ANSWER = Unknown(what="tag demo.azurecr.io/shop:latest", reason="503", temporary=True)
NOTHING_FOLLOWED = NoReference(why="the configuration names a digest")
STABLE = Reference(registry="demo.azurecr.io", repository="shop", tag="stable", origin=Origin.RESOURCE_TAG)
FACTS = ChoiceFacts(
    looks=(push_of(B),),
    container=container(running(A)),
    reference=REFERENCE,
    configured=LATEST,
    stopped=False,
    strategy=Strategy.RESTART,
    tag=tag_at(B),
)


V9 = ImageReference.parse("demo.azurecr.io/shop:v9")


def decided(
    digest: str, runs: Running | None, *, by_swap: ImageReference | None = None, owed: bool = False
) -> Container:
    """What is remembered of an app that was decided upon for this digest, whatever it runs since."""
    swapped = SwappedIn(image=str(by_swap), at=ago(60)) if by_swap else None
    owes = Owed(digest=digest, reason="refused", tries=1, again_at=NOW) if owed else None
    return container(runs).model_copy(update={"decided": digest, "swapped_in": swapped, "owed": owes})


def chosen(**changes: object) -> Choice:
    """The choice where these facts differ from the plain push of a new image."""
    return choose(FACTS.model_copy(update=changes))


SKIPS = {
    "nothing is followed": (ChoiceReason.NOT_FOLLOWED, {"reference": NOTHING_FOLLOWED, "tag": None}),
    "a person names nothing where nothing is followed": (ChoiceReason.NOT_FOLLOWED, {"reference": NOTHING_FOLLOWED, "tag": None, "looks": (asked(),)}),
    "the tag is gone": (ChoiceReason.TAG_MISSING, {"tag": None}),
    "the wished tag does not exist": (ChoiceReason.TAG_MISSING, {"tag": None, "looks": (asked(tag="v9"),)}),
    "its pull was seen": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B))}),
    "the configuration names it": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B, Proof.PINNED)), "configured": LATEST.at(B)}),
    "the tag was elsewhere since, and the configuration names the digest": (ChoiceReason.ALREADY_RUNNING, {"container": decided(A, running(B, Proof.PINNED)), "configured": LATEST.at(B)}),
    "somebody wrote it while a rollout to it waited": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B, Proof.PINNED, None)), "configured": LATEST.at(B), "looks": (), "chosen": B}),
    "a rollout brought it, unproved": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B, Proof.ASSUMED))}),
    "its baseline, seen by drift": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B, Proof.ASSUMED, None)), "looks": (drift(),)}),
    "its baseline, at a second first sight": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B, Proof.ASSUMED, None)), "looks": (FIRST_SIGHT,)}),
    "its baseline, looked at again after a hold": (ChoiceReason.ALREADY_RUNNING, {"container": container(running(B, Proof.ASSUMED, None)), "looks": ()}),
    "it failed here before": (ChoiceReason.REJECTED, {"container": container(running(A), B)}),
    "somebody wrote another digest": (ChoiceReason.OVERTAKEN, {"container": decided(B, running(C, Proof.PINNED, None)), "configured": LATEST.at(C), "looks": (drift(),)}),
    "a swap brought another tag": (ChoiceReason.OVERTAKEN, {"container": decided(B, None, by_swap=V9), "configured": V9, "looks": (drift(),)}),
    "it failed here, and was written over our way back": (ChoiceReason.REVERTED, {"container": container(running(A, Proof.PINNED), B), "changed": True}),
    "it failed here, and another digest was written": (ChoiceReason.REJECTED, {"container": container(running(A, Proof.PINNED), B), "changed": True, "configured": LATEST.at(C)}),
    "the app is stopped": (ChoiceReason.APP_STOPPED, {"stopped": True}),
    "the app is stopped and a person asks": (ChoiceReason.APP_STOPPED, {"stopped": True, "looks": (asked(digest=C),), "tag": None}),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "changes"), SKIPS.values(), ids=SKIPS)
def test_nothing_is_to_be_done(reason: ChoiceReason, changes: dict[str, object]) -> None:
    """Each of these facts ends a look without an act, for exactly this reason."""
    choice = chosen(**changes)
    assert isinstance(choice, Skip)
    assert choice.reason is reason


TARGETS: dict[str, tuple[str, Strategy, dict[str, object]]] = {
    "a newer push": (B, Strategy.RESTART, {}),
    "a newer push, seen by drift": (B, Strategy.RESTART, {"looks": (drift(),)}),
    "a newer push, over somebody's digest": (B, Strategy.PIN, {"container": decided(A, running(C, Proof.PINNED, None)), "configured": LATEST.at(C), "looks": (drift(),)}),
    "what it is owed, over the digest it was found with": (B, Strategy.PIN, {"container": decided(B, running(C, Proof.PINNED, None), owed=True), "configured": LATEST.at(C), "looks": (drift(),)}),
    "a push, over what a swap brought": (B, Strategy.PIN, {"container": decided(B, None, by_swap=V9), "configured": V9}),
    "a tool wrote the tag back": (B, Strategy.RESTART, {"container": decided(B, None), "looks": (drift(),)}),
    "our own digest, which a person wished for": (B, Strategy.PIN, {"container": decided(B, running(C, Proof.PINNED)), "configured": LATEST.at(C), "looks": (drift(),)}),
    "the tag moved while a rollout waited": (B, Strategy.RESTART, {"looks": ()}),
    "the tag moved back": (A, Strategy.RESTART, {"container": container(running(B)), "tag": tag_at(A), "looks": (push_of(A),)}),
    "the tag was elsewhere since, and nobody knows what was pulled": (B, Strategy.RESTART, {"container": decided(A, running(B)), "looks": (drift(),)}),
    "the tag is back, and is owed still": (B, Strategy.RESTART, {"container": decided(B, running(B), owed=True), "looks": (drift(),)}),
    "what runs is not known": (B, Strategy.RESTART, {"container": container(None)}),
    "a push of its own unproved baseline": (B, Strategy.RESTART, {"container": container(running(B, Proof.ASSUMED, None))}),
    "an older digest was rejected": (B, Strategy.RESTART, {"container": container(running(A), C)}),
    "the app prefers pin": (B, Strategy.PIN, {"strategy": Strategy.PIN}),
    "the configuration names a digest": (B, Strategy.PIN, {"configured": LATEST.at(A)}),
    "the configuration names another tag": (B, Strategy.PIN, {"reference": STABLE, "container": container(running(A), reference=STABLE)}),
    "a person asks for what it follows": (B, Strategy.RESTART, {"looks": (asked(),)}),
    "a person asks for what runs already": (B, Strategy.RESTART, {"looks": (asked(),), "container": container(running(B))}),
    "a person asks for a rejected digest": (B, Strategy.RESTART, {"looks": (asked(),), "container": container(running(A), B)}),
    "a person asks for the followed tag": (B, Strategy.RESTART, {"looks": (asked(tag="latest"),)}),
    "a person asks for another tag": (C, Strategy.PIN, {"looks": (asked(tag="v9"),), "tag": tag_at(C)}),
    "a person asks for a digest": (C, Strategy.PIN, {"looks": (asked(digest=C),), "tag": None}),
    "a person's digest where nothing is followed": (C, Strategy.PIN, {"looks": (asked(digest=C),), "tag": None, "reference": NOTHING_FOLLOWED}),
    "a person's tag where nothing is followed": (C, Strategy.PIN, {"looks": (asked(tag="v9"),), "tag": tag_at(C), "reference": NOTHING_FOLLOWED}),
    "a person asks at first sight": (B, Strategy.RESTART, {"looks": (asked(),), "container": None}),
    "a person's wish leads gathered pushes": (C, Strategy.PIN, {"looks": (push_of(B), asked(digest=C)), "tag": None}),
    "its baseline, pushed again and put off since": (B, Strategy.RESTART, {"container": container(running(B, Proof.ASSUMED, None)), "looks": (), "chosen": B}),
}  # fmt: skip


@pytest.mark.parametrize(("digest", "strategy", "changes"), TARGETS.values(), ids=TARGETS)
def test_the_app_is_brought_to_a_digest(digest: str, strategy: Strategy, changes: dict[str, object]) -> None:
    """Each of these facts makes a target: this digest of the app's repository, in this way."""
    choice = chosen(**changes)
    assert isinstance(choice, Target)
    assert choice.image == ImageReference(registry="demo.azurecr.io", repository="shop", digest=digest)
    assert choice.strategy is strategy


DECIDED: dict[str, tuple[str | None, dict[str, object]]] = {
    "the reference's own choice": (B, {}),
    "the followed tag, named by a person": (B, {"looks": (asked(tag="latest"),)}),
    "another tag, named by a person": (A, {"looks": (asked(tag="v9"),), "tag": tag_at(C)}),
    "another tag at first sight": (None, {"looks": (asked(tag="v9"),), "tag": tag_at(C), "container": None}),
    "a digest, named by a person": (A, {"looks": (asked(digest=C),), "tag": None}),
    "a digest at first sight": (None, {"looks": (asked(digest=C),), "tag": None, "container": None}),
}


@pytest.mark.parametrize(("decided", "changes"), DECIDED.values(), ids=DECIDED)
def test_a_wish_is_not_the_references_choice(decided: str | None, changes: dict[str, object]) -> None:
    """What is remembered as decided is what the followed tag said, never what a person wished for instead of it."""
    choice = chosen(**changes)
    assert isinstance(choice, Target)
    assert choice.decided == decided


ADOPTIONS: dict[str, tuple[ChoiceReason, str | None, str | None, Proof, dict[str, object]]] = {
    "at first sight": (ChoiceReason.ADOPTED, B, B, Proof.ASSUMED, {"container": None, "looks": (FIRST_SIGHT,)}),
    "at a push to an app never seen, or a lost table": (ChoiceReason.ADOPTED, B, B, Proof.ASSUMED, {"container": None}),
    "where the tag is gone": (ChoiceReason.ADOPTED, None, None, Proof.ASSUMED, {"container": None, "tag": None}),
    "where the configuration names a digest": (ChoiceReason.ADOPTED, B, A, Proof.PINNED, {"container": None, "configured": LATEST.at(A), "reference": STABLE}),
    "where a policy is there from the beginning": (ChoiceReason.ADOPTED, B, None, Proof.ASSUMED, {"container": None, "reference": STABLE}),
    "where a digest is all there is": (ChoiceReason.NOT_FOLLOWED, None, A, Proof.PINNED, {"container": None, "configured": LATEST.at(A), "reference": NOTHING_FOLLOWED}),
    "where the reference changed": (ChoiceReason.REFERENCE_CHANGED, B, B, Proof.ASSUMED, {"container": container(running(A), reference=STABLE), "looks": (drift(),)}),
    "where it changed together with a push": (ChoiceReason.REFERENCE_CHANGED, None, None, Proof.ASSUMED, {"container": container(running(A), reference=STABLE)}),
    "where it changed, and another tag was pushed": (ChoiceReason.REFERENCE_CHANGED, B, B, Proof.ASSUMED, {"container": container(running(A), reference=STABLE), "looks": (push_of(C),)}),
    "where a policy was set": (ChoiceReason.REFERENCE_CHANGED, A, A, Proof.PULLED, {"container": container(running(A)), "reference": STABLE, "looks": (drift(),)}),
    "where a policy was set on a digest": (ChoiceReason.REFERENCE_CHANGED, A, A, Proof.PINNED, {"container": container(running(A), reference=None), "configured": LATEST.at(A), "reference": STABLE}),
    "where a policy was set and nobody knows what runs": (ChoiceReason.REFERENCE_CHANGED, None, None, Proof.ASSUMED, {"container": container(None), "reference": STABLE}),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "decided", "runs", "proof", "changes"), ADOPTIONS.values(), ids=ADOPTIONS)
def test_what_it_runs_is_adopted(
    reason: ChoiceReason, decided: str | None, runs: str | None, proof: Proof, changes: dict[str, object]
) -> None:
    """An app without a memory of this reference is taken as it is; nothing is done to it."""
    choice = chosen(**changes)
    assert isinstance(choice, Adopt)
    assert (choice.reason, choice.decided, choice.running, choice.proof) == (reason, decided, runs, proof)


@pytest.mark.parametrize("looks", [(push_of(B),), (asked(),), (asked(tag="v9"),)], ids=["a push", "a person", "a tag"])
@pytest.mark.parametrize("known", [None, container(running(A))], ids=["at first sight", "later"])
def test_an_unreadable_registry_is_asked_again(looks: tuple[Look, ...], known: Container | None) -> None:
    """No answer is neither "no such tag" nor "nothing new", and is no ground for adopting either."""
    choice = chosen(tag=NO_ANSWER, looks=looks, container=known)
    assert isinstance(choice, Later)
    assert choice.reason is ChoiceReason.REGISTRY_UNREADABLE


def test_a_throttled_registry_is_named_as_such() -> None:
    """It is not unreadable: it says when it may be asked again."""
    refused = NO_ANSWER.model_copy(update={"throttled": True, "retry_after_seconds": 17})
    choice = chosen(tag=refused)
    assert isinstance(choice, Later)
    assert (choice.reason, choice.asked) == (ChoiceReason.THROTTLED, timedelta(seconds=17))


BEHIND: dict[str, object] = {"tag": tag_at(A, updated=ago(60)), "looks": (push_of(B),)}


@pytest.mark.parametrize(("retries", "seconds"), [(0, 10), (1, 30), (2, 90), (3, 300)])
def test_a_replica_that_lags_is_asked_again(retries: int, seconds: int) -> None:
    """A tag last moved before the push that we know of is asked for again after 10, 30, 90, 300 s."""
    choice = chosen(**BEHIND, retries=retries)
    assert isinstance(choice, Later)
    assert (choice.reason, choice.delay) == (ChoiceReason.REGISTRY_BEHIND, timedelta(seconds=seconds))


def test_a_replica_is_believed_in_the_end() -> None:
    """After the last delay the registry is right, and the event was late or forged."""
    choice = chosen(**BEHIND, retries=len(REGISTRY_LAG))
    assert isinstance(choice, Skip)
    assert choice.reason is ChoiceReason.ALREADY_RUNNING


NOT_BEHIND: dict[str, dict[str, object]] = {
    "the tag moved after the push": {"tag": tag_at(C), "looks": (push_of(B, at=ago(30)),)},
    "the tag shows the push": {"tag": tag_at(B, updated=ago(30))},
    "no push said what to expect": {"tag": tag_at(C, updated=ago(30)), "looks": (drift(),)},
    "the push was to another tag than the wished": {"tag": tag_at(C, updated=ago(30)), "looks": (push_of(B), asked(tag="v9"))},
}  # fmt: skip


@pytest.mark.parametrize("changes", NOT_BEHIND.values(), ids=NOT_BEHIND)
def test_a_registry_ahead_of_the_event_is_not_behind(changes: dict[str, object]) -> None:
    """Late and reordered events, and those about another tag, delay nothing."""
    assert isinstance(chosen(**changes), Target)


def test_there_and_back_again_is_three_rollouts() -> None:
    """A → B → A: each push is a target of its own, for what counts is what runs and not what ran once."""
    runs = container(running(A, sequence=1))
    for digest, sequence in ((B, 2), (A, 3)):
        choice = chosen(container=runs, tag=tag_at(digest), looks=(push_of(digest),))
        assert isinstance(choice, Target)
        assert choice.image.digest == digest
        runs = container(running(digest, sequence=sequence))
    again = chosen(container=runs, tag=tag_at(A), looks=(push_of(A),))
    assert isinstance(again, Skip)


def test_a_rejected_digest_says_how_to_release_it() -> None:
    """The reason names the rollout that failed and what a person can do."""
    choice = chosen(container=container(running(A), B))
    assert isinstance(choice, Skip)
    assert "rollout #7 (container_exited)" in choice.detail
    assert "deploy it by hand" in choice.detail


WISHED_TAGS: dict[str, tuple[str | None, tuple[Look, ...], Reference | NoReference]] = {
    "a push": ("latest", (push_of(B),), REFERENCE),
    "no look": ("latest", (), REFERENCE),
    "a person without a wish": ("latest", (asked(),), REFERENCE),
    "a person's tag": ("v9", (asked(tag="v9"),), REFERENCE),
    "a person's tag where nothing is followed": ("v9", (asked(tag="v9"),), NOTHING_FOLLOWED),
    "a person's digest": (None, (asked(digest=C),), REFERENCE),
    "nothing followed": (None, (push_of(B),), NOTHING_FOLLOWED),
}


@pytest.mark.parametrize(("tag", "looks", "reference"), WISHED_TAGS.values(), ids=WISHED_TAGS)
def test_which_tag_is_asked_for(tag: str | None, looks: tuple[Look, ...], reference: Reference | NoReference) -> None:
    """The registry is asked for one tag at most: the wished one, else the followed one."""
    assert wished_tag(looks, reference) == tag


@pytest.mark.parametrize(
    ("pushed", "kind"),
    [
        pytest.param(push_of(A), Skip, id="the same once more"),
        pytest.param(push_of(B).model_copy(update={"pushed_at": ago(900)}), Skip, id="an older event, late"),
        pytest.param(push_of(B).model_copy(update={"pushed_at": ago(300)}), Target, id="moved away and back"),
    ],
)
def test_a_tag_that_moved_away_and_back_is_brought_again(pushed: Look, kind: type) -> None:
    """What was only assumed to run may be what the tag named in between."""
    assumed = running(A, Proof.ASSUMED, sequence=2).model_copy(update={"tag_updated": ago(600)})
    looks = (pushed, push_of(A))
    choice = chosen(tag=tag_at(A, updated=NOW), looks=looks, container=container(assumed))
    assert isinstance(choice, kind)


def test_every_reason_is_given() -> None:
    """No reason is without a case here, but for those that planning gives before there is a choice."""
    before = {ChoiceReason.APP_UNREADABLE, ChoiceReason.NOT_OPTED_IN, ChoiceReason.NOT_A_CONTAINER, ChoiceReason.STAGE}
    given = {case[0] for case in (*SKIPS.values(), *ADOPTIONS.values())}
    later = {ChoiceReason.REGISTRY_UNREADABLE, ChoiceReason.THROTTLED, ChoiceReason.REGISTRY_BEHIND}
    assert given | before == set(ChoiceReason) - later
