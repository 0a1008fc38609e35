"""The step before anything is done: what should the app run, and which rollout is to bring it there?"""

from dataclasses import dataclass, replace

from operators.cloud.engine import Claimed
from operators.core.active import Active, Container, Running
from operators.core.choice import Adopt, Choice, ChoiceFacts, ChoiceReason, Later, Skip, Target, choose, unread
from operators.core.foreign_changes import named_again, noticed, was_changed
from operators.core.gate import Unread
from operators.core.left_alone import left_alone, way_of
from operators.core.looks import Cause, Look, leading
from operators.core.model import Unknown
from operators.core.naming import offer_to_pin
from operators.core.references import Reference
from operators.core.registries import TagFacts
from operators.core.rollouts import Moved, Rollout
from operators.core.strategies import Strategy, Way
from operators.core.transitions import Event, State
from operators.core.waits import retry_wait
from operators.flows.attributing import Attributing
from operators.flows.facts import Facts, read_facts
from operators.flows.gating import Gating
from operators.flows.services import House
from operators.flows.stepping import Outcome, begin, carrying, put_off

_UNREADABLE_FOR_GOOD = 3
"""After so many refusals that no waiting mends (403, 404), a look is given up and said so."""


@dataclass(frozen=True)
class Planning:
    """Decides on looks, and on rollouts that have not acted yet."""

    house: House

    async def plan(self, claimed: Claimed) -> Outcome:
        """Decide and, where the way is free, act."""
        active, looks = claimed.active, claimed.looks
        if active.rollout is None and not looks:
            return Outcome(active)
        weighed = _weighed(claimed)
        facts = await read_facts(self.house, active, weighed)
        if isinstance(facts, Unknown):
            unreadable = _unreadable(active.rollout, facts)
            if isinstance(unreadable, Skip):
                return self._end(active, looks, unreadable, active)
            return self._put_off(active, looks, unreadable)
        before, active = active, self._noticing(active, facts)
        choice = self._choose(
            active, weighed, facts, changed=was_changed(before.container, facts.config.linux_fx_version)
        )
        match choice:
            case Later():
                return self._put_off(before, looks, choice)
            case Skip(reason=ChoiceReason.REJECTED | ChoiceReason.REVERTED):
                return self._rest(active, looks, facts, await self._told(active, facts, choice))
            case Skip() | Adopt():
                return self._rest(active, looks, facts, choice)
            case Target():
                return await self._bring(replace(claimed, active=active), facts, choice)

    def _noticing(self, active: Active, facts: Facts) -> Active:
        """The app's row, set right by what its configuration names now."""
        if active.container is None:
            return active
        written, now = facts.config.linux_fx_version, self.house.now()
        same = named_again(active.container, facts.configured, facts.tag) and not self._writes(facts)
        container = noticed(active.container, written, facts.configured, facts.swapped, now, same=same)
        return active.model_copy(update={"container": container})

    def _choose(self, active: Active, looks: tuple[Look, ...], facts: Facts, *, changed: bool) -> Choice:
        configured, reference = facts.configured, facts.reference
        if skip := left_alone(facts.site, facts.parent, configured, reference, self.house.settings.opt_in):
            return skip
        assert configured is not None
        return choose(
            ChoiceFacts(
                looks=looks,
                container=active.container,
                reference=reference,
                configured=configured,
                stopped=facts.site.stopped,
                strategy=self._way(facts).strategy,
                tag=facts.tag,
                retries=active.rollout.retries if active.rollout else 0,
                chosen=active.rollout.digest if active.rollout else None,
                changed=changed,
            ),
        )

    async def _told(self, active: Active, facts: Facts, choice: Skip) -> Skip:
        """Why a rejected image is not brought, who changed the configuration back to it, and how it is kept away."""
        if choice.reason is ChoiceReason.REVERTED:
            choice = await Attributing(self.house).named(choice, active.app)
        configured, container, failed = facts.configured, active.container, choice.decided
        if configured is None or configured.digest is not None or container is None or failed is None:
            return choice
        good = container.good_but(failed)
        offer = offer_to_pin(facts.site.id, str(configured), failed, configured.at(good) if good else None)
        return choice.model_copy(update={"detail": f"{choice.detail}.{offer}"})

    def _writes(self, facts: Facts) -> bool:
        """Whether new images reach the app through its configuration, or a slot's."""
        try:
            return self._way(facts).strategy is not Strategy.RESTART
        except ValueError:
            return False  # nothing is brought

    def _way(self, facts: Facts) -> Way:
        """How new images reach the app. Raises ValueError where its resource tag cannot be used."""
        return way_of(facts.site) or Way(strategy=self.house.settings.strategy)

    def _put_off(self, active: Active, looks: tuple[Look, ...], choice: Later) -> Outcome:
        """No answer yet. The looks stay: what they say counts when there is one."""
        now = self.house.now()
        if active.rollout is None:
            active, moved = begin(active, looks, now)
        else:
            moved = Moved(rollout=active.rollout)
        delay = choice.delay or retry_wait(moved.rollout.retries, choice.asked)
        why = Unread(reason=choice.reason, detail=choice.detail, asked=choice.asked)
        return put_off(active, moved, why, delay, now)

    def _rest(self, active: Active, looks: tuple[Look, ...], facts: Facts, choice: Skip | Adopt) -> Outcome:
        """Nothing to do for these looks, nor for a rollout that was still waiting to act."""
        now = self.house.now()
        container = active.container
        reference = facts.reference if isinstance(facts.reference, Reference) else None
        if isinstance(choice, Adopt):
            running = choice.running and Running(digest=choice.running, proof=choice.proof, since=now, sequence=None)
            adopted = Container(reference=reference, reference_at=now, decided=choice.decided, running=running or None)
            container = container.following(adopted) if container else adopted
        elif container and choice.decided:
            container = container.model_copy(update={"decided": choice.decided})
        after = active.model_copy(update={"container": container, "principal_id": _principal(facts)})
        return self._end(active, looks, choice, after)

    def _end(self, active: Active, looks: tuple[Look, ...], choice: Skip | Adopt, after: Active) -> Outcome:
        now, rollout = self.house.now(), active.rollout
        ended: tuple[Moved, ...] = ()
        if rollout and rollout.state is not State.PENDING:
            ended = (Moved(rollout=rollout).by(Event.NEWER, now, choice.reason, choice.detail),)
            rollout = None
        answered = looks if after.container else _wishes(looks) or looks
        if rollout:
            moved = Moved(rollout=rollout)
        elif looks:
            after, moved = begin(after, answered, now)
        else:
            return Outcome(carrying(after, ended[0]), ended)
        evidence, by = (choice.evidence, choice.reverted_by) if isinstance(choice, Skip) else ((), None)
        moved = moved.by(Event.NOT_NEEDED, now, choice.reason, choice.detail, evidence=evidence, reverted_by=by)
        settles = ended[0] if ended else moved
        return Outcome(carrying(after, settles), (*ended, moved), consumed=answered)

    async def _bring(self, claimed: Claimed, facts: Facts, target: Target) -> Outcome:
        """A rollout to this target: the one that waits for it, or a new one in its place. Then: may it act now?"""
        now, looks, rollout = self.house.now(), claimed.looks, claimed.active.rollout
        active = claimed.active.model_copy(
            update={"container": self._container(claimed.active, facts, target), "principal_id": _principal(facts)}
        )
        aside: tuple[Moved, ...] = ()
        slot = self._way(facts).slot if target.strategy is Strategy.SWAP else None
        way = Way(strategy=target.strategy, slot=slot)
        chosen = rollout if rollout and rollout.state is not State.PENDING else None
        if rollout and chosen and _same_way(chosen, target, slot):
            moved = Moved(rollout=rollout.model_copy(update={"asked": _asked(claimed), "tag_seen": _tag_seen(facts)}))
            if looks:
                active, other = begin(active, looks, now)
                detail = f"rollout #{rollout.sequence} is bringing {target.image.digest} already"
                aside = (other.by(Event.NOT_NEEDED, now, "already_on_its_way", detail),)
        else:
            if chosen:
                detail = _instead(chosen, target, way)
                aside = (Moved(rollout=chosen).by(Event.NEWER, now, "newer", detail),)
                rollout = None
            if rollout:
                moved = Moved(rollout=rollout)
            else:
                active, moved = begin(active, looks, now)
            moved = moved.by(
                Event.CHOSEN,
                now,
                "chosen",
                f"{target.image} by {way}",
                image=target.image,
                reference=str(facts.reference) if isinstance(facts.reference, Reference) else None,
                strategy=target.strategy,
                slot=slot,
                asked=_asked(claimed),
                owed=None if _asked(claimed) else claimed.active.owed_before(target.image.digest),
                tag_seen=_tag_seen(facts),
                from_digest=active.container.running.digest if active.container and active.container.running else None,
                next_at=None,
            )
        outcome = await Gating(self.house).pass_gate(claimed, active, moved, facts, aside)
        return replace(outcome, consumed=() if outcome.claimed else looks)

    def _container(self, active: Active, facts: Facts, target: Target) -> Container:
        reference = facts.reference if isinstance(facts.reference, Reference) else None
        if active.container is None:
            return Container(reference=reference, reference_at=self.house.now(), decided=target.decided, running=None)
        owed = active.still_owed(target.decided, target.image.digest, self.house.now())
        return active.container.model_copy(update={"decided": target.decided, "owed": owed})


