"""Rollouts: one attempt to bring one app to a chosen digest."""

from datetime import datetime
from enum import StrEnum

from operators.core import cutting
from operators.core.access import Access
from operators.core.activity import Activity
from operators.core.apps import AppId
from operators.core.before import Before
from operators.core.images import ImageReference
from operators.core.looks import Cause, Look
from operators.core.model import Digest, Instant, Model, Unknown
from operators.core.owed import Owed
from operators.core.proof import Proof
from operators.core.recovery import WRITES, Measure, Recover, Tried
from operators.core.registries import TagFacts
from operators.core.stalls import Stall
from operators.core.strategies import Strategy
from operators.core.transitions import ENDED, OCCUPYING, Event, State, after


class Act(StrEnum):
    """What is done to an app."""

    RESTART = "restart"
    WRITE = "write"
    """The image's digest into the configuration."""
    SWAP = "swap"
    """The slot with the app itself."""


_BY_DIGEST = frozenset({Strategy.PIN, Strategy.SWAP})


class Health(Model):
    """How the app is asked for its health after the act; read before it, used by every look at it."""

    host_name: str
    health_check_path: str | None
    always_on: bool


class LastAct(Model):
    """The act before the one of a measure: what counts again where the measure turns out not to have been taken.

    Its fields are the rollout's own.
    """

    measure: Measure | None
    tried: tuple[Tried, ...]
    back_to: ImageReference | None
    intended_at: Instant | None
    applied_at: Instant | None
    before: Before | Unknown | None
    poked: bool
    operation: str | None
    swapped: bool
    swaps_back: bool


