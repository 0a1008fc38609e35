"""One push that many apps follow spreads out instead of failing, and the wait is in the history."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from local.azure.world.journal import Call
from local.storage import MemoryStorage
from operators.assembly import Operator, assemble
from operators.cloud.queues import LOOKS, LookMessage
from operators.cloud.storage import Storage
from operators.core.deliveries import read_delivery
from operators.core.gate import Mode
from operators.core.pacing import ACTS_A_SECOND
from operators.core.rollouts import Rollout, Step
from operators.core.stalls import StallReason
from operators.core.transitions import State
from operators.settings import Settings
from tests.flows.town import at_noon

FINE = {"pull_seconds": 2, "start_seconds": 3}


@dataclass
class Crowd:
    """Many apps that follow one tag, in a world whose time is also the queue's."""

    operator: Operator
    world: World
    clock: ManualClock
    storage: Storage
    size: int

    async def push(self, image: str) -> None:
        """Push the tag that all of them follow, and deliver the event."""
        pushed = self.world.push("contoso", "shop", "stable", image)
        await self.operator.intake.receive(read_delivery(pushed.event))

    async def run(self, seconds: float) -> None:
        """Work on messages as they become visible, until nothing is left or the time is over."""
        queue = await self.storage.queue(LOOKS)
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            message = await queue.receive_message(visibility_timeout=600)
            if message is not None:
                await self.operator.reconcile.run(LookMessage.read(message.content), owner=message.id)
                await queue.delete_message(message)
            elif (await queue.get_queue_properties()).approximate_message_count:
                self.clock.advance(0.5)
            else:
                return

    def key(self, number: int) -> str:
        """The key of an app."""
        return f"{self.world.default_subscription}:apps:app-{number}"

    @property
    def restarts(self) -> list[float]:
        """When each restart was asked for, in seconds since the journal was cleared, and taken."""
        asked = [call for call in self.world.calls if call.operation == "sites.restart" and call.status == 200]
        return [call.at.timestamp() for call in asked]

    def most_in_a_second(self) -> int:
        """The most acts that were sent within any one second, refused ones too."""
        sent = [call.at.timestamp() for call in self.world.calls if call.path.endswith("/restart")]
        return max(sum(0 <= later - first < 1 for later in sent) for first in sent)

    @property
    def refused(self) -> list[Call]:
        """The acts that ARM did not take."""
        return [call for call in self.world.calls if call.path.endswith("/restart") and call.status == 429]

    async def states(self) -> set[State]:
        """In which states the apps' newest rollouts are."""
        found = [await self.operator.house.records.engine.rollout(self.key(n), 2) for n in range(self.size)]
        return {one.state for one in found if one}

    async def rollout(self, number: int = 0) -> Rollout:
        """An app's second rollout."""
        found = await self.operator.house.records.engine.rollout(self.key(number), 2)
        assert found is not None
        return found

    async def steps(self, number: int) -> tuple[Step, ...]:
        """The timeline of an app's second rollout."""
        return await self.operator.house.records.engine.steps(self.key(number), 2)

    async def waits(self) -> list[Step]:
        """The lines of all timelines that say that an act was put off."""
        return [step for n in range(self.size) for step in await self.steps(n) if step.reason == "throttled"]


@pytest.fixture
def budgets() -> dict[str, Any]:
    """What the simulated ARM takes; stories parametrize it."""
    return {}


@pytest.fixture
def size() -> int:
    """How many apps there are; stories parametrize it."""
    return 200


@pytest.fixture
async def crowd(budgets: dict[str, Any], size: int) -> AsyncIterator[Crowd]:
    """The apps, adopted; the journal is empty and ARM's buckets are full."""
    sites = [
        {
            "name": f"app-{n}",
            "image": "contoso.azurecr.io/shop:stable",
            "tags": {"pulley": "on"},
            "identity": {"user": ["puller"]},
            "acr_use_managed_identity_creds": True,
            "acr_user_managed_identity": "puller",
        }
        for n in range(size)
    ]
    scenario = {
        "budgets": budgets,
        "images": {"v1": FINE, "v2": FINE},
        "registries": [{"name": "contoso", "tags": {"shop:stable": "v1"}}],
        "identities": [{"name": "puller"}],
        "sites": sites,
        "role_assignments": [{"principal": "puller", "role": "AcrPull", "scope": "contoso"}],
    }
    clock = ManualClock(at_noon())
    world, memory = World(read_scenario(scenario), clock), MemoryStorage(clock)
    storage = Storage(
        connection_string=memory.connection_string,
        table_transport=memory.table_transport(),
        queue_transport=memory.queue_transport(),
    )
    given = {
        "scopes": (f"/subscriptions/{world.default_subscription}",),
        "mode": Mode.ACT,
        "AzureWebJobsStorage": memory.connection_string,
    }
    operator = assemble(
        Settings.model_validate(given), storage, WorldCredential(world), clock.now, WorldTransport(world)
    )
    made = Crowd(operator, world, clock, storage, size)
    await operator.inventory.refresh()
    await made.run(600)
    clock.advance(3600)
    world.journal.clear()
    yield made
    await storage.close()