def _same_way(rollout: Rollout, target: Target, slot: str | None) -> bool:
    return (rollout.image, rollout.strategy, rollout.slot) == (target.image, target.strategy, slot)


def _instead(chosen: Rollout, target: Target, way: Way) -> str:
    """Why a rollout that has not acted on the app makes room."""
    if chosen.image != target.image or chosen.strategy is None:
        return f"{target.image.digest} came before it had acted"
    return f"its way is {way} now, not {Way(strategy=chosen.strategy, slot=chosen.slot)}"


def _weighed(claimed: Claimed) -> tuple[Look, ...]:
    """The looks that came, and the wish that the rollout under way has still to do."""
    asked = claimed.active.rollout.asked if claimed.active.rollout else None
    return (*claimed.looks, asked) if asked else claimed.looks


def _wishes(looks: tuple[Look, ...]) -> tuple[Look, ...]:
    """Those of persons. One that came to nothing is no first sight of an app: the other looks still have to be that."""
    return tuple(look for look in looks if look.cause is Cause.PERSON)


def _asked(claimed: Claimed) -> Look | None:
    """The person's look that leads, if one does."""
    look = leading(_weighed(claimed))
    return look if look and look.cause is Cause.PERSON else None


def _unreadable(rollout: Rollout | None, read: Unknown) -> Later | Skip:
    if not read.temporary and rollout and rollout.retries >= _UNREADABLE_FOR_GOOD:
        return Skip(reason=ChoiceReason.APP_UNREADABLE, detail=f"{read.what}: {read.reason}")
    return unread(read, ChoiceReason.APP_UNREADABLE)


def _tag_seen(facts: Facts) -> TagFacts | None:
    return facts.tag if isinstance(facts.tag, TagFacts) else None


def _principal(facts: Facts) -> str | None:
    return facts.principal.principal_id if facts.principal else None