class Rollout(Model):
    """One attempt, as the history keeps it."""

    app: str
    """The app's key."""
    sequence: int
    """Counts the app's rollouts from 1."""
    state: State
    reason: str
    """Why it is in this state, as a code: "restarted", "role_missing", "already_running"."""
    detail: str
    """The same as a sentence for a person."""
    cause: Cause
    caused_by: str
    """What was seen or who asked."""
    asked: Look | None = None
    """The person's look that it does. Its wish counts until the rollout has ended, whatever else comes."""
    reference: str | None = None
    """What the app follows, `registry/repository:tag`."""
    owed: Owed | None = None
    """What this is another try of."""
    tag_seen: TagFacts | None = None
    """That tag as the registry showed it with the decision."""
    image: ImageReference | None = None
    """What it is brought to, by digest; None while that is not known."""
    from_digest: Digest | None = None
    strategy: Strategy | None = None
    slot: str | None = None
    """The slot that it goes through, with the strategy `swap`."""
    created_at: Instant
    updated_at: Instant
    ended_at: Instant | None = None
    retries: int = 0
    """Temporary faults in a row in this state: what the next delay grows with."""
    interruptions: int = 0
    """How often its messages ended in the poison queue."""
    waiting_since: Instant | None = None
    """Since when access is denied."""
    waits: int = 0
    """How often it was looked at again while held or waiting: what the next delay grows with."""
    access: Access | None = None
    access_of: str | None = None
    """With a slot, whose access that is, by key: the slot's or the app's own, whichever is worse."""
    granted: bool = False
    """The role that is missing there was asked for by us already."""
    intended_at: Instant | None = None
    """When the act was about to begin. Together with `applied_at` missing: it may or may not have happened."""
    applied_at: Instant | None = None
    attempts: int = 0
    """How often the act was begun, counted anew for each measure.

    More than once only where a crash, or a call without an answer, left no trace of it.
    """
    before: Before | Unknown | None = None
    """The instances as they were before the act."""
    health: Health | None = None
    poked: bool = False
    """Whether the app answered the GET that starts an idle one."""
    proof: Proof | None = None
    in_doubt: bool = False
    """The tag moved away and back meanwhile, and the app may have pulled what it named between: it is tried again."""
    stall: Stall | None = None
    """Why it failed, or why it makes no progress."""
    measure: Measure | None = None
    """What the present act is for; None for the first one."""
    planned: Measure | None = None
    """What will be tried next."""
    next_at: Instant | None = None
    """When it is looked at again, while it waits or makes no progress."""
    tried: tuple[Tried, ...] = ()
    recover: Recover = Recover.REPORT
    """What the app allows; read with the decision to act."""
    back_to: ImageReference | None = None
    """The last good image, once the way back was taken."""
    last_act: LastAct | None = None
    """The act before that of `measure`."""
    busy: int = 0
    """How often the act was refused for the moment: for somebody else's work (see `hindered_since`), or throttled."""
    hindered_since: Instant | None = None
    """Since when somebody else's work keeps it from acting."""
    reverted_by: Activity | None = None
    """Where it is held or ended for a fight or a revert: the write that changed back ours, once the log has it."""
    slot_names_it: bool = False
    """The slot's configuration named the image already: writing it again would change nothing."""
    staged: Digest | None = None
    """What the slot was seen to serve: with the rollout's own digest there, the swap is next."""
    operation: str | None = None
    """Where Azure tells how far the swap is, as it answered; None where the answer got lost."""
    swapped: bool = False
    """The swap that is the present act is done."""
    swaps_back: bool = False
    """The way back is a swap: the slot still has the last good image."""

    @property
    def ended(self) -> bool:
        """No step follows."""
        return self.state in ENDED

    @property
    def occupying(self) -> bool:
        """Something may have been done to the app; nothing else may begin."""
        return self.state in OCCUPYING

    @property
    def why(self) -> str:
        """What came in its way: its stall's reason, which stays where the app was rolled back; else its own."""
        return self.stall.reason if self.stall else self.reason

    @property
    def digest(self) -> Digest | None:
        """The digest it was begun for."""
        return self.image.digest if self.image else None

    @property
    def anyway(self) -> bool:
        """Whether a person has it act though somebody else's work hangs on the app."""
        return self.asked is not None and self.asked.wish is not None and self.asked.wish.anyway

    @property
    def wanted(self) -> ImageReference | None:
        """The image that the present act is to bring: its own, or the one it went back to."""
        return self.back_to or self.image

    @property
    def in_slot(self) -> bool:
        """Whether it is in its slot yet: the app itself was not touched."""
        return self.strategy is Strategy.SWAP and (self.staged is None or self.staged != self.digest)

    @property
    def acted_on(self) -> AppId:
        """What the act changes and the looks after it look at: the slot as long as it is there, then the app."""
        app = AppId.from_key(self.app)
        return app.slot_id(self.slot) if self.in_slot else app

    @property
    def act(self) -> Act:
        """What the present act does, or the next one if there was none yet."""
        match self.measure:
            case Measure.RETRY:
                return Act.RESTART
            case Measure.REDEPLOY:
                return Act.WRITE
            case Measure.ROLLBACK:
                return Act.SWAP if self.swaps_back else Act.WRITE
        if self.strategy is Strategy.SWAP and not self.in_slot:
            return Act.SWAP
        return Act.WRITE if self.strategy in _BY_DIGEST and not self.slot_names_it else Act.RESTART

    @property
    def pinned(self) -> bool:
        """Whether the configuration names a digest of ours by now."""
        return self.strategy in _BY_DIGEST or any(one.measure in WRITES for one in self.tried)

    @property
    def this_act(self) -> LastAct:
        """The present act, as `last_act` keeps it once the next one is begun."""
        return LastAct(**{name: getattr(self, name) for name in LastAct.model_fields})

    def without_measure(self) -> "Rollout":
        """As it was before the measure was begun, for nothing of that was done."""
        return self.model_copy(update=dict(self.last_act)) if self.last_act else self


class Step(Model):
    """One line of a rollout's timeline."""

    at: Instant
    event: Event | None
    """None on the first line, which creates the rollout."""
    state: State
    """The state that it led to."""
    reason: str
    detail: str
    evidence: tuple[str, ...] = ()


class Moved(Model):
    """A rollout and the lines that its last moves added."""

    rollout: Rollout
    steps: tuple[Step, ...] = ()

    def by(
        self,
        event: Event,
        now: datetime,
        reason: str,
        detail: str,
        *,
        evidence: tuple[str, ...] = (),
        **changes: object,
    ) -> "Moved":
        """Move it on. `changes` are fields of the rollout that are known now. Raises IllegalTransition."""
        state, detail = after(self.rollout.state, event), cutting.sentence(detail)
        again = state is self.rollout.state
        update: dict[str, object] = {
            "state": state,
            "reason": reason,
            "detail": detail,
            "updated_at": now,
            "retries": self.rollout.retries + 1 if again else 0,
            "ended_at": now if state in ENDED else None,
            "next_at": None if state in ENDED else self.rollout.next_at,
        } | changes
        rollout = self.rollout.model_copy(update=update)
        told = cutting.lines(evidence)
        step = Step(at=now, event=event, state=state, reason=reason, detail=detail, evidence=told)
        return Moved(rollout=rollout, steps=(*self.steps, step))
