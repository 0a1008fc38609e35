"""The engine's table, on Azurite and in memory: the fence, the claim, and writes whose answer got lost."""

from datetime import UTC, datetime, timedelta

import pytest

from operators.cloud.engine import Claimed, EngineTable, LostClaim, NotNow
from operators.cloud.storage import Storage
from operators.core.access import Access, Evidence, Reason, Verdict
from operators.core.active import Active
from operators.core.looks import Cause, Look
from operators.core.rollouts import Moved
from operators.core.transitions import Event
from operators.errors import Temporary
from operators.flows.stepping import begin, carrying
from tests.storage import LosingTransport

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
APP = "sub:rg:shop"


def look(detail: str = "pushed", cause: Cause = Cause.PUSH) -> Look:
    """A mark on the app."""
    return Look(app=APP, cause=cause, at=NOW, detail=detail)


@pytest.fixture
def engine(storage: Storage) -> EngineTable:
    """The table, empty."""
    return EngineTable(storage)


async def claim_it(engine: EngineTable, step: int | None = None, owner: str = "message-1") -> Claimed:
    """The app, taken."""
    claimed = await engine.claim(APP, step, owner)
    assert isinstance(claimed, Claimed)
    return claimed


def begun(claimed: Claimed) -> tuple[Active, Moved]:
    """A new rollout and the row that carries it."""
    active, moved = begin(claimed.active, claimed.looks, NOW)
    return carrying(active, moved, next_step=claimed.active.next_step + 1), moved


async def test_a_claim_gives_the_looks_and_a_commit_consumes_them(engine: EngineTable) -> None:
    """Marks left before the claim are read with it, and those consumed are gone after the commit, others stay."""
    await engine.mark(look("one"))
    claimed = await claim_it(engine)
    await engine.mark(look("two"))
    active, moved = begun(claimed)
    await engine.commit(claimed, active, [moved], consumed=claimed.looks)
    stored, looks = await engine.read(APP)
    assert [one.detail for one in claimed.looks] == ["one"]
    assert [one.detail for one in looks] == ["two"]
    assert stored.rollout == moved.rollout


async def test_the_same_push_leaves_one_mark(engine: EngineTable) -> None:
    """Duplicates of an event are one look; each wish of a person is its own."""
    for mark in (
        look(),
        look(),
        look(cause=Cause.PERSON),
        look(cause=Cause.PERSON).model_copy(update={"at": NOW + timedelta(1)}),
    ):
        await engine.mark(mark)
    _, looks = await engine.read(APP)
    assert sorted(one.cause for one in looks) == [Cause.PERSON, Cause.PERSON, Cause.PUSH]


async def test_only_one_of_two_messages_gets_the_app(engine: EngineTable) -> None:
    """While one message works on the app, another is turned away; after the commit the next may come."""
    claimed = await claim_it(engine)
    assert isinstance(await engine.claim(APP, None, "message-2"), NotNow)
    await engine.commit(claimed, claimed.active, [])
    assert isinstance(await engine.claim(APP, None, "message-2"), Claimed)


async def test_the_same_message_takes_over_its_own_claim(engine: EngineTable) -> None:
    """A message that failed and came again does not wait for its own claim to expire; its first try is fenced off."""
    first = await claim_it(engine)
    second = await claim_it(engine)
    await engine.commit(second, second.active, [])
    with pytest.raises(LostClaim):
        await engine.commit(first, first.active, [])


async def test_a_released_claim_is_free(engine: EngineTable) -> None:
    """Whoever gives up its claim lets the next one in; a stranger's release changes nothing."""
    await claim_it(engine)
    await engine.release(APP, "message-2")
    assert isinstance(await engine.claim(APP, None, "message-2"), NotNow)
    await engine.release(APP, "message-1")
    assert isinstance(await engine.claim(APP, None, "message-2"), Claimed)


async def test_what_is_longer_than_a_property_is_stored_too(engine: EngineTable) -> None:
    """The evidence of an access has no bound of ours: a long row comes back equal, and shorter again afterwards."""
    claimed = await claim_it(engine)
    active, moved = begun(claimed)
    seen = Evidence(fact="role assignment", value="\U0001f433 or é or a" * 10_000, source="/subscriptions/…")
    access = Access(verdict=Verdict.DENIED, reason=Reason.ROLE_MISSING, sentence="", evidence=(seen,))
    long = Moved(rollout=moved.rollout.model_copy(update={"access": access}), steps=moved.steps)
    claimed = await engine.commit(claimed, carrying(active, long), (long,), keep=True)
    assert (await engine.read(APP))[0].rollout == await engine.rollout(APP, 1) == long.rollout
    assert (await engine.rollouts(APP, 10, None))[0] == (long.rollout,)
    await engine.commit(claimed, active, (moved,))
    assert (await engine.read(APP))[0].rollout == await engine.rollout(APP, 1) == moved.rollout


