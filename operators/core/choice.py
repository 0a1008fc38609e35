"""What should this app run? From the registry as it is now, never from what an event said."""

from datetime import timedelta
from enum import StrEnum

from operators.core.active import Container
from operators.core.activity import Activity
from operators.core.images import ImageReference
from operators.core.looks import Cause, Look, leading
from operators.core.model import Digest, Model, Unknown
from operators.core.proof import Proof
from operators.core.references import NoReference, Reference
from operators.core.registries import TagFacts
from operators.core.strategies import Strategy

REGISTRY_LAG = (timedelta(seconds=10), timedelta(seconds=30), timedelta(seconds=90), timedelta(seconds=300))
"""When a replica still shows the tag as it was before the push, it is asked again after these, then believed.

Source: azure-docs, container-registry/container-registry-geo-replication (replicas are eventually consistent).
"""
_PROVED = frozenset({Proof.PINNED, Proof.PULLED})


class ChoiceReason(StrEnum):
    """Why the choice is what it is."""

    ADOPTED = "adopted"
    REFERENCE_CHANGED = "reference_changed"
    NOT_FOLLOWED = "not_followed"
    TAG_MISSING = "tag_missing"
    ALREADY_RUNNING = "already_running"
    REJECTED = "rejected"
    REVERTED = "reverted"
    """Rejected, and somebody changed the configuration back to it after we had written another image."""
    APP_STOPPED = "app_stopped"
    APP_UNREADABLE = "app_unreadable"
    THROTTLED = "throttled"
    """Azure asks for fewer calls: what the choice is made from is read when it has room again."""
    NOT_OPTED_IN = "not_opted_in"
    NOT_A_CONTAINER = "not_a_container"
    OVERTAKEN = "overtaken"
    """Somebody else wrote or swapped another image in since; that is not undone."""
    STAGE = "stage"
    """It is the slot that new images of its site go through first: no app of its own."""
    REGISTRY_UNREADABLE = "registry_unreadable"
    REGISTRY_BEHIND = "registry_behind"


class ChoiceFacts(Model):
    """What a choice is made from."""

    looks: tuple[Look, ...]
    container: Container | None
    """None at first sight, or where the table was lost."""
    reference: Reference | NoReference
    configured: ImageReference
    """What the configuration names now."""
    stopped: bool
    """Whether somebody stopped the app."""
    strategy: Strategy
    """The app's preference."""
    tag: TagFacts | Unknown | None
    """The wished or followed tag at the registry; None where there is no such tag."""
    retries: int = 0
    """How often it was put off already."""
    chosen: Digest | None = None
    """What a rollout that has not acted yet was begun for: found to be needed, and nothing was done since."""
    changed: bool = False
    """Somebody wrote the configuration after us."""


class Adopt(Model):
    """Take what the app runs as its baseline and change nothing."""

    reason: ChoiceReason
    detail: str
    decided: Digest | None
    """What it is to be given no more. Where the reference was changed later, only what it runs: the rest is drift."""
    running: Digest | None
    proof: Proof


class Skip(Model):
    """Nothing to do."""

    reason: ChoiceReason
    detail: str
    decided: Digest | None = None
    evidence: tuple[str, ...] = ()
    reverted_by: Activity | None = None
    """Who changed the configuration back, once that is known."""


class Later(Model):
    """No answer yet: ask again."""

    reason: ChoiceReason
    detail: str
    delay: timedelta | None = None
    """None where nothing but the usual back-off says when."""
    asked: timedelta | None = None
    """What the other side asked us to wait at least."""


class Target(Model):
    """Bring the app to this image, this way."""

    image: ImageReference
    strategy: Strategy
    decided: Digest | None
    """The reference's own choice, which may differ from what a person wished for."""


Choice = Adopt | Skip | Later | Target


def wished_tag(looks: tuple[Look, ...], reference: Reference | NoReference) -> str | None:
    """Which tag has to be looked up at the registry; None where a digest was wished for or nothing is followed."""
    look = leading(looks)
    if look and look.wish and look.wish.digest:
        return None
    if look and look.wish and look.wish.tag:
        return look.wish.tag
    return reference.tag if isinstance(reference, Reference) else None