async def test_many_apps_take_turns(crowd: Crowd) -> None:
    """All are restarted once and succeed, at the stated rate; nothing is refused, and the wait is in the history."""
    await crowd.push("v2")
    await crowd.run(1200)
    assert len(crowd.restarts) == crowd.size
    assert await crowd.states() == {State.SUCCEEDED}
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
    assert [call for call in crowd.world.calls if call.status == 429] == []
    assert crowd.restarts[-1] - crowd.restarts[0] < 1.5 * crowd.size / ACTS_A_SECOND
    last = (await crowd.steps(crowd.size - 1))[0]
    assert last.detail.endswith("after others")


@pytest.mark.parametrize(("budgets", "size"), [({"writes": {"size": 30, "refill": 1}}, 30)])
async def test_a_small_budget_is_not_overdrawn(crowd: Crowd) -> None:
    """With one write a second ARM refuses no act: what it tells is left stops us before, and all are restarted."""
    await crowd.push("v2")
    await crowd.run(3600)
    assert len(crowd.restarts) == crowd.size
    assert await crowd.states() == {State.SUCCEEDED}
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
    assert crowd.refused == []
    assert any("writes left in subscription" in step.detail for step in await crowd.waits())


@pytest.mark.parametrize("size", [40])
async def test_a_refusal_is_obeyed_by_everybody_and_visible(crowd: Crowd) -> None:
    """After a 429 with Retry-After no act of the subscription is sent before, and the rollouts say why they wait."""
    crowd.world.faults.add(
        FaultRule(
            method="POST",
            path="/restart$",
            skip=15,
            times=1,
            status=429,
            code="SubscriptionRequestsThrottled",
            headers={"Retry-After": "17"},
        )
    )
    await crowd.push("v2")
    await crowd.run(1200)
    assert len(crowd.restarts) == crowd.size
    assert await crowd.states() == {State.SUCCEEDED}
    assert crowd.most_in_a_second() <= ACTS_A_SECOND
    (refused,) = crowd.refused
    next_one = min(at for at in crowd.restarts if at > refused.at.timestamp())
    assert next_one - refused.at.timestamp() >= 17
    waited = await crowd.waits()
    assert {step.state for step in waited} == {State.CHECKING}
    (told,) = [step for step in waited if "429 SubscriptionRequestsThrottled" in step.detail]
    assert "nothing was done, again in 17 s, at " in told.detail
    assert any("are refused until" in step.detail for step in waited)


async def found_by_the_drift_check(crowd: Crowd) -> None:
    """No event came: the drift check sees that all are behind."""
    crowd.world.push("contoso", "shop", "stable", "v2")
    await crowd.operator.drift.check()


async def sent_again_by_the_sweep(crowd: Crowd) -> None:
    """Every message was lost: the sweep finds all of them overdue."""
    await crowd.push("v2")
    await (await crowd.storage.queue(LOOKS)).clear_messages()
    crowd.clock.advance(120)
    await crowd.operator.sweep.run()


async def let_go_at_the_end_of_a_freeze(crowd: Crowd) -> None:
    """All are held, and the freeze is lifted."""
    await crowd.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await crowd.push("v2")
    await crowd.run(60)
    assert await crowd.states() == {State.HELD}
    await crowd.operator.admin.unfreeze(b'{"by": "ana"}')


@pytest.mark.parametrize("size", [20])
@pytest.mark.parametrize(
    "begin",
    [found_by_the_drift_check, sent_again_by_the_sweep, let_go_at_the_end_of_a_freeze],
    ids=lambda f: f.__name__,
)
async def test_whoever_has_many_apps_looked_at_lets_them_take_turns(
    crowd: Crowd, begin: Callable[[Crowd], Awaitable[None]]
) -> None:
    """Not only a push: all are restarted at the stated rate, and none had to be put off at the last moment."""
    await begin(crowd)
    await crowd.run(1200)
    assert await crowd.states() == {State.SUCCEEDED}
    assert (len(crowd.restarts), await crowd.waits()) == (crowd.size, [])
    assert crowd.most_in_a_second() <= ACTS_A_SECOND


