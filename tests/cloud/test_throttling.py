"""What ARM tells of its budgets is remembered, and what would not be taken is not sent."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from local.azure.scenario import FaultRule, read_scenario
from local.azure.transport import WorldCredential, WorldTransport
from local.azure.world import ManualClock, World
from operators.cloud.arm import Arm
from operators.cloud.sites import Sites
from operators.cloud.throttling import WRITES_LEFT_ALONE, Kind, Throttling
from operators.core.apps import AppId
from operators.core.pacing import ACTS_A_SECOND
from operators.errors import Busy, Throttled

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HERE, THERE = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
SHOP = AppId(subscription=HERE, resource_group="apps", site="shop")
BLOG = AppId(subscription=THERE, resource_group="apps", site="blog")
LEFT = "x-ms-ratelimit-remaining-subscription"


@dataclass
class Place:
    """Two subscriptions with an app each, and clients that share one Throttling."""

    world: World
    clock: ManualClock
    sites: Sites
    arm: Arm

    @property
    def sent(self) -> list[str]:
        """What reached Azure."""
        return [call.operation for call in self.world.calls]


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    """The place, with as many writes as leave two to spend."""
    scenario = read_scenario(
        {
            "subscriptions": [{"id": HERE}, {"id": THERE}],
            "budgets": {"writes": {"size": WRITES_LEFT_ALONE + 2, "refill": 0.1}, "retry_after": 17},
            "sites": [
                {"name": "shop", "linux_fx_version": "DOCKER|nginx"},
                {"name": "blog", "linux_fx_version": "DOCKER|nginx", "subscription": THERE},
            ],
        }
    )
    clock = ManualClock(NOON)
    world = World(scenario, clock)
    credential, transport, throttling = WorldCredential(world), WorldTransport(world), Throttling(clock.now)
    sites = Sites(credential, transport, throttling)
    arm = Arm(credential, transport=transport, throttling=throttling)
    yield Place(world, clock, sites, arm)
    await sites.close()
    await arm.close()


async def test_the_last_writes_are_left_alone(place: Place) -> None:
    """Where an answer told of few, the next act is not sent; ten seconds later the bucket holds more."""
    for _ in range(3):
        await place.sites.restart(SHOP)
        place.clock.advance(0.75)
    with pytest.raises(Throttled) as put_off:
        await place.sites.restart(SHOP)
    assert str(put_off.value) == f"throttled: {WRITES_LEFT_ALONE - 1} writes left in subscription {HERE}"
    assert put_off.value.retry_after == timedelta(seconds=10)
    assert place.sent == ["sites.restart"] * 3
    place.clock.advance(10)
    await place.sites.restart(SHOP)
    assert place.sent == ["sites.restart"] * 4


async def test_few_writes_stop_neither_reads_nor_evidence_nor_others(place: Place) -> None:
    """Reads, the log that only POST answers, and other subscriptions go on."""
    for _ in range(3):
        await place.sites.restart(SHOP)
        place.clock.advance(0.75)
    await place.sites.site(SHOP)
    await place.sites.container_logs(SHOP)
    await place.sites.restart(BLOG)
    assert place.sent[3:] == ["sites.get", "containerlogs", "sites.restart"]


async def test_no_more_acts_a_second_than_stated(place: Place) -> None:
    """The one too many is put off by a second, and nothing of it is sent."""
    for _ in range(ACTS_A_SECOND):
        await place.sites.restart(SHOP)
    with pytest.raises(Throttled, match="acts a second") as put_off:
        await place.sites.set_linux_fx_version(SHOP, "DOCKER|nginx:2")
    assert put_off.value.retry_after == timedelta(seconds=1)
    assert len(place.sent) == ACTS_A_SECOND
    place.clock.advance(1)
    await place.sites.set_linux_fx_version(SHOP, "DOCKER|nginx:2")


def refuse(place: Place, method: str, **changes: object) -> None:
    """The next call by this method is refused with a 429."""
    told = {"method": method, "status": 429, "times": 1, "code": "SubscriptionRequestsThrottled"} | changes
    place.world.faults.add(FaultRule.model_validate(told))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        pytest.param({"Retry-After": "17"}, 17, id="as long as it says"),
        pytest.param({}, 10, id="ten seconds where it does not say"),
    ],
)
async def test_after_a_429_no_write_of_the_subscription_is_sent_before(
    place: Place, headers: dict[str, str], seconds: int
) -> None:
    """Neither acts nor the log; reads and other subscriptions are taken. Asking too soon would make it longer."""
    refuse(place, "POST", headers=headers)
    with pytest.raises(Throttled, match="429 SubscriptionRequestsThrottled"):
        await place.sites.restart(SHOP)
    place.clock.advance(seconds - 1)
    place.world.journal.clear()
    with pytest.raises(
        Throttled, match=f"writes in subscription {HERE} are refused until 2026-05-01 12:00:{seconds} UTC"
    ) as put_off:
        await place.sites.restart(SHOP)
    assert put_off.value.retry_after == timedelta(seconds=1)
    with pytest.raises(Throttled):
        await place.sites.container_logs(SHOP)
    assert place.sent == []
    await place.sites.site(SHOP)
    await place.sites.restart(BLOG)
    place.clock.advance(1)
    await place.sites.restart(SHOP)
    assert place.sent == ["sites.get", "sites.restart", "sites.restart"]


async def test_after_a_429_for_reads_no_client_reads(place: Place) -> None:
    """Every client of ARM in the process waits, whatever it would read; writes are taken."""
    refuse(place, "GET", headers={"Retry-After": "5"})
    with pytest.raises(Throttled):
        await place.sites.site(SHOP)
    place.world.journal.clear()
    with pytest.raises(Throttled, match=f"reads in subscription {HERE} are refused"):
        await place.arm.get(f"/subscriptions/{HERE}", "2022-12-01")
    await place.sites.restart(SHOP)
    place.clock.advance(5)
    await place.arm.get(f"/subscriptions/{HERE}", "2022-12-01")
    assert place.sent == ["sites.restart", "subscriptions.get"]


async def test_the_lock_of_another_operation_is_no_spent_budget(place: Place) -> None:
    """Microsoft.Web says 429 for a lock too (59206): that app is busy, the others are not."""
    refuse(place, "POST", envelope="web", code="429", extended_code="59206", message="Cannot acquire exclusive lock")
    with pytest.raises(Busy):
        await place.sites.restart(SHOP)
    await place.sites.restart(SHOP)


@pytest.mark.parametrize("kind", [Kind.ACT, Kind.READ])
@pytest.mark.parametrize(
    ("refusals", "seconds"),
    [
        pytest.param((300, None), 300, id="a later one that names no time"),
        pytest.param((300, 17), 300, id="a later one that asks for less"),
        pytest.param((17, 300), 300, id="a later one that asks for more"),
    ],
)
def test_no_later_refusal_shortens_a_wait(kind: Kind, refusals: tuple[int | None, ...], seconds: int) -> None:
    """Calls that were in flight with the refused one are refused as well: the longest wait counts."""
    throttling = Throttling(lambda: NOON)
    for told in refusals:
        throttling.refused(HERE, kind, timedelta(seconds=told) if told else None)
    with pytest.raises(Throttled) as put_off:
        throttling.admit(HERE, kind)
    assert put_off.value.retry_after == timedelta(seconds=seconds)


async def test_what_is_put_off_together_does_not_come_back_together(place: Place) -> None:
    """Each gets a turn of its own after the wait, at the stated rate."""
    refuse(place, "POST", headers={"Retry-After": "10"})
    with pytest.raises(Throttled):
        await place.sites.restart(SHOP)
    waits = []
    for _ in range(6):
        with pytest.raises(Throttled) as put_off:
            await place.sites.restart(SHOP)
        assert put_off.value.retry_after is not None
        waits.append(put_off.value.retry_after.total_seconds())
    assert waits == [10, 11, 11, 12, 12, 13]


@pytest.mark.parametrize(
    ("headers", "stopped"),
    [
        pytest.param({f"{LEFT}-writes": "5"}, True, id="few of one's own"),
        pytest.param({f"{LEFT}-writes": "150", f"{LEFT}-global-writes": "5"}, True, id="few of everybody's"),
        pytest.param({f"{LEFT}-writes": "150", f"{LEFT}-resource-requests": "5"}, True, id="few of the provider's"),
        pytest.param({f"{LEFT}-writes": "1199"}, False, id="the older model's many"),
        pytest.param({f"{LEFT}-writes": "many"}, False, id="no number"),
        pytest.param({}, False, id="nothing said"),
    ],
)
def test_what_stops_acts(headers: dict[str, str], stopped: bool) -> None:
    """The lowest of the headers that count writes decides."""
    throttling = Throttling(lambda: NOON)
    throttling.answered(HERE, Kind.ACT, headers)
    if not stopped:
        throttling.admit(HERE, Kind.ACT)
        return
    with pytest.raises(Throttled, match="5 writes left"):
        throttling.admit(HERE, Kind.ACT)