def choose(facts: ChoiceFacts) -> Choice:
    """Decide what the app should run."""
    look = leading(facts.looks)
    by_person = look is not None and look.cause is Cause.PERSON
    wish = look.wish if look else None
    if isinstance(facts.reference, NoReference) and not (wish and (wish.digest or wish.tag)):
        return _unfollowed(facts, facts.reference)
    if isinstance(facts.tag, Unknown):
        return unread(facts.tag, ChoiceReason.REGISTRY_UNREADABLE)
    if not by_person:
        adopted = _adopt(facts, facts.tag)
        if adopted:
            return adopted
    decided_before = facts.container.decided if facts.container else None
    if wish and wish.digest:
        return _bring(facts, wish.digest, decided_before)
    if facts.tag is None:
        name = wish.tag if wish and wish.tag else facts.reference
        return Skip(reason=ChoiceReason.TAG_MISSING, detail=f"the registry has no {name}")
    if wish and wish.tag and not _follows(facts.reference, wish.tag):
        return _bring(facts, facts.tag.digest, decided_before)
    if behind := _behind(facts, facts.tag):
        return behind
    if not by_person and (skip := _not_needed(facts, facts.tag.digest, look)):
        return skip
    return _bring(facts, facts.tag.digest, facts.tag.digest)


def unread(read: Unknown, reason: ChoiceReason) -> Later:
    """What a read without an answer makes of the choice; `reason` counts unless it was throttled."""
    return Later(
        reason=ChoiceReason.THROTTLED if read.throttled else reason,
        detail=f"{read.what}: {read.reason}",
        asked=read.retry_after,
    )


def _follows(reference: Reference | NoReference, tag: str) -> bool:
    return isinstance(reference, Reference) and reference.tag == tag


def _unfollowed(facts: ChoiceFacts, reference: NoReference) -> Adopt | Skip:
    """At first sight what it runs is remembered all the same: a policy that is set later is no first sight."""
    if facts.container is not None:
        return Skip(reason=ChoiceReason.NOT_FOLLOWED, detail=reference.why)
    pinned, why = facts.configured.digest, reference.why
    return Adopt(reason=ChoiceReason.NOT_FOLLOWED, detail=why, decided=None, running=pinned, proof=Proof.PINNED)


def _adopt(facts: ChoiceFacts, tag: TagFacts | None) -> Adopt | None:
    container, at_tag = facts.container, tag.digest if tag else None
    stored = container.reference if container else None
    if stored is not None and str(stored) == str(facts.reference):
        return None
    running, proof = _baseline(facts, at_tag)
    if container is None:
        return Adopt(
            reason=ChoiceReason.ADOPTED,
            detail=f"first sight: follows {facts.reference}; what it runs is its baseline",
            decided=at_tag,
            running=running,
            proof=proof,
        )
    return Adopt(
        reason=ChoiceReason.REFERENCE_CHANGED,
        detail=f"follows {facts.reference} instead of {stored or 'nothing'}; what it runs is its new baseline",
        decided=running,
        running=running,
        proof=proof,
    )


def _baseline(facts: ChoiceFacts, at_tag: Digest | None) -> tuple[Digest | None, Proof]:
    """What an app is taken to run whose reference is new; after a push that came together with it nobody can tell."""
    known = facts.container.running if facts.container else None
    if facts.configured.digest is not None:
        return facts.configured.digest, Proof.PINNED
    if not isinstance(facts.reference, Reference) or facts.configured.tag != facts.reference.tag:
        return (known.digest, known.proof) if known else (None, Proof.ASSUMED)
    pushed = facts.container is not None and any(look.digest == at_tag for look in facts.looks if look.digest)
    return None if pushed else at_tag, Proof.ASSUMED


