"""The law on rest, broken on purpose: what is left over, and excuses that the world knows to be none."""

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from local.storage.tables import Kind, Write
from operators.cloud.keys import encode_key
from operators.cloud.queues import LOOKS, LookMessage
from operators.core.active import Active, Container, Rejected
from operators.core.claims import Claim
from operators.core.images import ImageReference
from operators.core.looks import Look
from operators.core.references import Origin, Reference
from operators.core.rollouts import Rollout
from operators.core.transitions import State
from tests.core.samples import NOW, push_of, rollout
from tests.simulation.court import US, Court
from tests.simulation.deeds import Deed
from tests.simulation.events import Push

_FOLLOWED = Reference(registry="contoso.azurecr.io", repository="shop", tag="stable", origin=Origin.CAPTURED)


class Resting(Court):
    """A court whose one app is at rest: it runs what its tag names, and nothing is left to do."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for table in ("engine", "recent", "due"):
            self.storage.tables.create(table)
        self.storage.queues.create(LOOKS)
        self.clock.advance(3600)
        self.container = Container(reference=_FOLLOWED, reference_at=NOW, decided=self.digest("stable"), running=None)

    @property
    def key(self) -> str:
        """The app's key."""
        return self.app().key

    def stands(self, now: Rollout | None = None, *ended: Rollout, claim: Claim | None = None, **told: Any) -> None:
        """So is the app's partition; `told` are fields of its container."""
        container = self.container.model_copy(update=told)
        active = Active(app=self.key, sequence=9, container=container, rollout=now)
        held = claim.model_dump_json() if claim else ""
        self.store("engine", self.key, "active", active.model_dump_json(), claim=held)
        for one in (*((now,) if now else ()), *ended):
            self.keep(one)
        for one in ended:
            self.store("recent", "one", f"r{one.sequence}", one.model_dump_json())
        self.verdict.broken.clear()

    def keep(self, one: Rollout) -> None:
        """In the app's history."""
        row = f"r:{99 - one.sequence:08}"
        self.store("engine", self.key, row, one.model_dump_json(), state=str(one.state))

    def store(self, table: str, partition: str, row: str, data: str, **more: str) -> None:
        """One row."""
        key = encode_key(partition)
        self.storage.tables.write(table, [Write(Kind.INSERT, key, row, {"data": data} | more)])

    def ended(self, sequence: int, state: State, tag: str = "stable", **changes: Any) -> Rollout:
        """A rollout of what a tag names now, that acted."""
        image = ImageReference.parse("contoso.azurecr.io/shop:stable").at(self.digest(tag))
        begun = rollout(state, sequence=sequence, app=self.key, image=image, applied_at=NOW, ended_at=NOW)
        return begun.model_copy(update=changes)

    def held(self, reason: str) -> Rollout:
        """One that waits for a person."""
        return self.ended(9, State.HELD, ended_at=None, applied_at=None, reason=reason)

    def in_queue(self) -> None:
        """A message for the app."""
        self.storage.queues.put(LOOKS, b64encode(LookMessage(app=self.key).model_dump_json().encode()).decode())

    def failed_thrice(self, tag: str) -> list[Rollout]:
        """In a row."""
        return [self.ended(number, State.SUPERSEDED, tag) for number in (6, 7, 8)]


@pytest.fixture
def court() -> Resting:
    """Everything is at rest."""
    return Resting()


Spoils = Callable[[Resting], None]


def _nothing(court: Resting) -> None:
    court.stands()


def _message(court: Resting) -> None:
    court.stands()
    court.in_queue()


def _due(court: Resting) -> None:
    court.stands()
    court.store("due", "one", encode_key(court.key), "")


def _claim(court: Resting) -> None:
    court.stands(claim=Claim(owner=US.owner, until=court.clock.now() + timedelta(minutes=5)))


def _look(court: Resting) -> None:
    look: Look = push_of(court.digest("stable"), at=court.clock.now())
    court.stands()
    court.store("engine", court.key, f"l:{look.id}", look.model_dump_json())