async def test_a_late_holder_stores_nothing(engine: EngineTable) -> None:
    """A batch conditioned on an old ETag is refused whole: neither the row, nor rollouts, nor steps are written."""
    late = await claim_it(engine)
    current = await claim_it(engine)
    await engine.commit(current, current.active, [])
    active, moved = begun(late)
    with pytest.raises(LostClaim):
        await engine.commit(late, active, [moved])
    stored, _ = await engine.read(APP)
    assert stored.rollout is None
    assert await engine.rollout(APP, 1) is None
    assert await engine.steps(APP, 1) == ()


async def test_forked_chains_die(engine: EngineTable) -> None:
    """Of two messages with the same step number one acts; a message with an old number never does."""
    claimed = await claim_it(engine, step=1)
    active, moved = begun(claimed)
    await engine.commit(claimed, active, [moved])
    assert isinstance(await engine.claim(APP, 1, "message-2"), NotNow)
    assert isinstance(await engine.claim(APP, 2, "message-3"), Claimed)


async def test_a_look_waits_for_a_rollout_under_way(engine: EngineTable) -> None:
    """A message without a step number leaves a rollout alone that may have acted; the mark stays for its end."""
    claimed = await claim_it(engine)
    active, moved = begun(claimed)
    moved = moved.by(Event.CHOSEN, NOW, "chosen", "").by(Event.GO, NOW, "go", "")
    await engine.commit(claimed, carrying(active, moved), [moved])
    answer = await engine.claim(APP, None, "message-2")
    assert isinstance(answer, NotNow)
    assert "applying" in answer.why


@pytest.mark.parametrize("times", [1, 2], ids=["one answer lost", "the repeat's answer lost too"])
async def test_a_commit_whose_answer_got_lost_is_known_to_be_ours(
    engine: EngineTable, table_network: LosingTransport, times: int
) -> None:
    """The row is read back and our writer token found: no second rollout, no false refusal."""
    claimed = await claim_it(engine)
    active, moved = begun(claimed)
    table_network.lose = lambda request: "$batch" in request.url and table_network.lost < times
    claimed = await engine.commit(claimed, active, [moved])
    assert table_network.lost >= 1
    stored, _ = await engine.read(APP)
    assert stored.rollout == moved.rollout
    assert len(await engine.steps(APP, 1)) == 1
    await engine.commit(claimed, stored, [])  # the ETag that came back is the row's


async def test_a_claim_whose_answer_got_lost_is_ours(engine: EngineTable, table_network: LosingTransport) -> None:
    """The first claim of an app creates its row; when that answer is lost the row is recognised."""
    table_network.lose = lambda request: "$batch" in request.url and table_network.lost < 1
    claimed = await claim_it(engine)
    assert table_network.lost == 1
    await engine.commit(claimed, claimed.active, [])


async def test_no_answer_at_all_is_temporary(engine: EngineTable, table_network: LosingTransport) -> None:
    """Where not even the read back is answered, the step fails as temporary and its message comes again."""
    claimed = await claim_it(engine)
    table_network.lose = lambda request: True
    with pytest.raises(Temporary):
        await engine.commit(claimed, claimed.active, [])


async def test_history_is_newest_first_and_paged(engine: EngineTable) -> None:
    """Rollouts come newest first; a page says where the next one begins; steps come in order."""
    claimed = await claim_it(engine)
    for _ in range(5):
        active, moved = begin(claimed.active, (look(),), NOW)
        moved = moved.by(Event.NOT_NEEDED, NOW, "already_running", "")
        claimed = await engine.commit(claimed, carrying(active, moved), [moved], keep=True)
    first, after = await engine.rollouts(APP, 2, None)
    second, _ = await engine.rollouts(APP, 2, after)
    assert [one.sequence for one in (*first, *second)] == [5, 4, 3, 2]
    assert [step.reason for step in await engine.steps(APP, 5)] == ["begun", "already_running"]