def _behind(facts: ChoiceFacts, tag: TagFacts) -> Later | None:
    """A push that the registry does not show yet, and the tag's last update is older than the push."""
    ahead = [
        look
        for look in facts.looks
        if look.digest and look.digest != tag.digest and look.pushed_at and tag.last_updated < look.pushed_at
    ]
    if not ahead or facts.retries >= len(REGISTRY_LAG):
        return None
    return Later(
        reason=ChoiceReason.REGISTRY_BEHIND,
        detail=f"the registry still shows {facts.reference} at {tag.digest}, the push said {ahead[-1].digest}",
        delay=REGISTRY_LAG[facts.retries],
    )


def _not_needed(facts: ChoiceFacts, target: Digest, look: Look | None) -> Skip | None:
    container = facts.container
    if container is None:
        return None
    for rejected in container.rejected:
        if rejected.digest == target:
            failed = f"{target} failed here in rollout #{rejected.sequence} ({rejected.reason})"
            if facts.changed and facts.configured.digest in (None, target):
                detail = f"the configuration was changed back to {facts.configured}, and {failed}"
                return Skip(reason=ChoiceReason.REVERTED, detail=detail, decided=target)
            detail = f"{failed}; push a newer image, or deploy it by hand to try it once more"
            return Skip(reason=ChoiceReason.REJECTED, detail=detail, decided=target)
    running = container.running
    meanwhile = running is not None and container.runs(target) and running.proof is Proof.PINNED
    if facts.chosen == target and not meanwhile:
        return None
    if running is None or not container.runs(target):
        return _overtaken(facts, container, target, look)
    if facts.configured.digest is None and (container.owes(target) or container.decided not in (None, target)):
        return None  # the tag named something else in between, and whoever restarted the app had it pull that
    if running.proof in _PROVED:
        how = "the configuration names it" if running.proof is Proof.PINNED else "its pull was seen"
        return Skip(reason=ChoiceReason.ALREADY_RUNNING, detail=f"runs {target} already: {how}", decided=target)
    if running.sequence is not None:
        if running.tag_moved(facts.looks):
            return None
        return Skip(
            reason=ChoiceReason.ALREADY_RUNNING,
            detail=f"rollout #{running.sequence} brought it to {target} and the tag has not moved since",
            decided=target,
        )
    if look is None or look.cause is not Cause.PUSH:
        return Skip(reason=ChoiceReason.ALREADY_RUNNING, detail=f"{target} is its baseline", decided=target)
    return None


def _overtaken(facts: ChoiceFacts, container: Container, target: Digest, look: Look | None) -> Skip | None:
    """What somebody else wrote by digest, or swapped in, stays until the registry has something newer for the app."""
    if container.decided != target or container.owes(target) or (look is not None and look.cause is Cause.PUSH):
        return None
    running, configured, swapped = container.running, facts.configured, container.swapped_in
    wrote = running is not None and running.sequence is None and running.digest == configured.digest
    by_swap = configured.digest is None and swapped is not None and swapped.image == str(configured)
    if not wrote and not by_swap:
        return None
    return Skip(
        reason=ChoiceReason.OVERTAKEN,
        detail=f"the configuration names {configured}, which {'a swap brought' if by_swap else 'somebody else wrote'}; "
        f"it stays until {facts.reference} moves, or deploy it by hand",
        decided=target,
    )


def _bring(facts: ChoiceFacts, digest: Digest, decided: Digest | None) -> Choice:
    if facts.stopped:
        missed = decided == digest and (facts.container is None or not facts.container.runs(digest))
        then = "it is brought once that is started" if missed else "start it and deploy again"
        why = f"the app is stopped; {then}"
        return Skip(reason=ChoiceReason.APP_STOPPED, detail=why, decided=decided)
    at_tag = facts.tag.digest if isinstance(facts.tag, TagFacts) else None
    reference = facts.reference
    names_the_tag = isinstance(reference, Reference) and reference.named_by(facts.configured)
    restart_would_do = names_the_tag and at_tag == digest and wished_tag(facts.looks, reference) == facts.configured.tag
    look = leading(facts.looks)
    anyway = look is not None and look.wish is not None and look.wish.anyway
    by_digest = anyway or (facts.strategy is Strategy.RESTART and not restart_would_do)
    return Target(
        image=facts.configured.at(digest),
        strategy=Strategy.PIN if by_digest else facts.strategy,
        decided=decided,
    )