def _unanswered(court: Resting) -> None:
    court.stands()
    image = "contoso.azurecr.io/shop:stable"
    court.rest.pushes.append(Push(court.clock.now(), image, "v1", court.digest("stable"), {court.key}))


def _undecided(court: Resting) -> None:
    court.stands(decided=court.digest("next"))


def _not_brought(court: Resting) -> None:
    court.world.push("contoso", "shop", "stable", "v2")
    court.stands(decided=court.digest("stable"))


def _rejected(image: str, *deeds: Deed) -> Spoils:
    def spoil(court: Resting) -> None:
        court.world.push("contoso", "shop", "stable", image)
        for deed in deeds:
            court.deeds.done(court.key, deed, NOW)
        digest = court.digest("stable")
        rejected = Rejected(digest=digest, sequence=8, reason="container_exited", at=NOW)
        court.stands(None, court.ended(8, State.SUPERSEDED), decided=digest, rejected=(rejected,))

    return spoil


def _unverified(court: Resting) -> None:
    court.world.push("contoso", "shop", "stable", "v2")
    court.stands(None, court.ended(8, State.UNVERIFIED), decided=court.digest("stable"))


def _flaps(failures: int) -> Spoils:
    def spoil(court: Resting) -> None:
        court.stands(court.held("flapping"), *court.failed_thrice("stable")[:failures])
        court.store("due", "one", encode_key(court.key), "")
        court.in_queue()

    return spoil


def _fights(reverts: int) -> Spoils:
    def spoil(court: Resting) -> None:
        for _ in range(reverts):
            court.deeds.done(court.key, Deed.CONFIGURE, NOW)
        court.stands(court.held("fight"))
        court.store("due", "one", encode_key(court.key), "")

    return spoil


def _held_and_forgotten(court: Resting) -> None:
    court.stands(court.held("flapping"), *court.failed_thrice("stable"))


def _unlisted(court: Resting) -> None:
    court.stands(court.held("flapping"), *court.failed_thrice("stable"))
    court.store("due", "one", encode_key(court.key), "")
    court.keep(court.ended(5, State.SUPERSEDED))


@pytest.mark.parametrize(
    ("spoil", "left"),
    [
        pytest.param(_nothing, None, id="at rest"),
        pytest.param(_message, "1 messages in looks", id="a message"),
        pytest.param(_due, "a due row is left", id="a due row"),
        pytest.param(_claim, "claimed until", id="a claim"),
        pytest.param(_look, "a look is left", id="a look"),
        pytest.param(_unanswered, "nothing ended since v1 was pushed", id="a push"),
        pytest.param(_undecided, "decided was", id="a tag that was not decided upon"),
        pytest.param(_not_brought, "should run", id="an image that was not brought"),
        pytest.param(_unverified, "should run", id="a good image that was not verified, and does not run"),
        pytest.param(_rejected("v2"), "should run", id="a good image, rejected"),
        pytest.param(_rejected("v2", Deed.STOP), "should run", id="a good image, rejected while the app was stopped"),
        pytest.param(_rejected("v2", Deed.PORT), None, id="a good image, rejected at a wrong port"),
        pytest.param(_rejected("crashes"), None, id="a bad image, rejected"),
        pytest.param(_flaps(2), "is held", id="held for two failures"),
        pytest.param(_flaps(3), None, id="held for three failures"),
        pytest.param(_fights(1), "is held", id="held for one revert"),
        pytest.param(_fights(2), None, id="held for two reverts"),
        pytest.param(_held_and_forgotten, "nothing looks at it again", id="held, and forgotten"),
        pytest.param(_unlisted, "everyone's list does not show #5", id="held, and another's end not listed"),
    ],
)
async def test_what_is_left(court: Resting, spoil: Spoils, left: str | None) -> None:
    """Each is told, whatever else the app waits for; nothing is told where nothing is left."""
    spoil(court)
    missing = court.rest.missing()
    assert any(left in line for line in missing) if left else missing == []