def refused(path: str, seconds: int, times: int | None = None) -> FaultRule:
    """Azure asks for fewer of these reads, and to come again later."""
    return FaultRule(
        method="GET",
        path=path,
        times=times,
        status=429,
        code="TooManyRequests",
        headers={"Retry-After": str(seconds)},
    )


@pytest.mark.parametrize("size", [1])
@pytest.mark.parametrize(
    ("path", "state"),
    [
        pytest.param("/sites/app-0$", State.PENDING, id="the app"),
        pytest.param("/config/web$", State.PENDING, id="its configuration"),
        pytest.param("/_tags/stable$", State.PENDING, id="the tag"),
        pytest.param("/registries$", State.CHECKING, id="the registry"),
        pytest.param("/roleAssignments$", State.CHECKING, id="its roles"),
        pytest.param("/roleDefinitions/", State.CHECKING, id="what a role gives"),
        pytest.param("/denyAssignments$", State.CHECKING, id="deny assignments"),
    ],
)
async def test_a_throttled_read_is_said_as_throttled(crowd: Crowd, path: str, state: State) -> None:
    """The rollout says that and until when, nothing is asked again before that, and then it goes its way."""
    crowd.world.faults.add(refused(path, 40, times=1))
    await crowd.push("v2")
    await crowd.run(5)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (state, "throttled")
    assert "429 TooManyRequests" in waiting.detail or "are refused until" in waiting.detail
    assert waiting.next_at is not None
    assert waiting.detail.endswith(f"again at {waiting.next_at:%T}")
    assert (waiting.next_at - waiting.updated_at).total_seconds() == 40
    crowd.world.journal.clear()
    await crowd.run(30)
    assert crowd.world.calls == []
    await crowd.run(600)
    rollout = await crowd.rollout()
    assert (rollout.state, rollout.next_at) == (State.SUCCEEDED, None)


@pytest.mark.parametrize("size", [1])
async def test_a_wait_for_access_shows_that_its_looks_are_throttled(crowd: Crowd) -> None:
    """It goes on waiting for the role; why nobody sees that it was given is a stall, until it is seen."""
    crowd.world.remove_role("puller", "AcrPull", "contoso")
    await crowd.push("v2")
    await crowd.run(5)
    crowd.world.assign_role("puller", "AcrPull", "contoso")
    crowd.world.faults.add(refused("/roleAssignments$", 100, times=2))
    await crowd.run(60)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (State.WAITING_ACCESS, "role_missing")
    assert waiting.stall is not None
    assert waiting.stall.reason is StallReason.THROTTLED
    assert "429 TooManyRequests" in waiting.stall.lines[0]
    assert waiting.next_at is not None
    assert waiting.next_at > crowd.clock.now()
    await crowd.run(1200)
    rollout = await crowd.rollout()
    assert (rollout.state, rollout.stall) == (State.SUCCEEDED, None)


@pytest.mark.parametrize("size", [1])
@pytest.mark.parametrize("path", ["/roleAssignments$", "/sites/app-0$"])
async def test_a_wait_for_access_that_cannot_be_read_has_the_end_of_every_wait(crowd: Crowd, path: str) -> None:
    """Denied, and then unreadable: it is looked at less and less often, and given up after a day."""
    crowd.world.remove_role("puller", "AcrPull", "contoso")
    await crowd.push("v2")
    await crowd.run(5)
    crowd.world.faults.add(FaultRule(path=path, status=503))
    crowd.world.journal.clear()
    await crowd.run(3600)
    assert (await crowd.rollout()).state is State.WAITING_ACCESS
    looks = [call for call in crowd.world.calls if call.status == 503]
    assert len(looks) < 20
    crowd.clock.advance(timedelta(days=1).total_seconds())
    await crowd.run(60)
    rollout = await crowd.rollout()
    assert rollout.state is State.FAILED
    assert "waited for 1 day, 0:00:00 in vain" in rollout.detail


@pytest.mark.parametrize("size", [1])
async def test_a_hold_that_is_lifted_into_throttling_is_over(crowd: Crowd) -> None:
    """It does not go on saying that it is held: it is throttled, and then goes its way."""
    await crowd.operator.admin.freeze(b'{"by": "ana", "why": "black friday"}')
    await crowd.push("v2")
    await crowd.run(5)
    assert (await crowd.rollout()).state is State.HELD
    crowd.clock.advance(3600)
    crowd.world.faults.add(refused("/roleAssignments$", 40, times=1))
    await crowd.operator.admin.unfreeze(b'{"by": "ana"}')
    await crowd.run(5)
    waiting = await crowd.rollout()
    assert (waiting.state, waiting.reason) == (State.CHECKING, "throttled")
    await crowd.run(600)
    assert (await crowd.rollout()).state is State.SUCCEEDED
